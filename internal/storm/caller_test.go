//go:build unix && storm

package storm_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

const (
	patience = 2 * time.Second        // of a caller that asks a broker for the token
	margin   = 500 * time.Millisecond // by which a token that is to be handed out must outlive the answer
	settles  = 500 * time.Millisecond // after which a process that goes on, or a way that is mended, is as it was
)

// calls are what callers saw.
type calls struct {
	answered, held          int // with what was wanted; 429 of the broker's: it keeps to the vendor's limits
	failed, avoidable       int // calls for which no broker had an answer; of these, and of tries, those with a living token
	tries, refused, lost    int // tries without an answer; 401 and 403; a person is to log in
	dead, foreign, switched int // tokens that had ended when they were asked for, or are none of the vendor's; other brokers tried
	samples                 []string
}

func (f *fleet) count(change func(*calls)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.calls)
}

// sample keeps an example of what must not be. The caller holds mu.
func (c *calls) sample(format string, args ...any) {
	if len(c.samples) < 20 {
		c.samples = append(c.samples, fmt.Sprintf(format, args...))
	}
}

// kind is what a call wants.
type kind string

const (
	current kind = "/token"
	next    kind = "/token?after="
	forward kind = "/voice/api/v1/admin/users" // one of those of which the sandbox limits the number
)

// caller is a program that calls again and again, the same broker until that does not answer.
type caller struct {
	fleet  *fleet
	rng    *rand.Rand
	at     int
	client *http.Client
	name   string // of the token it had last
}

// live calls about once a second.
func (c *caller) live(ctx context.Context) {
	for ctx.Err() == nil {
		what := current
		switch c.rng.IntN(10) {
		case 0:
			what = forward
		case 1:
			if c.name != "" {
				what = next
			}
		}
		c.call(ctx, what)
		select {
		case <-time.After(time.Duration(c.rng.Int64N(int64(2 * pace)))):
		case <-ctx.Done():
		}
	}
}

// call asks one broker after the other. It fails if none of them has an answer.
func (c *caller) call(ctx context.Context, what kind) {
	f := c.fleet
	from, held, avoidable := time.Now(), f.holds(), false
	var all []string
	for range f.brokers {
		b := f.brokers[c.at]
		has, begin := b.holds(), time.Now()
		err := c.try(ctx, b, what)
		if ctx.Err() != nil {
			return // the storm is over
		}
		if err == nil {
			return
		}
		end := time.Now()
		bad := b.couldServe(has, begin, end) && (what != forward || !f.vendorAway(begin, end))
		avoidable = avoidable || bad
		text := fmt.Sprintf("%s at %v: %s after %v: %v", b.name, begin.Sub(f.began).Round(time.Millisecond), what, end.Sub(begin).Round(time.Millisecond), err)
		all = append(all, text)
		f.count(func(n *calls) {
			n.tries++
			n.switched++
			if bad {
				n.avoidable++
				n.sample("although it had a token: %s", text)
			}
		})
		c.at = (c.at + 1) % len(f.brokers)
	}
	f.count(func(n *calls) {
		n.failed++
		if !avoidable && f.someServed(held, from, time.Now(), what) {
			n.avoidable++
			n.sample("although one of them had a token all the time: %s", strings.Join(all, "; "))
		}
	})
}

// try asks a broker. An error is no answer, or one that says to come again; 429 is what a caller was told who asks too much.
func (c *caller) try(ctx context.Context, b *broker, what kind) error {
	f := c.fleet
	limit := patience
	if what != current {
		limit *= 2 // it may wait for its turn, or for the next token, twice
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	url := "http://" + b.address + string(what)
	if what == next {
		url += c.name + "&wait=1"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+b.key())
	begin := time.Now()
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	switch resp.StatusCode {
	case http.StatusOK:
		f.count(func(n *calls) { n.answered++ })
		if what != forward {
			return c.took(b, body, begin)
		}
		return nil
	case http.StatusTooManyRequests:
		f.count(func(n *calls) { n.held++ })
		return nil
	}
	text := fmt.Sprintf("%s %s", resp.Status, strings.TrimSpace(string(body)))
	f.count(func(n *calls) {
		switch {
		case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
			n.refused++
			n.sample("%s at %v: %s: %s", b.name, begin.Sub(f.began), what, text)
		case strings.Contains(text, "the login of the profile has ended"):
			n.lost++
			n.sample("%s: %s", b.name, text)
		}
	})
	return errors.New(text)
}

// took looks at a token as the vendor does.
func (c *caller) took(b *broker, body []byte, begin time.Time) error {
	var t struct {
		AccessToken string `json:"access_token"`
		Token       string
	}
	if err := json.Unmarshal(body, &t); err != nil {
		return err
	}
	c.name = t.Token
	until, ok := c.fleet.issued(t.AccessToken)
	b.handed(until, begin)
	c.fleet.count(func(n *calls) {
		switch {
		case !ok:
			n.foreign++
		case until.Before(begin):
			n.dead++
			n.sample("%s handed out a token that had ended %v before", b.name, begin.Sub(until))
		}
	})
	return nil
}
