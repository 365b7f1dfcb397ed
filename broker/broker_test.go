package broker_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

func TestACallerWithAKeyGetsWhatTheVendorAnswers(t *testing.T) {
	p := start(t)
	a := p.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "accounts")
	if !strings.Contains(a.body, "accountId") {
		t.Errorf("the answer is %s", a.body)
	}
	p.ask(http.MethodGet, "/restapi/v1.0/account/~/extension/~", "").want(t, http.StatusOK, "an extension, with the other token")
	if got := p.vendor.Verdicts(); len(got) > 0 {
		t.Errorf("the vendor would object: %q", got)
	}
}

func TestWhoShowsNoKeyGetsNothing(t *testing.T) {
	p := start(t)
	for what, change := range map[string]func(*http.Request){
		"nothing": with("Authorization", ""), "another key": with("Authorization", "Bearer "+p.key+"x"), "a vendor's token": with("Authorization", "Bearer eyJx"),
		"a key in a cookie of another name": func(r *http.Request) { r.Header = http.Header{"Cookie": {"token=" + p.key}} },
	} {
		a := p.ask(http.MethodGet, accounts, "", change).want(t, http.StatusUnauthorized, what)
		if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%s: no challenge", what)
		}
	}
	p.ask(http.MethodGet, accounts+"?key="+p.key, "", with("Authorization", "")).want(t, http.StatusUnauthorized, "a key in the address")
	if n := len(p.vendor.Paths()); n > 0 {
		t.Errorf("the vendor was asked %d times", n)
	}
}

func TestAProfileIsTheOneOfTheKeyOrOfTheRequest(t *testing.T) {
	other := ringcxtest.NewServer(t, nil)
	p := start(t, func(o *broker.Options) {
		o.Profiles = append(o.Profiles, broker.Profile{Name: "sales", Session: other.Session(nil), Endpoint: other.Config().Endpoint})
	})
	sales, err := p.broker.CreateKey(t.Context(), "seller", "sales", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	count := func() [2]int { return [2]int{len(p.vendor.Paths()), len(other.Paths())} }
	for _, c := range []struct {
		key, profile string
		status       int
		at           int // which vendor is asked; -1: none
	}{
		{p.key, "", 200, 0}, {p.key, "main", 200, 0}, {p.key, "sales", 200, 1}, {p.key, "none", 403, -1}, {sales, "", 200, 1}, {sales, "sales", 200, 1}, {sales, "main", 403, -1},
	} {
		before := count()
		p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer "+c.key), with("RingCX-Profile", c.profile)).want(t, c.status, c.profile)
		after := count()
		for at := range 2 {
			if (after[at] > before[at]) != (at == c.at) {
				t.Errorf("profile %q: vendor %d was asked %d times", c.profile, at, after[at]-before[at])
			}
		}
	}
	if _, err := p.broker.CreateKey(t.Context(), "x", "none", 0); err == nil {
		t.Error("a key for a profile that there is not")
	}
}

func TestAProcessOfAUserNeedsNoKeyAtASocket(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("the system does not tell who is at the other end")
	}
	vendor := ringcxtest.NewServer(t, nil)
	b, err := broker.New(&broker.Options{
		Profiles: []broker.Profile{{Name: "main", Session: vendor.Session(nil), Endpoint: vendor.Config().Endpoint}},
		Users:    map[uint32]string{uint32(os.Getuid()): "me"},
		Rules:    []broker.Rule{{Caller: "me", Path: "/voice/**"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	unix := httptest.NewUnstartedServer(nil)
	_ = unix.Listener.Close()
	unix.Listener, unix.Config = l, b.Server()
	unix.Start()
	defer unix.Close()
	tcp := httptest.NewUnstartedServer(nil)
	tcp.Config = b.Server()
	tcp.Start()
	defer tcp.Close()
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	defer client.CloseIdleConnections()
	for url, c := range map[string]struct {
		client *http.Client
		want   int
	}{"http://localhost" + accounts: {client, 200}, "http://localhost/restapi/v1.0/account/~": {client, 403}, tcp.URL + accounts: {direct, 401}} {
		resp, err := c.client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != c.want {
			t.Errorf("%s: %d", url, resp.StatusCode)
		}
	}
	if _, err := b.CreateKey(t.Context(), "x", "", 0); err == nil {
		t.Error("a key without a Store")
	}
}

func TestWhatABrokerCannotServeIsAnErrorBeforeItDoes(t *testing.T) {
	vendor := ringcxtest.NewServer(t, nil)
	good := broker.Profile{Name: "main", Session: vendor.Session(nil), Endpoint: vendor.Config().Endpoint}
	change := func(f func(*broker.Profile)) []broker.Profile {
		p := good
		f(&p)
		return []broker.Profile{p}
	}
	for want, opts := range map[string]*broker.Options{
		"the broker has no profile":                         {},
		`profile "": a name is letters, digits, - and _`:    {Profiles: change(func(p *broker.Profile) { p.Name = "" })},
		`profile "a b": a name is letters, digits, - and _`: {Profiles: change(func(p *broker.Profile) { p.Name = "a b" })},
		`profile "main": there is no session`:               {Profiles: change(func(p *broker.Profile) { p.Session = nil })},
		`profile "main": it is there twice`:                 {Profiles: []broker.Profile{good, good}},
		`rule 1: there is no operation "x"`:                 {Profiles: []broker.Profile{good}, Rules: []broker.Rule{{Operation: "x"}}},
		`profile "main": the RingCX server URL "http://h.example" must use https: tokens travel in clear over http`: {
			Profiles: change(func(p *broker.Profile) { p.Endpoint = ringcx.Endpoint{RingCX: "http://h.example"} }),
		},
	} {
		if _, err := broker.New(opts); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := broker.New(nil); err == nil {
		t.Error("no options are options")
	}
}

func TestKeysAreSharedByBrokersOfAStore(t *testing.T) {
	p := start(t)
	other := start(t, func(o *broker.Options) { o.Store = p.store })
	other.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer "+p.key)).want(t, http.StatusOK, "a key that another broker made")
	keys := &broker.Keys{Store: p.store}
	if n, err := keys.Revoke(t.Context(), "worker"); err != nil || n != 2 {
		t.Errorf("%d, %v", n, err)
	}
}

func TestARequestThatNamesTwoProfilesIsRefused(t *testing.T) {
	p := start(t)
	name := func(names ...string) func(*http.Request) {
		return func(r *http.Request) { r.Header["Ringcx-Profile"] = names }
	}
	p.ask(http.MethodGet, accounts, "", name("main")).want(t, http.StatusOK, "one profile")
	p.ask(http.MethodGet, accounts, "", name("main", "other")).want(t, http.StatusBadRequest, "two")
}

func TestWhatElseGoesWrongIsToldAndCallersAreServed(t *testing.T) {
	p := start(t, func(o *broker.Options) {
		o.Problems = func() []string { return []string{"the sink /x cannot be written"} }
	})
	a := p.ask(http.MethodGet, "/readyz", "").want(t, http.StatusOK, "/readyz")
	if !strings.Contains(a.body, `"status":"degraded","problems":["the sink /x cannot be written"]`) {
		t.Error(a.body)
	}
}
