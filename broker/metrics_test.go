package broker_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// metered lets a broker count.
func metered(o *broker.Options) { o.Metrics = broker.NewMetrics() }

// numbers are the series of GET /metrics.
func (p *place) numbers() map[string]float64 {
	p.t.Helper()
	a := p.ask(http.MethodGet, "/metrics", "", with("Authorization", "")).want(p.t, http.StatusOK, "/metrics")
	return series(p.t, a.body)
}

var sampleLine = regexp.MustCompile(`^(ringcx_broker_[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\})?) (\S+)$`)

func series(t testing.TB, page string) map[string]float64 {
	t.Helper()
	all := map[string]float64{}
	for line := range strings.Lines(page) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "# HELP ringcx_broker_") || strings.HasPrefix(line, "# TYPE ringcx_broker_") {
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("%q is not in the format", line)
		}
		v, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := all[m[1]]; twice {
			t.Errorf("%s is there twice", m[1])
		}
		all[m[1]] = v
	}
	return all
}

// becomes asks until a series has a value; the test ends by its own time if it never does.
func (p *place) becomes(name string, want float64) {
	p.t.Helper()
	for got := -1.0; got != want; {
		got = p.numbers()["ringcx_broker_"+name]
	}
}

// wantNumbers checks series; -1 is for one that must not be there.
func wantNumbers(t testing.TB, got, want map[string]float64) {
	t.Helper()
	for name, v := range want {
		name = "ringcx_broker_" + name
		if is, ok := got[name]; ok != (v >= 0) || ok && is != v {
			t.Errorf("%s: %v (there: %v), want %v", name, is, ok, v)
		}
	}
}

func TestRequestsAreCounted(t *testing.T) {
	p, _ := startTapped(t, func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/21000001/campaignLeads/1") {
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}
		if strings.HasSuffix(r.URL.Path, "/login/rc/accesstoken") {
			<-time.After(2 * time.Millisecond) // so that who needs the first token waits
		}
		return false
	}, metered, func(o *broker.Options) {
		o.Rules = []broker.Rule{{Deny: true, Operation: "getAgentGroupList"}, {}}
	})
	p.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "forwarded")
	p.ask(http.MethodGet, accounts, "")
	p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer rcxb_wrong")).want(t, http.StatusUnauthorized, "a wrong key")
	p.ask(http.MethodGet, accounts+"/21000001/agentGroups", "").want(t, http.StatusForbidden, "denied")
	p.ask(http.MethodGet, "/voice/api/v1/nothing/such", "")
	p.ask(http.MethodGet, "/token", "").want(t, http.StatusOK, "the token")
	p.ask(http.MethodPatch, accounts+"/21000001/campaignLeads/1", "{}").want(t, http.StatusTooManyRequests, "the vendor's refusal")
	got := p.numbers()
	wantNumbers(t, got, map[string]float64{
		`requests_total{operation="getAllAccounts",code="2xx",decision="allowed"}`:    2,
		`requests_total{operation="other",code="4xx",decision="unknown"}`:             1,
		`requests_total{operation="getAgentGroupList",code="4xx",decision="denied"}`:  1,
		`requests_total{operation="other",code="4xx",decision="allowed"}`:             1,
		`requests_total{operation="broker.token",code="2xx",decision="allowed"}`:      1,
		`requests_total{operation="patchCampaignLead",code="429",decision="allowed"}`: 1,
		`caller_requests_total{caller="worker",decision="allowed"}`:                   5,
		`caller_requests_total{caller="worker",decision="denied"}`:                    1,
		`vendor_answers_total{code="429"}`:                                            1,
		`vendor_answers_total{code="2xx"}`:                                            2,
		`request_seconds_count{operation="getAllAccounts"}`:                           2,
		`request_seconds_bucket{operation="getAllAccounts",le="+Inf"}`:                2,
		`turn_seconds_count`:             4,
		`ready`:                          1,
		`store_up`:                       1,
		`login_required{profile="main"}`: 0,
		`long_polls{profile="main"}`:     0,
		`audit_failures_total`:           0,
		`budget_limit{limit="standard",account="",profile="main"}`:                        120,
		`budget_left{limit="leadUpdates",account="other",profile=""}`:                     0,
		`build_info{version="` + ringcx.Version + `",goversion="` + runtimeVersion + `"}`: 1,
	})
	if left := got[`ringcx_broker_budget_left{limit="standard",account="",profile="main"}`]; left >= 120 || left < 110 {
		t.Errorf("%v requests are left", left)
	}
	if quiet := got[`ringcx_broker_quiet_seconds{limit="leadUpdates",account="other",profile=""}`]; quiet <= 0 || quiet > 30 {
		t.Errorf("quiet for %v s", quiet)
	}
	if seconds := got[`ringcx_broker_token_seconds{profile="main"}`]; seconds <= 0 {
		t.Errorf("the token lives for %v s", seconds)
	}
	if waited := got[`ringcx_broker_coalesced_total{profile="main"}`]; waited < 1 || waited > 4 {
		t.Errorf("%v requests have waited for a token", waited)
	}
}

