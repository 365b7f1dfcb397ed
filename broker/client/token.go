package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx"
)

const (
	patience      = 30 * time.Second       // for a request and those after it, of a call that has nothing else
	briefPatience = 10 * time.Second       // of one that has the fallback, or a token that still lives
	attempts      = 3                      // of a call that has no token
	pauseBefore   = 250 * time.Millisecond // the second of them; twice that before the third
	firstQuiet    = time.Second
	longestQuiet  = 10 * time.Second
	longPoll      = 5 * time.Second // for the next token, while the old one lives
)

// held is a token of the broker's.
type held struct {
	token   *ringcx.Token
	name    string    // its fingerprint, as the broker has it
	next    time.Time // when to ask for another
	refused bool      // by the vendor: another is needed at once
	again   time.Time // a refusal before says nothing new
}

// left is how long a token lives: by the clock that runs on, and by that on the wall, which machines that slept set forward.
func left(t *ringcx.Token, now time.Time) time.Duration {
	return min(t.Expiry.Sub(now), t.Expiry.Round(0).Sub(now.Round(0)))
}

// flight is a request for a token, which many may wait for.
type flight struct {
	minTTL time.Duration
	done   chan struct{} // closed when the fields below are set
	token  *ringcx.Token
	err    error
}

// Token is the token that the broker has, or had: one that lives is used until it ends, and asked for again, without making
// anybody wait, when the next is due. It is shared: do not change it. Errors are an [Error], which tells if ctx has ended, or those
// of the fallback.
func (c *Client) Token(ctx context.Context) (*ringcx.Token, error) { return c.TokenFor(ctx, 0) }

// TokenFor is Token with a minimum: the token lives at least minTTL from now.
func (c *Client) TokenFor(ctx context.Context, minTTL time.Duration) (*ringcx.Token, error) {
	for {
		t, f, err := c.decide(minTTL)
		switch {
		case t != nil:
			return t, nil
		case err != nil:
			return c.instead(ctx, minTTL, err)
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return nil, c.unreached(ctx.Err())
		}
		switch {
		case f.err == nil && left(f.token, time.Now()) >= minTTL:
			return f.token, nil
		case f.minTTL != minTTL: // it was another's
		case f.err != nil:
			return c.instead(ctx, minTTL, f.err)
		default:
			return nil, &Error{StatusCode: http.StatusOK, place: c.place, Detail: "the broker's token lives shorter than was asked for"}
		}
	}
}

// decide is a token to use, or a request to wait for, or why there is neither.
func (c *Client) decide(minTTL time.Duration) (*ringcx.Token, *flight, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, h := time.Now(), c.held
	lives := h != nil && !h.refused && left(h.token, now) > 0
	if lives && left(h.token, now) >= minTTL {
		if !c.ahead && !now.Before(h.next) {
			c.ahead = true
			go c.lookAhead(h)
		}
		return h.token, nil, nil
	}
	why := c.last
	switch {
	case c.flight != nil:
	case now.Before(c.quiet):
		return nil, nil, why
	default:
		c.fly(minTTL)
	}
	if c.fallback != nil && isGone(why) {
		return nil, nil, why // what is under way tells later callers when the broker is back
	}
	return nil, c.flight, nil
}

// lookAhead asks for the token after old.
func (c *Client) lookAhead(old *held) {
	ctx, cancel := context.WithTimeout(context.Background(), briefPatience)
	defer cancel()
	wait := min(longPoll, left(old.token, time.Now())/2)
	h, err := c.ask(ctx, url.Values{"after": {old.name}, "wait": {seconds(wait)}})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = false
	if err == nil {
		c.keep(h)
		return
	}
	c.last = err
	c.held.next = time.Now().Add(jittered(max(left(c.held.token, time.Now())/4, firstQuiet)))
}

// fly begins a request. It goes on when those who wait have given up. The caller holds c.mu.
func (c *Client) fly(minTTL time.Duration) {
	f := &flight{minTTL: minTTL, done: make(chan struct{})}
	c.flight = f
	limit := patience
	if c.fallback != nil {
		limit = briefPatience
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		h, err := c.fetch(ctx, minTTL)
		c.land(f, h, err)
	}()
}

// land publishes what came of a request.
func (c *Client) land(f *flight, h *held, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(f.done)
	c.flight = nil
	if err == nil {
		c.keep(h)
		f.token = h.token
		return
	}
	f.err = err
	var e *Error
	if errors.As(err, &e) && e.StatusCode == http.StatusBadRequest {
		return // it was about what this one asked for
	}
	d := min(firstQuiet<<min(c.failures, 8), longestQuiet)
	if e != nil {
		d = max(d, min(e.RetryAfter, 3*longestQuiet))
	}
	c.failures++
	c.quiet, c.last = time.Now().Add(jittered(d)), err
}

