package broker_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
)

// late is a body that comes after a while.
type late struct {
	io.Reader
	after time.Duration
}

func (l *late) Read(p []byte) (int, error) {
	<-time.After(l.after) // in a bubble
	l.after = 0
	return l.Reader.Read(p)
}

// slow is a grant that takes its time.
type slow struct {
	ringcx.Grant
	takes time.Duration
}

func (s *slow) Renew(ctx context.Context, prev *ringcx.Token) (*ringcx.Token, error) {
	<-time.After(s.takes) // in a bubble
	return s.Grant.Renew(ctx, prev)
}

// crossing is a broker with two profiles, "main" and "other", that is changed while a request waits.
type crossing struct {
	*fleet
	store   *ringcx.Memory
	audit   *lines
	key     string
	refuses atomic.Int32 // requests that the vendor refuses as of a token that has ended
	tokens  []string     // with which the vendor was asked to do something
}

func newCrossing(t *testing.T) *crossing {
	c := &crossing{store: new(ringcx.Memory), audit: new(lines)}
	c.fleet = startFleet(t, 1, func(o *broker.Options) {
		o.MaxWait, o.Store, o.Audit = 2*time.Minute, c.store, broker.NewAuditLog(c.audit)
	})
	c.handle = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.RawQuery != "judged" {
			return false
		}
		if c.refuses.Add(-1) >= 0 {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, "Jwt is expired")
			return true
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.tokens = append(c.tokens, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		w.WriteHeader(http.StatusCreated)
		return true
	}
	c.options.Profiles = append(c.options.Profiles, broker.Profile{Name: "other", Session: c.session("other", 0), Endpoint: c.options.Profiles[0].Endpoint})
	c.reload(func(*broker.Options) {})
	c.key = c.caller("worker")
	return c
}

// session is one whose logins take a while.
func (c *crossing) session(key string, takes time.Duration) *ringcx.Session {
	config := c.vendor.Config()
	return config.NewSession(&slow{config.JWT(c.vendor.Demo().JWT), takes}, &ringcx.SessionOptions{Store: new(ringcx.Memory), Key: key})
}

func (c *crossing) reload(change func(*broker.Options)) {
	c.t.Helper()
	next := *c.options
	next.Profiles = append([]broker.Profile(nil), next.Profiles...)
	change(&next)
	if err := c.brokers[0].Reload(&next); err != nil {
		c.t.Fatal(err)
	}
	c.options = &next
}

// send sends a request with a body to the broker.
func (c *crossing) send(path string, body io.Reader, length int64, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(c.t.Context(), http.MethodPost, path, body)
	r.Host, r.ContentLength = "localhost", length
	r.Header.Set("Authorization", "Bearer "+c.key)
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	c.brokers[0].ServeHTTP(w, r)
	return w
}

// waits are ways of a request to wait that end after more than fifteen seconds. Each prepares and returns the body.
var waits = map[string]func(c *crossing) io.Reader{
	"for its body": func(*crossing) io.Reader { return &late{strings.NewReader("0123456789"), 20 * time.Second} },
	"for its turn": func(c *crossing) io.Reader {
		c.used(120)
		return strings.NewReader("0123456789")
	},
	"for a second turn, as the token had ended": func(c *crossing) io.Reader {
		c.used(119)
		c.refuses.Store(1)
		return strings.NewReader("0123456789")
	},
	"for its token, until its turn has passed": func(c *crossing) io.Reader {
		c.reload(func(o *broker.Options) { o.Profiles[0].Session = c.session("slow", 50*time.Second) })
		return strings.NewReader("0123456789")
	},
}

// used uses up n requests of the standard limit.
func (c *crossing) used(n int) {
	c.t.Helper()
	for range n {
		if w := c.ask(0, c.key, http.MethodGet, users, nil); w.Code != http.StatusOK {
			c.t.Fatal(w.Code, w.Body)
		}
	}
}

// crossed is what changes while a request waits, and what becomes of that.
type crossed struct {
	change func(c *crossing)
	status int
	serves int    // the profile by its place now, of whose login the token is
	named  string // the profile that the request names
}

