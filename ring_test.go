package ringcx_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

// viaContext signs with a session that it asks itself.
type viaContext struct {
	source ringcx.TokenSource
	base   http.RoundTripper
}

func (r viaContext) RoundTrip(req *http.Request) (*http.Response, error) {
	token, err := r.source.Token(req.Context())
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.Header.Set("X-Gateway", token.AccessToken)
	return r.base.RoundTrip(req)
}

// otherSource hides that it is a session.
type otherSource struct{ s *ringcx.Session }

func (o otherSource) Token(ctx context.Context) (*ringcx.Token, error) { return o.s.Token(ctx) }

// contextless signs with a session as the transport of golang.org/x/oauth2 does, whose sources take no context.
type contextless viaContext

func (c contextless) RoundTrip(req *http.Request) (*http.Response, error) {
	token, err := c.source.Token(context.Background())
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.Header.Set("X-Gateway", token.AccessToken)
	return c.base.RoundTrip(req)
}

func TestAClientThatSignsWithItsOwnSessionIsToldSoAtOnce(t *testing.T) {
	for name, c := range map[string]func(s *ringcx.Session, base http.RoundTripper) http.RoundTripper{
		"its own client": func(s *ringcx.Session, _ http.RoundTripper) http.RoundTripper { return s.Client().Transport },
		"a Transport": func(s *ringcx.Session, base http.RoundTripper) http.RoundTripper {
			return &ringcx.Transport{Source: s, Host: "localhost", Base: base}
		},
		"in the midst": func(s *ringcx.Session, base http.RoundTripper) http.RoundTripper {
			return &ringcx.Transport{Base: opaque{&ringcx.Transport{Source: s, Host: "localhost", Base: base}}}
		},
		"a source around it": func(s *ringcx.Session, base http.RoundTripper) http.RoundTripper {
			return &ringcx.Transport{Source: otherSource{s}, Host: "localhost", Base: base}
		},
		"a transport of its own": func(s *ringcx.Session, base http.RoundTripper) http.RoundTripper { return viaContext{s, base} },
		"one without a context":  func(s *ringcx.Session, base http.RoundTripper) http.RoundTripper { return contextless{s, base} },
	} {
		for _, other := range []bool{false, true} { // another session of the same lineage, too
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					v := newVendor(t)
					store := new(ringcx.Memory)
					config, client := v.Config(), &http.Client{}
					config.HTTPClient = client
					opts := &ringcx.SessionOptions{Store: store, Key: "k"}
					s := config.NewSession(config.JWT(v.Demo().JWT), opts)
					signing := s
					if other {
						signing = config.NewSession(config.JWT(v.Demo().JWT), opts)
					}
					client.Transport = v.Client().Transport // what session.Client() is made of
					signed := c(signing, v.Client().Transport)
					client.Transport = signed
					start := time.Now()
					_, err := s.Token(t.Context())
					var e *ringcx.Error
					if !errors.As(err, &e) || !strings.Contains(e.Hint(), "does not sign in") || time.Since(start) > 0 {
						t.Errorf("after %s: %v, hint %q", time.Since(start), err, e.Hint())
					}
					if err := s.Login(t.Context()); !errors.As(err, &e) || !strings.Contains(e.Hint(), "does not sign in") || time.Since(start) > 0 {
						t.Errorf("a login, after %s: %v", time.Since(start), err)
					}
					client.Transport = v.Client().Transport
					for range 3 {
						if err := s.Login(t.Context()); err != nil { // nothing was counted
							t.Error(err)
						}
					}
					if time.Since(start) > 0 {
						t.Errorf("something was counted: %s", time.Since(start))
					}
					wantNoVerdicts(t, v)
				})
			})
		}
	}
}

// gate signs the token requests of one session with another.
func gate(signing *ringcx.Session, base http.RoundTripper) http.RoundTripper {
	return &ringcx.Transport{Source: signing, Host: "localhost", Base: base}
}

