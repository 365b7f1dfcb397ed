package broker_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

func TestASessionThatCannotBeUnderstoodIsSaidToBeSoAndNotTheStoreToBeDown(t *testing.T) {
	const newer, damaged = "what is stored of its login is of a newer version", "what is stored of its login is damaged"
	for text, why := range map[string]string{`{"version":2}`: newer, `{"version":1,"ringcx":{"acc`: damaged} {
		vendor, store := ringcxtest.NewServer(t, nil), new(ringcx.Memory)
		session := func() *ringcx.Session { return vendor.Session(&ringcx.SessionOptions{Store: store, Key: "main"}) }
		before := startAt(t, vendor, session(), metered, func(o *broker.Options) { o.Store = store })
		before.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "the control")
		err := store.Update(t.Context(), "main", func(_ []byte, save func([]byte) error) error { return save([]byte(text)) })
		if err != nil {
			t.Fatal(err)
		}
		sent := len(vendor.Paths())
		after := startAt(t, vendor, session(), metered, func(o *broker.Options) { o.Store = store })
		a := after.ask(http.MethodGet, accounts, "").want(t, http.StatusServiceUnavailable, "a call")
		ready := get(t, after.url+"/readyz").want(t, http.StatusServiceUnavailable, "/readyz")
		for what, body := range map[string]string{"a caller": a.body, "/readyz": ready.body} {
			if !strings.Contains(body, why) || strings.Contains(body, "nor the Store") || strings.Contains(body, "does not answer") {
				t.Errorf("%s: %s is told %s", why, what, body)
			}
		}
		wantNumbers(t, after.numbers(), map[string]float64{"store_up": 1, "ready": 0})
		if now := len(vendor.Paths()); now != sent {
			t.Errorf("%s: %d requests were sent", why, now-sent)
		}
		// A broker that has a token goes on with it, and says what comes.
		before.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "a call with the token at hand")
		if err := before.again(metered, func(o *broker.Options) { o.Store = store }); err != nil {
			t.Fatal(err)
		}
		ready = get(t, before.url+"/readyz").want(t, http.StatusOK, "/readyz with the token at hand")
		if ready.json(t)["status"] != "degraded" || !strings.Contains(ready.body, why) || strings.Contains(ready.body, "does not answer") {
			t.Errorf("%s: %s", why, ready.body)
		}
		wantNumbers(t, before.numbers(), map[string]float64{"store_up": 1, "ready": 1})
	}
}

func TestKeysOfANewerVersionAreNoStoreThatIsDown(t *testing.T) {
	p := start(t, metered)
	err := p.store.Update(t.Context(), "ringcx-broker/keys", func(_ []byte, save func([]byte) error) error { return save([]byte(`{"version":2}`)) })
	if err != nil {
		t.Fatal(err)
	}
	if err := p.again(metered); err != nil {
		t.Fatal(err)
	}
	p.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "a call with a key that is known")
	a := get(t, p.url+"/readyz")
	if !strings.Contains(a.body, "of a newer version") || strings.Contains(a.body, "does not answer") {
		t.Errorf("/readyz: %s", a.body)
	}
	wantNumbers(t, p.numbers(), map[string]float64{"store_up": 1})
}
