package broker_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// again reloads the broker of p with other options.
func (p *place) again(change ...func(*broker.Options)) error {
	opts := &broker.Options{
		Profiles: []broker.Profile{{Name: "main", Session: p.session, Endpoint: p.vendor.Config().Endpoint}}, Store: p.store,
	}
	for _, f := range change {
		f(opts)
	}
	return p.broker.Reload(opts)
}

func denies(path string) func(*broker.Options) {
	return func(o *broker.Options) { o.Rules = []broker.Rule{{Deny: true, Path: path}, {Path: "/**"}} }
}

func TestReloadingUnderLoadDropsNoRequest(t *testing.T) {
	p := start(t)
	var asked, dropped atomic.Int64
	var all sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				asked.Add(1)
				if a := p.ask(http.MethodGet, "/token", ""); a.status != http.StatusOK {
					dropped.Add(1)
				}
			}
		})
	}
	reloads := 0
	for ; reloads < 50 || asked.Load() < 500; reloads++ {
		if err := p.again(denies(fmt.Sprintf("/voice/api/v%d/x", reloads%7))); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	all.Wait()
	if dropped.Load() > 0 {
		t.Errorf("%d of %d requests were dropped by %d reloads", dropped.Load(), asked.Load(), reloads)
	}
}

func TestAReloadChangesWhatTheNextRequestMay(t *testing.T) {
	p := start(t)
	if err := p.again(denies("/token")); err != nil {
		t.Fatal(err)
	}
	if a := p.ask(http.MethodGet, "/token", ""); a.status != http.StatusForbidden {
		t.Errorf("the rule of before counts: %d", a.status)
	}
	if err := p.again(denies("relative")); err == nil {
		t.Error("a rule that is none was taken")
	}
	if a := p.ask(http.MethodGet, "/token", ""); a.status != http.StatusForbidden {
		t.Errorf("a reload that failed changed something: %d", a.status)
	}
	if err := p.again(); err != nil {
		t.Fatal(err)
	}
	if a := p.ask(http.MethodGet, "/token", ""); a.status != http.StatusOK {
		t.Errorf("%d", a.status)
	}
}

func TestWhoWaitsForATokenGoesOnToWaitOverAReload(t *testing.T) {
	p := start(t)
	first := p.ask(http.MethodGet, "/token", "").json(t)
	next := make(chan *answered, 1)
	go func() {
		next <- p.ask(http.MethodGet, fmt.Sprintf("/token?after=%s&wait=60", url.QueryEscape(fmt.Sprint(first["token"]))), "")
	}()
	for range 20 {
		if err := p.again(denies("/voice/api/v1/x")); err != nil {
			t.Fatal(err)
		}
	}
	token, err := p.session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.session.Invalidate(token)
	if a := p.ask(http.MethodGet, "/token", ""); a.status != http.StatusOK { // brings the next one
		t.Fatal(a.status, a.body)
	}
	if a := <-next; a.status != http.StatusOK || a.json(t)["token"] == first["token"] {
		t.Errorf("the caller got %d %v", a.status, a.body)
	}
}

