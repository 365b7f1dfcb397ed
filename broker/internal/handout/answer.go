package handout

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/cached"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
	"github.com/ringcx-go/ringcx/broker/internal/problem"
)

// Answer is an answer of the broker's own, which is written once it is in the audit log.
type Answer struct {
	Status  int
	Header  http.Header
	Body    []byte
	Caller  *caller.Caller // nil: nobody that is known
	Profile string
	Token   string // fingerprint of the vendor's token that the answer holds, or was made for; "": none
	Why     string // for the log

	Poll *LongPoll // nil: this is the answer
}

// LongPoll is an answer that a caller waits for.
type LongPoll struct {
	Most time.Duration // how long

	began *permit
	after string // fingerprint of the token that it has
	desk  *Desk
	again asks
}

// Wait waits for it.
func (l *LongPoll) Wait(ctx context.Context) *Answer {
	t, name, err := l.began.source.After(ctx, l.after, l.Most, l.desk.Ending)
	if ctx.Err() != nil {
		return l.desk.tell(&got{l.began, t, name, err}, 0)
	}
	now, a := l.again(ctx)
	switch {
	case a != nil:
		return a
	case now.source == l.began.source:
		return l.desk.tell(&got{now, t, name, err}, 0)
	}
	return l.bring(ctx, now)
}

// Now is the answer that there is.
func (l *LongPoll) Now(ctx context.Context) *Answer {
	now, a := l.again(ctx)
	if a != nil {
		return a
	}
	return l.bring(ctx, now)
}

func (l *LongPoll) bring(ctx context.Context, p *permit) *Answer {
	g, a := l.desk.bring(ctx, p, 0, l.again)
	if a != nil {
		return a
	}
	return l.desk.tell(g, 0)
}

// Gone is the answer for a caller that did not wait for it.
func (l *LongPoll) Gone() *Answer {
	return l.desk.tell(&got{permit: l.began, err: context.Canceled}, 0)
}

// Watch is [Source.Watch].
func (l *LongPoll) Watch(wake func()) (stop func()) {
	return l.began.source.Watch(l.after, l.desk.Ending, wake)
}

// Write answers.
func (a *Answer) Write(w http.ResponseWriter) {
	h := w.Header()
	for name, values := range a.Header {
		h[name] = values
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body)
}

// answerJSON is an answer that nobody may keep.
func answerJSON(status int, value any) *Answer {
	body, err := json.Marshal(value)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte("{}")
	}
	return &Answer{Status: status, Body: append(body, '\n'), Header: http.Header{
		"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}, "Pragma": {"no-cache"}, "X-Content-Type-Options": {"nosniff"},
	}}
}

// oauthError is an error as RFC 6749 has it.
func oauthError(status int, code, description string) *Answer {
	a := answerJSON(status, map[string]string{"error": code, "error_description": description})
	if status == http.StatusUnauthorized {
		a.Header.Set("WWW-Authenticate", `Basic realm="ringcx broker", charset="UTF-8"`)
	}
	a.Why = code + ": " + description
	return a
}

// InOAuth is a problem as OAuth libraries read it (RFC 6749), at a path where they ask; nil: it is none of these.
func InOAuth(path string, p *problem.Problem) *Answer {
	switch path {
	case OAuthPath, IntrospectPath, RevokePath, platformToken, platformRevoke:
		a := oauthError(p.Status, "temporarily_unavailable", p.Detail)
		problem.SetRetryAfter(a.Header, p.RetryAfter)
		return a
	}
	return nil
}

// Unavailable says why there is no token.
func Unavailable(err error) *problem.Problem {
	var e *ringcx.Error
	switch {
	case errors.Is(err, context.Canceled): // of the request: what others wait for does not end with it
		return problem.New(problem.Left, "the caller left")
	case errors.Is(err, errors.ErrUnsupported):
		return problem.New(http.StatusForbidden, "the profile has no RingCentral token: its login is one to RingCX itself")
	case errors.Is(err, ringcx.ErrLoginRequired):
		return problem.New(http.StatusServiceUnavailable, "the login of the profile has ended: whoever runs the broker has to log in again")
	case errors.As(err, &e) && e.Limited():
		p := problem.New(http.StatusServiceUnavailable, "the vendor's limit of logins is used up")
		p.RetryAfter = max(e.RetryAfter, time.Second)
		return p
	}
	if unfit := cached.Unfit(err); unfit != "" {
		return problem.New(http.StatusServiceUnavailable, "the broker has no token: "+unfit)
	}
	p := problem.New(http.StatusServiceUnavailable, "the broker has no token, and did not get one")
	p.RetryAfter = time.Second
	return p
}
