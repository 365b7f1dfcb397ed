package handout

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/cached"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
	"github.com/ringcx-go/ringcx/broker/internal/problem"
)

// Desk hands out. It asks the broker who calls and what that may; all its functions must be set.
type Desk struct {
	// Who tells who sent r and shows secret.
	Who func(r *http.Request, secret string) (*caller.Caller, error)
	// Source finds the tokens of the profile that c asks for with r; a problem if c may not have the vendor's token.
	Source func(r *http.Request, c *caller.Caller, vendors bool) (*Source, string, *problem.Problem)
	// Latest is the desk of now, for what has waited.
	Latest func() *Desk
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

// of is what answers a path; without a method: nothing does. Paths are known as they are written, and in no other spelling.
func of(path string) handler {
	if strings.HasPrefix(path, logout) && !strings.Contains(path[len(logout):], "/") {
		return handler{http.MethodDelete, (*Desk).logout}
	}
	return handlers[path]
}

// Method is with what method a path is asked that is one of the broker's own: POST has a form. "": it is another's.
func Method(path string) string { return of(path).method }

// Answer answers a request if it is for the broker itself; nil: it is not. The path is escaped, and has passed the broker's check.
func (d *Desk) Answer(r *http.Request, path string) *Answer {
	h := of(path)
	if h.method == "" {
		return nil
	}
	if r.Method != h.method && !(r.Method == http.MethodHead && h.method == http.MethodGet) {
		a := oauthError(http.StatusMethodNotAllowed, "invalid_request", "the method is not one of this path")
		a.Header.Set("Allow", h.method)
		return a
	}
	if h.method == http.MethodPost {
		r = arrived(r)
		d = d.Latest()
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

// refused is a problem as an answer.
func refused(p *problem.Problem, c *caller.Caller, profile string) *Answer {
	w := &recorder{header: http.Header{}}
	p.Write(w)
	return &Answer{Status: w.status, Header: w.header, Body: w.body, Caller: c, Profile: profile, Why: p.Detail}
}

// Unknown is the problem of a caller that is not known, or could not be looked up.
func Unknown(err error) *problem.Problem {
	if errors.Is(err, context.Canceled) {
		return Unavailable(err)
	}
	if err != nil && !errors.Is(err, caller.ErrUnknown) {
		p := problem.New(http.StatusServiceUnavailable, "the keys of callers cannot be read"+cached.Why(err))
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
