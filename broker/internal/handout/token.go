package handout

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/problem"
)

// token answers GET /token.
func (d *Desk) token(r *http.Request) *Answer {
	again := func(ctx context.Context) (*permit, *Answer) { return d.Latest().mayHave(r.WithContext(ctx)) }
	p, a := d.mayHave(r)
	if a != nil {
		return a
	}
	q := r.URL.Query()
	minTTL, ok1 := seconds(q.Get("min_ttl"), 24*time.Hour)
	wait, ok2 := seconds(q.Get("wait"), 10*time.Minute)
	if !ok1 || !ok2 {
		return refused(problem.New(http.StatusBadRequest, "min_ttl and wait are seconds: at most a day and ten minutes"), p.caller, p.profile)
	}
	g, a := d.bring(r.Context(), p, 0, again)
	if a == nil && g.err == nil && minTTL > 0 {
		if most := longestTTL(g.token); minTTL > most {
			return refused(problem.New(http.StatusBadRequest, fmt.Sprintf("min_ttl is at most %d, nine tenths of a token's life", most/time.Second)), g.caller, g.profile)
		}
		g, a = d.bring(r.Context(), g.permit, minTTL, again)
	}
	if a != nil {
		return a
	}
	if after := q.Get("after"); g.err == nil && after == g.name && minTTL == 0 && wait > 0 {
		if r.ContentLength != 0 { // while a body is unread net/http does not notice that the caller has gone
			return refused(problem.New(http.StatusBadRequest, "a request that waits for the next token has no body"), g.caller, g.profile)
		}
		return &Answer{Poll: &LongPoll{Most: wait, began: g.permit, after: after, desk: d, again: again}}
	}
	return d.tell(g, minTTL)
}

// mayHave is what the caller of r may have of the vendor's tokens.
func (d *Desk) mayHave(r *http.Request) (*permit, *Answer) {
	_, secret, ok := Secret(r)
	c, err := d.Who(r, secret)
	if !ok || err != nil {
		return nil, unknown(err)
	}
	source, profile, bad := d.Source(r, c, true)
	if bad != nil {
		return nil, refused(bad, c, profile)
	}
	return &permit{source, c, profile}, nil
}

// tell is the answer with what was brought.
func (d *Desk) tell(g *got, minTTL time.Duration) *Answer {
	if g.err != nil {
		return refused(tooLong(g.err, minTTL), g.caller, g.profile)
	}
	a := answerJSON(http.StatusOK, d.described(g.token, g.name))
	a.Caller, a.Profile, a.Token = g.caller, g.profile, g.name
	return a
}

// longestTTL is how long a caller may ask a token like t to live at least. Closer to the whole life each such request would spend a
// refresh token.
func longestTTL(t *ringcx.Token) time.Duration {
	if life := t.Expiry.Sub(t.Obtained); !t.Obtained.IsZero() && life > 0 {
		return life / 10 * 9
	}
	return math.MaxInt64
}

func tooLong(err error, minTTL time.Duration) *problem.Problem {
	var e *ringcx.Error
	if minTTL > 0 && !errors.As(err, &e) && !errors.Is(err, ringcx.ErrLoginRequired) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
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