func TestNumbersAreForThisMachineOrAKey(t *testing.T) {
	p := start(t, metered, func(o *broker.Options) {
		o.Rules = []broker.Rule{{Caller: "prometheus", Method: http.MethodGet, Path: "/metrics"}, {Deny: true, Path: "/metrics"}, {}}
	})
	scraper, err := p.broker.CreateKey(t.Context(), "prometheus", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what, remote, key, forwarded string
		status                       int
	}{
		{"this machine", "", "", "", http.StatusOK},
		{"a proxy of this machine", "", "", "203.0.113.5", http.StatusUnauthorized},
		{"a proxy, with a key", "", scraper, "203.0.113.5", http.StatusOK},
		{"another machine", "203.0.113.5:999", "", "", http.StatusUnauthorized},
		{"another machine, with a key", "203.0.113.5:999", scraper, "", http.StatusOK},
		{"another machine, with a key that may not", "203.0.113.5:999", p.key, "", http.StatusForbidden},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
		r.Host = "127.0.0.1"
		server := p.broker.Server()
		ctx := r.Context()
		if c.remote == "" {
			c.remote = "127.0.0.1:999"
		}
		ctx = server.ConnContext(ctx, from(c.remote))
		if c.key != "" {
			r.Header.Set("Authorization", "Bearer "+c.key)
		}
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		w := httptest.NewRecorder()
		p.broker.ServeHTTP(w, r.WithContext(ctx))
		if w.Code != c.status || strings.Contains(w.Body.String(), "ringcx_broker_ready") != (c.status == http.StatusOK) {
			t.Errorf("%s: %d, want %d: %.100s", c.what, w.Code, c.status, w.Body)
		}
	}
	p.ask(http.MethodPost, "/metrics", "").want(t, http.StatusMethodNotAllowed, "POST")
	p.ask(http.MethodGet, "/metrics", "", func(r *http.Request) { r.Host = "evil.example" }).want(t, http.StatusMisdirectedRequest, "another host")
	start(t).ask(http.MethodGet, "/metrics", "").want(t, http.StatusNotFound, "a broker that counts nothing")
}

func TestNumbersThatAProxyAsksForNeedAKey(t *testing.T) {
	p := start(t, metered)
	asks := func(p *place, version, host string, headers ...string) int {
		return p.raw(t, "GET /metrics HTTP/"+version+"\r\nHost: "+host+"\r\n"+strings.Join(append(headers, "Connection: close"), "\r\n")+"\r\n\r\n")
	}
	for what, got := range map[string]int{
		"nginx with proxy_pass alone":  asks(p, "1.0", "127.0.0.1:8788"),
		"haproxy":                      asks(p, "1.1", "192.0.2.1"),
		"one with Via":                 asks(p, "1.1", "127.0.0.1", "Via: 1.1 proxy"),
		"one with X-Forwarded-Proto":   asks(p, "1.1", "127.0.0.1", "X-Forwarded-Proto: https"),
		"Envoy":                        asks(p, "1.1", "localhost", "X-Envoy-Expected-Rq-Timeout-Ms: 15000"),
		"one with a client's address":  asks(p, "1.1", "127.0.0.1", "X-Real-IP: 203.0.113.5"),
		"whoever it is, if so desired": asks(start(t, metered, func(o *broker.Options) { o.MetricsKey = true }), "1.1", "127.0.0.1"),
	} {
		if got != http.StatusUnauthorized {
			t.Errorf("%s: %d", what, got)
		}
	}
	for _, host := range []string{"127.0.0.1:8788", "localhost", "[::1]:1"} { // the control
		if got := asks(p, "1.1", host); got != http.StatusOK {
			t.Errorf("a process of this machine that asks for %s: %d", host, got)
		}
	}
	keyed := start(t, metered, func(o *broker.Options) { o.MetricsKey = true })
	keyed.ask(http.MethodGet, "/metrics", "").want(t, http.StatusOK, "with a key")
}

func TestNoCallerMakesSeries(t *testing.T) {
	p, _ := startTapped(t, func(w http.ResponseWriter, r *http.Request) bool {
		there := strings.HasPrefix(r.URL.Path, accounts+"/21000001/")
		if there {
			w.WriteHeader(http.StatusNoContent)
		}
		return there
	}, metered)
	p.ask(http.MethodGet, accounts, "")
	before := len(p.numbers())
	for i := range 40 {
		n := strconv.Itoa(i)
		p.ask(http.MethodPatch, accounts+"/777"+n+"/campaignLeads/1", "{}")
		p.ask("X"+n, "/voice/api/v1/x"+n+"?y"+n, "", with("User-Agent", "z"+n))
		p.ask(http.MethodGet, accounts, "", with("Ringcx-Profile", "p"+n), with("Host", "h"+n))
		p.form("/oauth2/token", "grant_type=client_credentials", basic("caller"+n, "wrong"))
	}
	got := p.numbers()
	if more := len(got) - before; more > 60 { // of one operation, and what was decided about others
		t.Errorf("there are %d series more", more)
	}
	for name := range got {
		if strings.Contains(name, "777") || regexp.MustCompile(`"(caller|p|x|y|z|h|X)\d`).MatchString(name) {
			t.Errorf("a caller made %s", name)
		}
	}
	wantNumbers(t, got, map[string]float64{`budget_left{limit="leadUpdates",account="21000001",profile=""}`: -1, `waiting{limit="leadUpdates",account="other",profile=""}`: 0})
	p.ask(http.MethodPatch, accounts+"/21000001/campaignLeads/1", "{}").want(t, http.StatusNoContent, "an account that there is") // the control
	if _, ok := p.numbers()[`ringcx_broker_budget_left{limit="leadUpdates",account="21000001",profile=""}`]; !ok {
		t.Error("an account that there is has no series")
	}
}