// keep keeps a token, unless the one at hand lives longer: answers may come late. The caller holds c.mu.
func (c *Client) keep(h *held) {
	now, old := time.Now(), c.held
	c.held, c.failures, c.last, c.quiet = h, 0, nil, time.Time{}
	switch {
	case old == nil:
		return
	case old.token.AccessToken == h.token.AccessToken:
		h.again = now.Add(firstQuiet)
	case old.refused || old.token.Expiry.Before(h.token.Expiry):
		return
	default:
		c.held = old
	}
	c.held.next = later(c.held.next, now.Add(max(left(c.held.token, now)/4, firstQuiet)))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// jittered is d and up to half as much again, so that programs that failed together do not come back together.
func jittered(d time.Duration) time.Duration { return d + rand.N(d/2+1) } //nolint:gosec // nobody has to guess it

// instead is a token of the fallback, if the broker is gone.
func (c *Client) instead(ctx context.Context, minTTL time.Duration, err error) (*ringcx.Token, error) {
	if c.fallback == nil || !isGone(err) {
		return nil, err
	}
	var t *ringcx.Token
	var own error
	if longer, ok := c.fallback.(interface {
		TokenFor(context.Context, time.Duration) (*ringcx.Token, error)
	}); ok {
		t, own = longer.TokenFor(ctx, minTTL)
	} else {
		t, own = c.fallback.Token(ctx)
	}
	if own == nil && minTTL > 0 && !t.Expiry.IsZero() && left(t, time.Now()) < minTTL {
		own = errors.New("the fallback's token lives shorter than was asked for")
	}
	if own != nil {
		return nil, fmt.Errorf("%w; and without it: %w", err, own)
	}
	return t, nil
}

// Confirm tells the fallback that a token works, if it is one of its.
func (c *Client) Confirm(t *ringcx.Token) {
	if told, ok := c.fallback.(ringcx.Informed); ok && !c.owns(t) {
		told.Confirm(t)
	}
}

// Invalidate reports that the vendor refused a token, so that the next call asks the broker for another.
func (c *Client) Invalidate(t *ringcx.Token) {
	if told, ok := c.fallback.(ringcx.Informed); ok && !c.owns(t) {
		told.Invalidate(t)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if h := c.held; h != nil && h.token.AccessToken == t.AccessToken && !time.Now().Before(h.again) {
		changed := *h
		changed.refused = true
		c.held = &changed
	}
}

// owns tells that a token is the broker's last.
func (c *Client) owns(t *ringcx.Token) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held != nil && c.held.token.AccessToken == t.AccessToken
}

// fetch asks the broker, and tries more than once.
func (c *Client) fetch(ctx context.Context, minTTL time.Duration) (*held, error) {
	query := url.Values{}
	if minTTL > 0 {
		query.Set("min_ttl", seconds(minTTL))
	}
	for n := 1; ; n++ {
		h, err := c.ask(ctx, query)
		var e *Error
		if err == nil || n == attempts || !isGone(err) || errors.As(err, &e) && e.RetryAfter > firstQuiet {
			return h, err
		}
		timer := time.NewTimer(jittered(pauseBefore << (n - 1)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, err
		}
	}
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }

// ask asks the broker once.
func (c *Client) ask(ctx context.Context, query url.Values) (*held, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.origin+"/token?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	began := time.Now()
	resp, err := c.send(req)
	if err != nil {
		return nil, c.unreached(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, c.refusal(resp)
	}
	h, err := read(resp, began)
	if err != nil {
		return nil, &Error{StatusCode: resp.StatusCode, Detail: notABroker, place: c.place, cause: err}
	}
	return h, nil
}

// read reads an answer to a request that began at a time. Times of the broker's clock are compared with each other alone.
func read(resp *http.Response, began time.Time) (*held, error) {
	var a struct {
		Access  string    `json:"access_token"`
		Type    string    `json:"token_type"`
		Left    float64   `json:"expires_in"`
		Expires time.Time `json:"expires_at"`
		Next    time.Time `json:"next_token_at"`
		Name    string    `json:"token"`
	}
	if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, errors.New("it is not JSON")
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, longest+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > longest:
		return nil, errors.New("it is too long")
	case json.Unmarshal(body, &a) != nil, !printable(a.Access), !(a.Left > 0):
		return nil, errors.New("it holds no token")
	}
	life := time.Duration(min(a.Left, (30*24*time.Hour).Seconds()) * float64(time.Second))
	t := &ringcx.Token{AccessToken: a.Access, TokenType: "Bearer", Obtained: began, Expiry: began.Add(life)}
	if a.Type == "X-Auth-Token" {
		t.TokenType = a.Type
	}
	ahead := life / 5
	if !a.Next.IsZero() && a.Next.Before(a.Expires) {
		ahead = min(a.Expires.Sub(a.Next), life)
	}
	if whole := 5 * ahead; whole > life { // so that the token itself tells the same, see ringcx.Token.RenewAt
		t.Obtained = t.Expiry.Add(-whole)
	}
	return &held{token: t, name: a.Name, next: t.Expiry.Add(-ahead + rand.N(ahead/4+1))}, nil //nolint:gosec // nobody has to guess it
}
