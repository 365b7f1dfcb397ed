package broker_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/broker"
)

func TestWhoWaitsForATokenGetsOneWhenTheBrokerCloses(t *testing.T) {
	p := start(t, metered)
	name := fmt.Sprint(p.ask(http.MethodGet, "/token", "").json(t)["token"])
	waits := make(chan *answered, 1)
	go func() {
		waits <- p.ask(http.MethodGet, "/token?wait=600&after="+url.QueryEscape(name), "")
	}()
	p.becomes(`long_polls{profile="main"}`, 1)
	p.broker.Close()
	if a := <-waits; a.status != http.StatusOK || a.json(t)["token"] != name || a.header.Get("Date") == "" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
}

func TestWhoWaitsForATokenGetsNoneOnceItsKeyIsRevoked(t *testing.T) {
	var later atomic.Int64
	p := start(t, metered, func(o *broker.Options) {
		o.Now = func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	})
	name := fmt.Sprint(p.ask(http.MethodGet, "/token", "").json(t)["token"])
	target := "/token?wait=600&after=" + url.QueryEscape(name)
	answers := make(chan string, 2)
	go func() { // it is held apart from its server
		a := p.ask(http.MethodGet, target, "")
		answers <- fmt.Sprint(a.status, a.body)
	}()
	go func() { // it is not
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
		req.Host = "localhost"
		req.Header.Set("Authorization", "Bearer "+p.key)
		w := httptest.NewRecorder()
		p.broker.ServeHTTP(w, req)
		answers <- fmt.Sprint(w.Code, w.Body)
	}()
	p.becomes(`long_polls{profile="main"}`, 2)
	if n, err := (&broker.Keys{Store: p.store}).Revoke(t.Context(), "worker"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	later.Store(int64(10 * time.Second)) // so long a replica may go on with what it knows of keys
	p.broker.Drain()
	for range 2 {
		if a := <-answers; !strings.HasPrefix(a, "401") || strings.Contains(a, "access_token") {
			t.Error(a)
		}
	}
}

func TestNobodyCanHaveTokensRenewedWithoutEnd(t *testing.T) {
	p := start(t)
	first := p.ask(http.MethodGet, "/token", "").json(t)["token"]
	for range 10 {
		a := p.ask(http.MethodGet, "/token?min_ttl=299.9", "").want(t, http.StatusBadRequest, "almost the whole life")
		if !strings.Contains(a.body, "at most 270") {
			t.Errorf("%s", a.body)
		}
	}
	if now := p.ask(http.MethodGet, "/token?min_ttl=200", "").json(t)["token"]; now != first {
		t.Errorf("the token was renewed: %v, then %v", first, now)
	}
}

func TestWhoeverServesTheBrokerACallerCanWait(t *testing.T) {
	p := start(t)
	name := fmt.Sprint(p.ask(http.MethodGet, "/token", "").json(t)["token"])
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/token?wait=0.05&after="+url.QueryEscape(name), http.NoBody)
	req.Host = "localhost"
	req.Header.Set("Authorization", "Bearer "+p.key)
	w := httptest.NewRecorder() // which gives no connection away
	if p.broker.ServeHTTP(w, req); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
