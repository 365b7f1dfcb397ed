package ringcx_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

func TestACallWaitsForTheVendorsLimitsAsLongAsItMay(t *testing.T) {
	for name, c := range map[string]struct {
		most, ctx time.Duration // 0: not said, and no deadline
		asked     string        // seconds, by the vendor
		waits     time.Duration // -1: not at all, which is an error
	}{
		"the default":                    {0, 0, "100", 100 * time.Second},
		"the default is not enough":      {0, 0, "130", -1},
		"ten minutes":                    {10 * time.Minute, 0, "500", 500 * time.Second},
		"ten minutes are not enough":     {10 * time.Minute, 0, "700", -1},
		"three seconds":                  {3 * time.Second, 0, "2", 2 * time.Second},
		"three seconds are not enough":   {3 * time.Second, 0, "4", -1},
		"not at all":                     {-1, 0, "1", -1},
		"the context allows less":        {10 * time.Minute, time.Minute, "500", -1},
		"the context allows more":        {3 * time.Second, time.Hour, "50", -1},
		"the context allows as much":     {time.Hour, time.Hour, "3000", 50 * time.Minute},
		"longer than a wait for a store": {5 * time.Minute, 0, "200", 200 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVendor(t)
				for what, call := range map[string]func(context.Context, *ringcx.Session) error{
					"Token": func(ctx context.Context, s *ringcx.Session) error { _, err := s.Token(ctx); return err },
					"Login": func(ctx context.Context, s *ringcx.Session) error { return s.Login(ctx) },
				} {
					var log bytes.Buffer
					s := v.Session(&ringcx.SessionOptions{MaxWait: c.most, Log: slog.New(slog.NewJSONHandler(&log, nil))})
					fault(t, v, loginPath, "retry-after", `"status":429,"retryAfter":"`+c.asked+`"`)
					ctx, cancel := t.Context(), func() {}
					if c.ctx > 0 {
						ctx, cancel = context.WithTimeout(ctx, c.ctx)
					}
					begin := time.Now()
					err := call(ctx, s)
					cancel()
					waited := time.Since(begin)
					var e *ringcx.Error
					switch {
					case c.waits < 0 && (!errors.As(err, &e) || !e.Limited() || e.RetryAfter <= 0 || waited > time.Second):
						t.Errorf("%s: %v after %s", what, err, waited)
					case c.waits >= 0 && (err != nil || waited < c.waits || waited > c.waits+time.Second):
						t.Errorf("%s: %v after %s", what, err, waited)
					}
					if told := bytes.Contains(log.Bytes(), []byte(`"until":"`)); told != (c.waits >= 0) {
						t.Errorf("%s: the log says\n%s", what, &log)
					}
					time.Sleep(time.Hour)
				}
			})
		})
	}
}

func TestALimitIsToldFromWhatWaitingDoesNotMend(t *testing.T) {
	lost := &net.OpError{Op: "read", Err: errBroken}
	for name, c := range map[string]struct {
		status     int
		retryAfter string
		body       string
		err        error
		want       bool
	}{
		"429":                       {429, "", `{}`, nil, true},
		"429 with a time":           {429, "7", `{}`, nil, true},
		"503 with a time":           {503, "7", `{}`, nil, true},
		"503":                       {503, "", `{}`, nil, false},
		"500 with a time":           {500, "7", `{}`, nil, false},
		"400":                       {400, "", `{"error":"invalid_grant"}`, nil, false},
		"400 with a time":           {400, "7", `{"error":"invalid_grant"}`, nil, false},
		"a limit that calls it 200": {200, "", `{"errorCode":"CMN-301","message":"Request rate exceeded"}`, nil, true},
		"a page":                    {200, "7", `<html>`, nil, false},
		"no answer":                 {0, "", "", lost, false},
		"no connection":             {0, "", "", &net.OpError{Op: "dial", Err: errBroken}, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			v := newVendor(t)
			config := v.Config()
			config.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				if c.err != nil {
					return nil, c.err
				}
				resp := &http.Response{StatusCode: c.status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(c.body)), Request: r}
				if c.retryAfter != "" {
					resp.Header.Set("Retry-After", c.retryAfter)
				}
				return resp, nil
			})}
			_, err := config.NewSession(config.JWT(v.Demo().JWT), &ringcx.SessionOptions{MaxWait: -1}).Token(t.Context())
			var e *ringcx.Error
			if !errors.As(err, &e) || e.Limited() != c.want {
				t.Errorf("%s: limited %v: %v", name, !c.want, err)
			}
		})
	}
}

func TestOurOwnCountIsALimitToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(&ringcx.SessionOptions{Store: new(ringcx.Memory), Key: "k", MaxWait: -1})
		for range 5 {
			if err := s.Login(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		from := len(v.Paths())
		for what, err := range map[string]error{"Login": s.Login(t.Context()), "Logout": s.Logout(t.Context())} {
			var e *ringcx.Error
			if !errors.As(err, &e) || !e.Limited() || e.RetryAfter < 30*time.Second {
				t.Errorf("%s: %v", what, err)
			}
		}
		wantAsked(t, v, from)
		mustToken(t, s)
	})
}

func TestAStoreIsWaitedForAsLongAsTheVendorIs(t *testing.T) {
	for most, want := range map[time.Duration]bool{0: false, -1: false, 30 * time.Second: false, 5 * time.Minute: true} {
		synctest.Test(t, func(t *testing.T) {
			v, store, taken, released := newVendor(t), new(ringcx.Memory), make(chan bool), make(chan bool)
			go func() {
				defer close(released)
				_ = store.Update(t.Context(), "k", func([]byte, func([]byte) error) error {
					close(taken)
					time.Sleep(3 * time.Minute)
					return nil
				})
			}()
			<-taken
			begin := time.Now()
			_, err := v.Session(&ringcx.SessionOptions{Store: store, Key: "k", MaxWait: most}).Token(t.Context())
			if waited := time.Since(begin); (err == nil) != want || !want && waited != time.Minute {
				t.Errorf("MaxWait %s: %v after %s", most, err, waited)
			}
			<-released
		})
	}
}