func TestSessionsThatSignForEachOtherAreToldSoAtOnce(t *testing.T) {
	for _, both := range []bool{false, true} { // at the same time
		synctest.Test(t, func(t *testing.T) {
			v := newVendor(t)
			var sessions [3]*ringcx.Session
			var clients [3]*http.Client
			for i := range sessions {
				config := v.Config()
				clients[i] = &http.Client{Transport: v.Client().Transport}
				config.HTTPClient = clients[i]
				sessions[i] = config.NewSession(config.JWT(v.Demo().JWT), &ringcx.SessionOptions{Key: "k" + string(rune('0'+i))})
			}
			for i := range sessions {
				clients[i].Transport = gate(sessions[(i+1)%3], v.Client().Transport)
			}
			start := time.Now()
			got := make(chan error, 3)
			for i := range sessions {
				if i == 0 || both {
					go func() {
						_, err := sessions[i].Token(t.Context())
						got <- err
					}()
				} else {
					got <- nil
				}
			}
			told := 0
			for range sessions {
				var e *ringcx.Error
				if err := <-got; errors.As(err, &e) && strings.Contains(e.Hint(), "does not sign in") {
					told++
				}
			}
			if told == 0 || time.Since(start) > 0 {
				t.Errorf("%d were told after %s", told, time.Since(start))
			}
			wantAsked(t, v, 0)
		})
	}
}

func TestASessionMaySignForAnother(t *testing.T) {
	for name, sign := range map[string]func(ringcx.TokenSource, http.RoundTripper) http.RoundTripper{
		"with a context":    func(s ringcx.TokenSource, base http.RoundTripper) http.RoundTripper { return viaContext{s, base} },
		"without a context": func(s ringcx.TokenSource, base http.RoundTripper) http.RoundTripper { return contextless{s, base} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gateway := newVendor(t)
				v := newVendor(t)
				config := v.Config()
				signed := 0
				config.HTTPClient = &http.Client{Transport: sign(gateway.Session(nil), roundTrip(func(r *http.Request) (*http.Response, error) {
					if r.Header.Get("X-Gateway") != "" {
						signed++
					}
					return v.Client().Transport.RoundTrip(r)
				}))}
				s := config.NewSession(config.JWT(v.Demo().JWT), nil)
				for range 3 {
					s.Invalidate(mustToken(t, s))
				}
				if signed != 3 { // login, exchange, refresh
					t.Errorf("%d requests were signed", signed)
				}
			})
		})
	}
}

func TestASessionMaySignForAnotherOfTheSameUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		signing := v.Session(&ringcx.SessionOptions{Store: store, Key: "gateway"})
		config := v.Config()
		config.HTTPClient = &http.Client{Transport: viaContext{signing, v.Client().Transport}}
		s := config.NewSession(config.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store, Key: "k"})
		if token := mustToken(t, s); !works(t, v, token) {
			t.Error("the token does not work")
		}
	})
}

// deaf signs with a session that it asks in a goroutine of its own, without a context.
type deaf struct {
	source ringcx.TokenSource
	base   http.RoundTripper
}

func (d deaf) RoundTrip(req *http.Request) (*http.Response, error) {
	var resp *http.Response
	var err error
	done := make(chan struct{})
	go func() { // where nobody can tell what it is for
		defer close(done)
		resp, err = viaContext(d).RoundTrip(req.WithContext(context.Background())) //nolint:bodyclose // the caller does
	}()
	<-done
	return resp, err
}

func TestATransportThatObeysNoContextKeepsNobodyWaitingForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		config, client := v.Config(), &http.Client{}
		config.HTTPClient = client
		s := config.NewSession(config.JWT(v.Demo().JWT), nil)
		client.Transport = deaf{s, v.Client().Transport}
		start := time.Now()
		_, err := s.Token(t.Context())
		var e *ringcx.Error
		if !errors.As(err, &e) || !strings.Contains(e.Hint(), "waits for itself") || time.Since(start) > 31*time.Second {
			t.Errorf("after %s: %v, hint %q", time.Since(start), err, e.Hint())
		}
		synctest.Wait() // for what it left behind
		wantAsked(t, v, 0)
		client.Transport = v.Client().Transport
		if token := mustToken(t, s); !works(t, v, token) {
			t.Error("the token does not work")
		}
	})
}

func TestALogoutThatWouldSignItselfIsToldSoAndEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		config, client := v.Config(), &http.Client{Transport: v.Client().Transport}
		config.HTTPClient = client
		s := config.NewSession(config.JWT(v.Demo().JWT), &ringcx.SessionOptions{Key: "k"})
		token, n := mustToken(t, s), len(v.Requests())
		client.Transport = gate(s, v.Client().Transport)
		var e *ringcx.Error
		if err := s.Logout(t.Context()); !errors.As(err, &e) || !strings.Contains(e.Hint(), "does not sign in") {
			t.Errorf("%v", err)
		}
		wantAsked(t, v, n)
		if mustToken(t, s).AccessToken != token.AccessToken {
			t.Error("the session has ended")
		}
		client.Transport = v.Client().Transport
		if err := s.Logout(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