func TestTokensOfTheBrokersOwnStayGoodOverAReload(t *testing.T) {
	p := start(t)
	a := p.ask(http.MethodPost, "/restapi/oauth/token", "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="+broker.StandIn(p.key),
		func(r *http.Request) {
			r.Header.Del("Authorization")
			r.SetBasicAuth("worker", p.key)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		})
	own, _ := a.json(t)["access_token"].(string)
	if !strings.HasPrefix(own, "rcxs_") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if err := p.again(func(o *broker.Options) { o.Hosts = []string{"other.internal"} }); err != nil {
		t.Fatal(err)
	}
	if a := p.ask(http.MethodGet, accounts, "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+own) }); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestAReloadWithAnotherSessionServesItsTokens(t *testing.T) {
	p := start(t)
	old := p.ask(http.MethodGet, "/token", "").json(t)["access_token"]
	other := p.vendor.Session(nil)
	if err := p.again(func(o *broker.Options) { o.Profiles[0].Session = other }); err != nil {
		t.Fatal(err)
	}
	token, err := other.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if now := p.ask(http.MethodGet, "/token", "").json(t)["access_token"]; now == old || now != token.AccessToken {
		t.Error("the token is not that of the session")
	}
}

func TestAKeyThatWasRevokedEndsWithAReload(t *testing.T) {
	p := start(t)
	p.ask(http.MethodGet, "/token", "")
	others := &broker.Keys{Store: p.store} // of another process
	if n, err := others.Revoke(t.Context(), "worker"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if err := p.again(); err != nil {
		t.Fatal(err)
	}
	if a := p.ask(http.MethodGet, "/token", ""); a.status != http.StatusUnauthorized {
		t.Errorf("%d", a.status)
	}
}

// get asks without a key.
func get(t *testing.T, url string) *answered {
	t.Helper()
	resp, err := direct.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &answered{status: resp.StatusCode, header: resp.Header, body: string(body)}
}

func TestABrokerThatIsToEndSaysSoAndLetsNobodyWait(t *testing.T) {
	p := start(t)
	if a := get(t, p.url+"/readyz"); a.status != http.StatusOK || a.json(t)["status"] != "ready" {
		t.Errorf("%d %s", a.status, a.body)
	}
	first := p.ask(http.MethodGet, "/token", "").json(t)
	waits := make(chan *answered, 1)
	go func() {
		waits <- p.ask(http.MethodGet, fmt.Sprintf("/token?after=%s&wait=600", url.QueryEscape(fmt.Sprint(first["token"]))), "")
	}()
	p.broker.Drain()
	p.broker.Drain()
	if a := <-waits; a.status != http.StatusOK {
		t.Errorf("who waited got %d", a.status)
	}
	a := get(t, p.url+"/readyz")
	if a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "the broker is ending") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := get(t, p.url+"/healthz"); a.status != http.StatusOK {
		t.Errorf("%d", a.status)
	}
	resp, err := direct.Get(p.url + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if !resp.Close {
		t.Error("the connection stays")
	}
}

func TestReadyzSaysInWordsWhatIsWrongAndTellsNoSecret(t *testing.T) {
	vendor := ringcxtest.NewServer(t, nil)
	nobody := vendor.Config().NewSession(nil, &ringcx.SessionOptions{Store: new(ringcx.Memory), Key: "nobody"})
	p := startAt(t, vendor, vendor.Session(nil), func(o *broker.Options) {
		o.Profiles = append(o.Profiles, broker.Profile{Name: "gone", Session: nobody, Endpoint: vendor.Config().Endpoint})
	})
	a := get(t, p.url+"/readyz")
	if a.status != http.StatusOK || a.json(t)["status"] != "degraded" || !strings.Contains(a.body, "profile gone: login required") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if err := p.again(func(o *broker.Options) { o.Profiles[0].Session = nobody }); err != nil {
		t.Fatal(err)
	}
	if a := get(t, p.url+"/readyz"); a.status != http.StatusServiceUnavailable || a.json(t)["status"] != "not ready" {
		t.Errorf("%d %s", a.status, a.body)
	}
	token, err := p.session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(a.body, token.AccessToken) || strings.Contains(a.body, p.key) {
		t.Error("there is a secret in it")
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := direct.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("%d", resp.StatusCode)
	}
}

// deaf is a Store that can stop to answer, or to end an answer.
type deaf struct {
	ringcx.Memory
	down, hangs atomic.Bool
}

func (d *deaf) Load(ctx context.Context, key string) ([]byte, error) {
	if d.hangs.Load() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if d.down.Load() {
		return nil, io.ErrUnexpectedEOF
	}
	return d.Memory.Load(ctx, key)
}

func TestWithTheStoreDownCallersAreServedAndReadyzSaysSo(t *testing.T) {
	vendor, store := ringcxtest.NewServer(t, nil), new(deaf)
	p := startAt(t, vendor, vendor.Session(&ringcx.SessionOptions{Store: store}), func(o *broker.Options) { o.Store = store })
	if a := p.ask(http.MethodGet, accounts, ""); a.status != http.StatusOK {
		t.Fatal(a.status, a.body)
	}
	store.down.Store(true)
	if a := p.ask(http.MethodGet, accounts, ""); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
	if err := p.again(func(o *broker.Options) { o.Store = store }); err != nil {
		t.Fatal(err)
	}
	if a := p.ask(http.MethodGet, accounts, ""); a.status != http.StatusOK {
		t.Errorf("a reload lost the keys: %d %s", a.status, a.body)
	}
	a := get(t, p.url+"/readyz")
	if a.status != http.StatusOK || a.json(t)["status"] != "degraded" || !strings.Contains(a.body, "the Store does not answer") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestReadyzTellsWithinASecondThatAStoreHangs(t *testing.T) {
	vendor, store := ringcxtest.NewServer(t, nil), new(deaf)
	session := vendor.Session(&ringcx.SessionOptions{Store: store})
	p := startAt(t, vendor, session, func(o *broker.Options) { o.Store = store })
	p.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "the store answers")
	// Another broker of the same Store, which no caller has reached yet.
	b, err := broker.New(&broker.Options{Store: store, Profiles: []broker.Profile{{Name: "main", Session: session, Endpoint: vendor.Config().Endpoint}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	asked := func(h http.Handler) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", http.NoBody)
		req.Host = "localhost"
		began := time.Now()
		h.ServeHTTP(w, req)
		if took := time.Since(began); took >= 5*time.Second { // the Store would be waited for so long; a probe waits for one
			t.Errorf("it took %v", took)
		}
		return w
	}
	store.hangs.Store(true)
	if w := asked(p.broker); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "the Store does not answer") {
		t.Errorf("who has the keys: %d %s", w.Code, w.Body)
	}
	if w := asked(b); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "keys of callers could not be read") {
		t.Errorf("who never read them: %d %s", w.Code, w.Body)
	}
}