var changes = map[string]crossed{
	"nothing (the control)": {func(*crossing) {}, http.StatusCreated, 0, ""},
	"rules, which let it":   {func(c *crossing) { c.reload(denies("/token")) }, http.StatusCreated, 0, ""},
	"rules, which deny it":  {func(c *crossing) { c.reload(denies(users)) }, http.StatusForbidden, 0, ""},
	"its key, revoked": {func(c *crossing) {
		if n, err := (&broker.Keys{Store: c.store}).Revoke(c.t.Context(), "worker"); n != 1 || err != nil {
			c.t.Error(n, err)
		}
	}, http.StatusUnauthorized, 0, ""},
	"its profile, gone": {func(c *crossing) { c.reload(func(o *broker.Options) { o.Profiles = o.Profiles[1:] }) }, http.StatusForbidden, 0, "main"},
	"the login of its profile": {func(c *crossing) {
		c.reload(func(o *broker.Options) { o.Profiles[0].Session = c.session("new", 0) })
	}, http.StatusCreated, 0, ""},
	"the login of its profile, twice": {func(c *crossing) {
		for _, name := range []string{"new", "newer"} {
			c.reload(func(o *broker.Options) { o.Profiles[0].Session = c.session(name, 3*time.Second) })
		}
	}, http.StatusCreated, 0, "main"},
	"the order of profiles": {func(c *crossing) {
		c.reload(func(o *broker.Options) { o.Profiles[0], o.Profiles[1] = o.Profiles[1], o.Profiles[0] })
	}, http.StatusCreated, 0, ""},
	"the order of profiles, of which it names one": {func(c *crossing) {
		c.reload(func(o *broker.Options) { o.Profiles[0], o.Profiles[1] = o.Profiles[1], o.Profiles[0] })
	}, http.StatusCreated, 1, "main"},
}

func TestARequestThatWaitedIsJudgedAndServedByWhatHoldsThen(t *testing.T) {
	for name, x := range changes {
		for waiting, prepare := range waits {
			t.Run(name+" while it waits "+waiting, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { x.crosses(t, prepare) })
			})
		}
	}
}

func (x *crossed) crosses(t *testing.T, prepare func(*crossing) io.Reader) {
	t.Helper()
	c := newCrossing(t)
	defer c.end()
	body := prepare(c)
	began := time.Now()
	done := make(chan *httptest.ResponseRecorder, 1)
	go func() { done <- c.send(users+"?judged", body, 10, with("RingCX-Profile", x.named)) }()
	<-time.After(2 * time.Second)
	synctest.Wait()
	x.change(c)
	w := <-done
	if took := time.Since(began); took < 15*time.Second {
		t.Fatalf("it waited %v: the test shows nothing", took)
	}
	served := 0
	if x.status == http.StatusCreated {
		served = 1
	}
	if w.Code != x.status || len(c.tokens) != served {
		t.Fatalf("%d %s, and the vendor did it %d times", w.Code, w.Body, len(c.tokens))
	}
	if served == 0 {
		c.saysWhy(w.Code)
		return
	}
	p := c.options.Profiles[x.serves]
	token, err := p.Session.Token(t.Context())
	if err != nil || token.AccessToken != c.tokens[0] {
		t.Errorf("the token is not that of profile %s: %v", p.Name, err)
	}
	c.namesProfile(p.Name)
}

// namesProfile wants the last line before the end of the last request to name a profile.
func (c *crossing) namesProfile(name string) {
	c.t.Helper()
	var last map[string]any
	for _, e := range c.audit.entries(c.t) {
		if e["event"] == "begin" && e["method"] == http.MethodPost {
			last = e
		}
	}
	if last["profile"] != name {
		c.t.Errorf("the audit log names profile %v, it is %s's", last["profile"], name)
	}
}

// saysWhy wants the last line to say that the request was not let through.
func (c *crossing) saysWhy(status int) {
	c.t.Helper()
	all := c.audit.entries(c.t)
	last := all[len(all)-1]
	if last["decision"] != "deny" || last["status"] != float64(status) || last["why"] == nil {
		c.t.Errorf("the audit log ends with %v", last)
	}
}

