package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const userAgent = "ringcx-example-go/1.0"

// vendor verifies certificates, which is the default, and follows no redirects: they would take secrets to another host.
var vendor = &http.Client{
	Timeout:       30 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 32 << 20

// refused is a vendor who understood and said no. After any other error the same request may work later.
type refused struct {
	status  int
	message string
}

func (e *refused) Error() string { return e.message }

// postponed is a vendor who understood and did nothing: not now.
type postponed struct {
	message string
	wait    time.Duration // for so long it wants no requests for tokens
}

func (e *postponed) Error() string { return e.message }

// How long to wait after a 429 that does not say it, and at most.
const (
	usualWait   = time.Minute
	longestWait = time.Hour
)

func post(ctx context.Context, to string, form url.Values) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req, nil
}

// send sends req and decodes the JSON of its answer into v.
func send(doing string, req *http.Request, v any) error {
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", userAgent)
	resp, err := vendor.Do(req)
	var body []byte
	if err == nil {
		defer func() { _ = resp.Body.Close() }()
		body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	}
	if err != nil {
		var wrapped *url.Error // its text repeats the URL
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return fmt.Errorf("%s: no answer from %s: %s", doing, req.URL.Host, readable(err.Error()))
	}
	if resp.StatusCode/100 != 2 {
		return answerError(doing, resp, body)
	}
	if json.Unmarshal(body, v) != nil {
		return fmt.Errorf("%s: the answer is not the JSON expected; is this the right server?", doing)
	}
	return nil
}

// answerError is the error that an answer is, in the vendor's code and words.
func answerError(doing string, resp *http.Response, body []byte) error {
	status := resp.StatusCode
	message := fmt.Sprintf("%s: %d %s", doing, status, cmp.Or(vendorWords(body), http.StatusText(status)))
	switch {
	case status == http.StatusTooManyRequests:
		told := resp.Header.Get("Retry-After")
		message += "; Retry-After: " + cmp.Or(readable(told), "not given, wait a minute")
		return &postponed{message, waitOf(told)}
	case status == http.StatusRequestTimeout, status == http.StatusServiceUnavailable:
		return &postponed{message: message}
	case status/100 == 4:
		return &refused{status, message}
	}
	return errors.New(message)
}

// waitOf is how long a Retry-After asks to wait; it is a number or a date.
func waitOf(retryAfter string) time.Duration {
	if seconds, err := strconv.ParseUint(retryAfter, 10, 64); err == nil {
		return time.Duration(min(seconds, uint64(longestWait/time.Second))) * time.Second
	}
	at, err := http.ParseTime(retryAfter)
	if err != nil {
		return usualWait
	}
	return min(max(time.Until(at), 0), longestWait)
}

// vendorWords are code and message of an error body. RingCentral and RingCX have one shape each, and gateways send
// plain text.
func vendorWords(body []byte) string {
	var v struct {
		Errors []struct {
			Code    string `json:"errorCode"`
			Message string `json:"message"`
		} `json:"errors"`
		Code        string `json:"errorCode"`
		OAuthCode   string `json:"error"`
		Message     string `json:"message"`
		General     string `json:"generalMessage"`
		Description string `json:"error_description"`
	}
	text := strings.TrimSpace(string(body))
	if json.Unmarshal(body, &v) != nil {
		if strings.HasPrefix(text, "<") {
			return ""
		}
		return readable(text)
	}
	if len(v.Errors) > 0 {
		v.Code, v.Message = cmp.Or(v.Errors[0].Code, v.Code), cmp.Or(v.Errors[0].Message, v.Message)
	}
	return readable(cmp.Or(v.Code, v.OAuthCode) + " " + cmp.Or(v.Message, v.General, v.Description))
}

var tokenLike = regexp.MustCompile(`[\w.~+/=|-]{40,}`)

// readable is text of a server on one line, without control characters, and without what might be a token.
func readable(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	text = tokenLike.ReplaceAllString(strings.Join(strings.Fields(text), " "), "[...]")
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:200])
	}
	return text
}