func TestNumbersHoldNoSecret(t *testing.T) {
	p := start(t, metered)
	p.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "forwarded")
	a := p.form("/oauth2/token", "grant_type=client_credentials", basic("worker", p.key)).want(t, http.StatusOK, "a token")
	token, err := p.session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	page := p.ask(http.MethodGet, "/metrics", "").body
	short, _ := a.json(t)["access_token"].(string)
	for _, secret := range []string{p.key, token.AccessToken, token.RefreshToken, short, p.vendor.Demo().JWT, p.vendor.Config().ClientSecret} {
		if secret != "" && strings.Contains(page, secret) {
			t.Errorf("the page has %.8s…", secret)
		}
	}
}

func TestRenewalsAreCountedByWayAndResult(t *testing.T) {
	vendor := ringcxtest.NewServer(t, nil)
	m := broker.NewMetrics()
	quiet := slog.New(m.Count(slog.DiscardHandler)).With("profile", "main")
	session := vendor.Session(&ringcx.SessionOptions{Log: quiet})
	p := startAt(t, vendor, session, func(o *broker.Options) { o.Metrics = m })
	p.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "forwarded")
	bad := vendor.Config().NewSession(vendor.Config().JWT("wrong"), &ringcx.SessionOptions{Log: quiet.WithGroup("x").With("profile", "caller's")})
	if _, err := bad.Token(t.Context()); !errors.Is(err, ringcx.ErrLoginRequired) {
		t.Error(err)
	}
	wantNumbers(t, p.numbers(), map[string]float64{
		`renewals_total{profile="main",way="login",result="ok"}`:             1,
		`renewals_total{profile="main",way="exchange",result="ok"}`:          1,
		`renewals_total{profile="main",way="login",result="login_required"}`: 1,
	})
	if quiet.Enabled(context.Background(), slog.LevelDebug) {
		t.Error("what nobody wants is told")
	}
}

func TestALoginThatEndedIsANumber(t *testing.T) {
	vendor := ringcxtest.NewServer(t, nil)
	session := vendor.Config().NewSession(vendor.Config().JWT("wrong"), nil)
	p := startAt(t, vendor, session, metered)
	wantNumbers(t, p.numbers(), map[string]float64{`login_required{profile="main"}`: 1, `token_seconds{profile="main"}`: 0, `ready`: 0})
}

func TestLinesThatCannotBeWrittenAreCounted(t *testing.T) {
	p, _, log := audited(t, metered)
	log.fail(errors.New("no space left"))
	p.ask(http.MethodGet, accounts, "").want(t, http.StatusServiceUnavailable, "without a log")
	got := p.numbers()
	if got["ringcx_broker_audit_failures_total"] == 0 {
		t.Error("no failure is counted")
	}
	wantNumbers(t, got, map[string]float64{`requests_total{operation="getAllAccounts",code="5xx",decision="unavailable"}`: 1})
}

func TestWhoWaitsForATokenIsCounted(t *testing.T) {
	p := start(t, metered)
	name, _ := p.ask(http.MethodGet, "/token", "").json(t)["token"].(string)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/token?wait=600&after="+name, nil)
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set("Authorization", "Bearer "+p.key)
		if resp, err := direct.Do(req); err == nil {
			_ = resp.Body.Close()
		}
	}()
	p.becomes(`long_polls{profile="main"}`, 1)
	cancel()
	<-done
	p.becomes(`long_polls{profile="main"}`, 0)
}

var runtimeVersion = runtime.Version()

// from is a connection from an address.
func from(address string) net.Conn {
	at := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(address))
	return addressed{at: at}
}

type addressed struct {
	net.Conn
	at net.Addr
}

func (a addressed) RemoteAddr() net.Addr { return a.at }

func TestNumbersGoOnAfterAReload(t *testing.T) {
	var opts *broker.Options
	p := start(t, metered, func(o *broker.Options) { opts = o })
	p.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "before")
	next := *opts
	next.Metrics = nil // those of the beginning stay
	if err := p.broker.Reload(&next); err != nil {
		t.Fatal(err)
	}
	p.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "after")
	wantNumbers(t, p.numbers(), map[string]float64{`requests_total{operation="getAllAccounts",code="2xx",decision="allowed"}`: 2})
}