func TestATokenThatWasWaitedForIsHandedOutOnlyToACallerThatStillMayHaveIt(t *testing.T) {
	form := func(text string) func(c *crossing) *httptest.ResponseRecorder {
		return func(c *crossing) *httptest.ResponseRecorder {
			return c.send("/oauth2/token", strings.NewReader(text), int64(len(text)), with("Content-Type", "application/x-www-form-urlencoded"))
		}
	}
	asks := map[string]func(c *crossing) *httptest.ResponseRecorder{
		"at /token": func(c *crossing) *httptest.ResponseRecorder { return c.ask(0, c.key, http.MethodGet, "/token", nil) },
		"at /token, for a while": func(c *crossing) *httptest.ResponseRecorder {
			return c.ask(0, c.key, http.MethodGet, "/token?min_ttl=60", nil)
		},
		"at /oauth2/token":       form("grant_type=client_credentials"),
		"by exchange of the key": (*crossing).exchange,
		"with a form that is late": func(c *crossing) *httptest.ResponseRecorder {
			text := "grant_type=client_credentials"
			return c.send("/oauth2/token", &late{strings.NewReader(text), 20 * time.Second}, int64(len(text)), with("Content-Type", "application/x-www-form-urlencoded"))
		},
	}
	for name, ask := range asks {
		for change, x := range map[string]struct {
			change func(c *crossing)
			may    bool
			key    string
		}{
			"nothing (the control)": {func(*crossing) {}, true, "slow"},
			"its key is revoked": {func(c *crossing) {
				if n, err := (&broker.Keys{Store: c.store}).Revoke(c.t.Context(), "worker"); n != 1 || err != nil {
					c.t.Error(n, err)
				}
			}, false, ""},
			"a rule denies it": {func(c *crossing) { c.reload(denies("/token")) }, false, ""},
			"another login":    {func(c *crossing) { c.reload(func(o *broker.Options) { o.Profiles[0].Session = c.session("new", 0) }) }, true, "new"},
		} {
			t.Run(name+", "+change, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := newCrossing(t)
					defer c.end()
					c.reload(func(o *broker.Options) { o.Profiles[0].Session = c.session("slow", 20*time.Second) })
					done := make(chan *httptest.ResponseRecorder, 1)
					go func() { done <- ask(c) }()
					time.Sleep(2 * time.Second)
					x.change(c)
					w := <-done
					if got := w.Code == http.StatusOK; got != x.may || strings.Contains(w.Body.String(), `"access_token"`) != x.may {
						t.Fatalf("%d %s", w.Code, w.Body)
					}
					if !x.may {
						return
					}
					token, err := c.options.Profiles[0].Session.Token(t.Context())
					if err != nil || !strings.Contains(w.Body.String(), token.AccessToken) {
						t.Errorf("it is not the token of the login of now: %v", err)
					}
				})
			})
		}
	}
}

// exchange asks for the vendor's token with the key as the token to exchange.
func (c *crossing) exchange() *httptest.ResponseRecorder {
	text := "grant_type=" + url.QueryEscape("urn:ietf:params:oauth:grant-type:token-exchange") + "&subject_token_type=" + url.QueryEscape("urn:ietf:params:oauth:token-type:access_token") +
		"&subject_token=" + url.QueryEscape(c.key)
	return c.send("/oauth2/token", strings.NewReader(text), int64(len(text)), with("Content-Type", "application/x-www-form-urlencoded"), with("Authorization", ""))
}

func TestTheAuditLogNamesTheProfileAndCallerOfThePollAtItsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		change func(o *broker.Options)
		want   string
	}{
		"nothing has changed (the control)": {func(*broker.Options) {}, "main"},
		"another profile comes first":       {func(o *broker.Options) { o.Profiles[0], o.Profiles[1] = o.Profiles[1], o.Profiles[0] }, "other"},
		"its profile is gone":               {func(o *broker.Options) { o.Profiles = o.Profiles[1:] }, "other"},
	} {
		for _, version := range []string{"HTTP/1.1", "HTTP/1.0"} {
			t.Run(name+", "+version, func(t *testing.T) {
				log := new(lines)
				p := start(t, metered, func(o *broker.Options) { o.Audit = broker.NewAuditLog(log) })
				options := func(o *broker.Options) {
					o.Audit = broker.NewAuditLog(log)
					o.Profiles = append(o.Profiles, broker.Profile{Name: "other", Session: p.vendor.Session(&ringcx.SessionOptions{Key: "other"}), Endpoint: p.vendor.Config().Endpoint})
				}
				if err := p.again(options); err != nil {
					t.Fatal(err)
				}
				first := fmt.Sprint(p.ask(http.MethodGet, "/token", "").json(t)["token"])
				conn, r := p.dial(t, "GET /token?wait=600&after="+url.QueryEscape(first)+" "+version+"\r\nHost: localhost\r\nAuthorization: Bearer "+p.key+"\r\n\r\n")
				defer func() { _ = conn.Close() }()
				p.becomes(`long_polls{profile="main"}`, 1)
				if err := p.again(options, c.change); err != nil {
					t.Fatal(err)
				}
				p.broker.Drain()
				resp, err := http.ReadResponse(r, nil)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				all := log.entries(t)
				last := all[len(all)-1]
				if resp.StatusCode != http.StatusOK || last["profile"] != c.want || (last["token"] == first) != (c.want == "main") {
					t.Errorf("%d, and the log says %v", resp.StatusCode, last)
				}
			})
		}
	}
}
