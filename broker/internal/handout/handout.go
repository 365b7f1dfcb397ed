package handout

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
	"github.com/ringcx-go/ringcx/broker/internal/problem"
)

// Desk hands out. It asks the broker who calls and what that may; all its functions must be set.
type Desk struct {
	// Who tells who sent r and shows secret.
	Who func(r *http.Request, secret string) (*caller.Caller, error)
	// Source finds the tokens of the profile that c asks for with r; a problem if c may not have the vendor's token.
	Source func(r *http.Request, c *caller.Caller, vendors bool) (*Source, string, *problem.Problem)
	// Short are the tokens of the broker's own.
	Short *Short
	Now   func() time.Time
	// Ending is closed when nobody is to wait any more.
	Ending <-chan struct{}
}

// Paths of the broker's own.
const (
	TokenPath      = "/token"
	OAuthPath      = "/oauth2/token"
	IntrospectPath = "/oauth2/introspect"
	RevokePath     = "/oauth2/revoke"
	MetadataPath   = "/.well-known/oauth-authorization-server"

	platformToken  = "/restapi/oauth/token"
	platformRevoke = "/restapi/oauth/revoke"
	exchange       = "/api/auth/login/rc/accesstoken"
	refresh        = "/api/auth/token/refresh"
	logout         = "/api/auth/logout/"
)

// handler answers one path.
type handler struct {
	method string
	answer func(*Desk, *http.Request) *Answer
}

var handlers = map[string]handler{
	TokenPath:      {http.MethodGet, (*Desk).token},
	OAuthPath:      {http.MethodPost, (*Desk).oauth},
	IntrospectPath: {http.MethodPost, (*Desk).introspect},
	RevokePath:     {http.MethodPost, (*Desk).revoke},
	MetadataPath:   {http.MethodGet, (*Desk).metadata},
	platformToken:  {http.MethodPost, (*Desk).platformLogin},
	platformRevoke: {http.MethodPost, (*Desk).platformRevoke},
	exchange:       {http.MethodPost, (*Desk).exchange},
	refresh:        {http.MethodPost, (*Desk).refresh},
}

// Own tells whether a path is one of the broker's own to which forms are sent.
func Own(path string) bool { return handlers[path].method == http.MethodPost }

// Answer answers a request if it is for the broker itself; nil: it is not. The path is escaped, and has passed the broker's check.
// Paths are known as they are written, and in no other spelling.
func (d *Desk) Answer(r *http.Request, path string) *Answer {
	h, ok := handlers[path]
	if !ok && strings.HasPrefix(path, logout) && !strings.Contains(path[len(logout):], "/") {
		h, ok = handler{http.MethodDelete, (*Desk).logout}, true
	}
	if !ok {
		return nil
	}
	if r.Method != h.method && !(r.Method == http.MethodHead && h.method == http.MethodGet) {
		a := oauthError(http.StatusMethodNotAllowed, "invalid_request", "the method is not one of this path")
		a.Header.Set("Allow", h.method)
		return a
	}
	return h.answer(d, r)
}

// Secret is the one secret that the headers of r show: a Bearer token, the password of HTTP Basic, or an X-Auth-Token. It is
// false if they show several, which could be taken for one or the other. cookie is whether the cookie access_token counts.
func Secret(r *http.Request) (name, secret string, ok bool) {
	h := r.Header
	authorization, legacy := h["Authorization"], h["X-Auth-Token"]
	switch {
	case len(authorization) > 1, len(legacy) > 1:
		return "", "", false
	case len(authorization) == 1:
		scheme, rest, _ := strings.Cut(authorization[0], " ")
		switch {
		case strings.EqualFold(scheme, "Bearer"):
			secret = strings.TrimSpace(rest)
		case strings.EqualFold(scheme, "Basic"):
			if name, secret, ok = r.BasicAuth(); !ok {
				return "", "", false
			}
			name, secret = unformed(name), unformed(secret)
		default:
			return "", "", false
		}
		if secret == "" || len(legacy) == 1 && legacy[0] != secret {
			return "", "", false
		}
	case len(legacy) == 1:
		secret = legacy[0]
	default:
		if c, err := r.Cookie("access_token"); err == nil {
			secret = c.Value
		}
	}
	return name, secret, true
}

