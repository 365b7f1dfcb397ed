package broker_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
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
