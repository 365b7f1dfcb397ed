package main_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// penalty is what an answer 429 of the vendor opens, and what every request inside it opens anew.
const penalty = time.Minute

// other is a program of the same app that shares no store with ours and keeps no ledger.
type other struct {
	config *ringcx.Config
	jwt    string
}

func (o other) logins(ctx context.Context, n int) (token *ringcx.Token, err error) {
	for range n {
		if token, err = o.config.JWT(o.jwt).Renew(ctx, nil); err != nil {
			return nil, err
		}
	}
	return token, nil
}

// exchanges uses up what the vendor allows in a minute, with n more on top.
func (o other) exchanges(ctx context.Context, n int) error {
	token, err := o.logins(ctx, 1)
	for range 5 + n {
		if err == nil {
			_, err = o.config.Exchange(ctx, token)
		}
	}
	return err
}

// penalized is a way to a penalty that another program provokes.
type penalized struct {
	name    string
	provoke func(ctx context.Context, o other) error
	again   func(ctx context.Context, o other) // half a minute after our request was refused; nil: nothing more
}

// TestRecoveryFromAPenalty measures how long after the end of a penalty, which another program provoked, the next
// token arrives.
func TestRecoveryFromAPenalty(t *testing.T) {
	for _, c := range []penalized{
		{name: "exchanges used up", provoke: func(ctx context.Context, o other) error { return o.exchanges(ctx, 0) }},
		{name: "logins used up", provoke: func(ctx context.Context, o other) error { _, err := o.logins(ctx, 5); return err }},
		{name: "exchanges in a penalty", provoke: func(ctx context.Context, o other) error { return limited(o.exchanges(ctx, 1)) }},
		{
			name: "exchanges, and once more", provoke: func(ctx context.Context, o other) error { return o.exchanges(ctx, 0) },
			again: func(ctx context.Context, o other) { _ = o.exchanges(ctx, -4) },
		},
	} {
		synctest.Test(t, c.measure)
	}
}

func (c penalized) measure(t *testing.T) {
	v := ringcxtest.NewServer(t, &ringcxtest.Options{NoSockets: true})
	vendor := watch(v)
	config := distant(v, 200*time.Millisecond)
	o := other{config, v.Demo().JWT}
	if err := c.provoke(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if c.again != nil {
		go func() {
			<-time.After(penalty / 2)
			c.again(t.Context(), o)
		}()
	}
	session := config.NewSession(config.JWT(v.Demo().JWT), nil)
	begin, errs := time.Now(), 0
	_, err := session.Token(t.Context())
	for ; err != nil && errs < 5; errs++ {
		_, err = session.Token(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	late := time.Since(vendor.limited.Add(penalty))
	fmt.Fprintf(t.Output(), "%-25s a token %.2f s after the last penalty ended, %6.2f s after it was asked for; %d answers 429, %d errors to the caller\n",
		c.name, late.Seconds(), time.Since(begin).Seconds(), vendor.status[http.StatusTooManyRequests], errs)
	if late < 0 || late > time.Second {
		t.Errorf("%s: the token came %s after the end of the penalty", c.name, late)
	}
}

// limited makes an error of anything but an answer 429.
func limited(err error) error {
	var e *ringcx.Error
	if errors.As(err, &e) && e.StatusCode == http.StatusTooManyRequests {
		return nil
	}
	return fmt.Errorf("no answer 429 but %w", err)
}