// unformed is a part of HTTP Basic as RFC 6749 has it, section 2.3.1. What is not encoded stays.
func unformed(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil && strings.Contains(s, "%") {
		return plain
	}
	return s
}

// token answers GET /token.
func (d *Desk) token(r *http.Request) *Answer {
	_, secret, ok := Secret(r)
	c, err := d.Who(r, secret)
	if !ok || err != nil {
		return unknown(err)
	}
	source, profile, p := d.Source(r, c, true)
	if p != nil {
		return refused(p, c, profile)
	}
	q := r.URL.Query()
	minTTL, ok1 := seconds(q.Get("min_ttl"), 24*time.Hour)
	wait, ok2 := seconds(q.Get("wait"), 10*time.Minute)
	if !ok1 || !ok2 {
		return refused(problem.New(http.StatusBadRequest, "min_ttl and wait are seconds: at most a day and ten minutes"), c, profile)
	}
	tell := func(t *ringcx.Token, name string, err error) *Answer {
		if err != nil {
			return refused(tooLong(err, minTTL), c, profile)
		}
		a := answerJSON(http.StatusOK, d.described(t, name))
		a.Caller, a.Profile, a.Token = c, profile, name
		return a
	}
	t, name, err := source.Token(r.Context(), minTTL)
	if after := q.Get("after"); err == nil && after == name && minTTL == 0 && wait > 0 {
		return &Answer{Later: &Later{Most: wait, source: source, after: after, ending: d.Ending, tell: tell}}
	}
	return tell(t, name, err)
}

func tooLong(err error, minTTL time.Duration) *problem.Problem {
	var e *ringcx.Error
	if minTTL > 0 && !errors.As(err, &e) && !errors.Is(err, ringcx.ErrLoginRequired) && !errors.Is(err, context.DeadlineExceeded) {
		return problem.New(http.StatusBadRequest, "no token lives as long as min_ttl asks")
	}
	return Unavailable(err)
}

// described is what callers learn of a token.
func (d *Desk) described(t *ringcx.Token, fingerprint string) map[string]any {
	return map[string]any{
		"access_token": t.AccessToken, "token_type": t.TokenType, "expires_in": d.left(t.Expiry),
		"expires_at": t.Expiry.UTC().Format(time.RFC3339), "next_token_at": t.RenewAt().UTC().Format(time.RFC3339), "token": fingerprint,
	}
}

func (d *Desk) left(until time.Time) int64 { return max(int64(until.Sub(d.Now())/time.Second), 0) }

// seconds reads a number of seconds; "" is none.
func seconds(s string, most time.Duration) (time.Duration, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n >= 0) || n > most.Seconds() {
		return 0, false
	}
	return time.Duration(n * float64(time.Second)), true
}

// refused is a problem as an answer.
func refused(p *problem.Problem, c *caller.Caller, profile string) *Answer {
	w := &recorder{header: http.Header{}}
	p.Write(w)
	return &Answer{Status: w.status, Header: w.header, Body: w.body, Caller: c, Profile: profile, Why: p.Detail}
}

// Unknown is the problem of a caller that is not known, or could not be looked up.
func Unknown(err error) *problem.Problem {
	if err != nil && !errors.Is(err, caller.ErrUnknown) {
		p := problem.New(http.StatusServiceUnavailable, "the keys of callers cannot be read")
		p.RetryAfter = time.Second
		return p
	}
	p := problem.New(http.StatusUnauthorized, "the request shows no key that the broker knows")
	p.Challenge = `Bearer realm="ringcx broker"`
	return p
}

func unknown(err error) *Answer { return refused(Unknown(err), nil, "") }

// recorder keeps what a problem writes.
type recorder struct {
	header http.Header
	status int
	body   []byte
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) { r.status = status }

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	r.body = append(r.body, b...)
	return len(b), nil
}
