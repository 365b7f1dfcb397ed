package ringcx

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxAnswer bounds what is read of an answer. Real ones have a few kilobytes.
const maxAnswer = 1 << 20

// tokenRequest is one form sent to a token endpoint.
type tokenRequest struct {
	op     string
	method string // "": POST
	url    string
	secret string // what of the URL nobody may see; "": nothing
	form   url.Values
	app    bool // authenticate as the app
}

// longestClientID is how long a client ID may be and be shown where the vendor repeats it. The vendor's have 22 characters, its
// client secrets 44: the two are mistaken for each other.
const longestClientID = 32

// secrets of the request, which no error about it may show.
func (r tokenRequest) secrets(c Config) []string {
	s := []string{c.ClientSecret, r.secret, url.PathEscape(r.secret)}
	if len(c.ClientID) > longestClientID {
		s = append(s, c.ClientID)
	}
	for _, name := range []string{"assertion", "client_assertion", "code", "code_verifier", "password", "refresh_token", "rcAccessToken", "token"} {
		s = append(s, r.form.Get(name))
	}
	return s
}

// post sends the request and returns the body of a 2xx answer and when the request was sent. Every error is an *Error
// that tells whether what was sent may have been spent.
func (c Config) post(ctx context.Context, r tokenRequest) ([]byte, time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	req, err := c.request(ctx, r)
	sent := c.now()
	if err != nil {
		return nil, sent, &Error{Op: r.op, Message: err.Error(), kind: failUnsent, cause: err}
	}
	resp, kind, err := c.do(req)
	if err != nil {
		return nil, sent, &Error{Op: r.op, Message: networkMessage(req, err, r.secrets(c)), kind: kind, cause: err}
	}
	defer func() { _ = resp.Body.Close() }()
	c.observeDate(resp.Header, sent)
	if c.count != nil {
		c.count(usedUp(resp.Header))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	body = bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\ufeff")) // a byte order mark says nothing
	if err != nil {
		err = withCause(err, req, route(c.transport(), req.URL, c.AllowHTTP, useToken), c.now(), c.knownSkew())
		err = &Error{
			Op: r.op, StatusCode: resp.StatusCode, Message: "the answer broke off: " + networkMessage(req, err, r.secrets(c)), kind: failLost, cause: err,
		}
	}
	if e := c.judge(r, resp, body, err); e != nil {
		return nil, sent, e
	}
	return body, sent, nil
}

// observeDate compares the vendor's clock with ours. Its Date has whole seconds, and was written on the way.
func (c Config) observeDate(h http.Header, sent time.Time) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil || c.observe == nil {
		return
	}
	now := c.now()
	c.observe(date.Add(500 * time.Millisecond).Sub(sent.Add(now.Sub(sent) / 2)))
}

func (c Config) request(ctx context.Context, r tokenRequest) (*http.Request, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if r.app {
		if err := c.authenticateForm(r.form); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, cmp.Or(r.method, http.MethodPost), r.url, strings.NewReader(r.form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.userAgent())
	if r.app {
		c.authenticateHeader(req)
	}
	return req, nil
}

// networkMessage is what kept an answer from coming, without the URL around it.
func networkMessage(req *http.Request, err error, secrets []string) string {
	var u *url.Error
	if errors.As(err, &u) && u.Op != "parse" {
		err = u.Err
	}
	var known *networkError
	msg := withoutUser(err.Error())
	if errors.As(err, &known) {
		msg = known.text
	} else if errors.Is(err, context.DeadlineExceeded) {
		msg = "no answer in time"
	}
	return oneLine(scrub("no usable answer from "+req.URL.Host+": "+msg, secrets))
}

// judge tells what is wrong with an answer, nil if it is a success; broken says that it did not end as it should. One that
// holds a token and is whole is taken, whatever came after it.
func (c Config) judge(r tokenRequest, resp *http.Response, body []byte, broken error) error {
	problem := &Error{Op: r.op, StatusCode: resp.StatusCode, kind: failLost}
	a := readTokens(body)
	switch {
	case resp.StatusCode/100 != 2, a.isError():
		return answerError(r.op, resp, body, c.now(), r.secrets(c))
	case len(body) > maxAnswer:
		problem.Message = "the answer is larger than 1 MiB and was not read"
	case broken != nil && !readAnswer(body).holdsToken():
		return broken
	case a.holdsToken():
		return nil
	case isHTML(resp, body):
		problem.Message = describe(resp, body)
		if r.app {
			problem.kind = failForeign // a wrong host shows first where the platform should be; asking again would spend the budget
		}
	default:
		return nil
	}
	return problem
}
