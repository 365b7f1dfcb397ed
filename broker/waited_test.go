package broker_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
)

func TestWhoWaitsForATokenIsJudgedByWhatHoldsWhenItComes(t *testing.T) {
	for name, c := range map[string]struct {
		change func(p *place, o *broker.Options)
		status int
	}{
		"nothing has changed (the control)": {func(*place, *broker.Options) {}, http.StatusOK},
		"a rule denies it":                  {func(_ *place, o *broker.Options) { denies("/token")(o) }, http.StatusForbidden},
		"its profile is gone":               {func(_ *place, o *broker.Options) { o.Profiles[0].Name = "other" }, http.StatusForbidden},
		"its profile has another login": {func(p *place, o *broker.Options) {
			o.Profiles[0].Session = p.vendor.Session(&ringcx.SessionOptions{Key: "another"})
		}, http.StatusOK},
		"its key is no way any more": {func(_ *place, o *broker.Options) { o.Store = new(ringcx.Memory) }, http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, metered)
			first := fmt.Sprint(p.ask(http.MethodGet, "/token", "").json(t)["token"])
			waits := make(chan *answered, 1)
			go func() {
				waits <- p.ask(http.MethodGet, "/token?wait=600&after="+url.QueryEscape(first), "", with("RingCX-Profile", "main"))
			}()
			p.becomes(`long_polls{profile="main"}`, 1)
			if err := p.again(func(o *broker.Options) { c.change(p, o) }); err != nil {
				t.Fatal(err)
			}
			p.broker.Drain()
			a := <-waits
			if a.status != c.status || (a.json(t)["access_token"] != nil) != (c.status == http.StatusOK) {
				t.Errorf("%d %s", a.status, a.body)
			}
			if another := strings.HasSuffix(name, "another login"); a.status == http.StatusOK && another == (a.json(t)["token"] == first) {
				t.Errorf("the token is %v, it was %v", a.json(t)["token"], first)
			}
		})
	}
}

func TestARequestThatWaitedForItsTurnIsSentOnlyIfItStillMay(t *testing.T) {
	for name, revoked := range map[string]bool{"its key was revoked": true, "it still may (the control)": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := new(ringcx.Memory)
				f := startFleet(t, 1, func(o *broker.Options) { o.MaxWait, o.Store = 40*time.Second, store })
				defer f.end()
				key := f.caller("worker")
				time.Sleep(refusal(t, f.use(0, key)) - 20*time.Second)
				served := f.answered[http.StatusOK]
				answers := make(chan int, 1)
				go func() { answers <- f.ask(0, key, http.MethodGet, users, nil).Code }()
				synctest.Wait()
				if revoked {
					if n, err := (&broker.Keys{Store: store}).Revoke(t.Context(), "worker"); n != 1 || err != nil {
						t.Fatal(n, err)
					}
				}
				want, more := http.StatusOK, 1
				if revoked {
					want, more = http.StatusUnauthorized, 0
				}
				if got := <-answers; got != want || f.answered[http.StatusOK] != served+more {
					t.Errorf("%d, and the vendor served %d", got, f.answered[http.StatusOK]-served)
				}
			})
		})
	}
}

func TestWhatWasBegunBeforeTheAuditLogWasRotatedEndsInTheNewOne(t *testing.T) {
	before, after := new(lines), new(lines)
	p := start(t, metered, func(o *broker.Options) { o.Audit = broker.NewAuditLog(before) })
	name := fmt.Sprint(p.ask(http.MethodGet, "/token", "").json(t)["token"])
	waits := make(chan *answered, 1)
	go func() {
		waits <- p.ask(http.MethodGet, "/token?wait=600&after="+url.QueryEscape(name), "")
	}()
	p.becomes(`long_polls{profile="main"}`, 1)
	if err := p.again(func(o *broker.Options) { o.Audit = broker.NewAuditLog(after) }); err != nil {
		t.Fatal(err)
	}
	written := len(before.entries(t))
	p.broker.Drain()
	(<-waits).want(t, http.StatusOK, "the token")
	all := after.entries(t)
	if len(before.entries(t)) != written || len(all) == 0 || all[len(all)-1]["token"] != name {
		t.Errorf("the old log has %d lines more, the new one %v", len(before.entries(t))-written, all)
	}
}

func TestARefreshTokenIsNotSpentForAnAnswerThatCannotBeGiven(t *testing.T) {
	p := start(t)
	_, token := p.logIn(p)
	p.form("/api/auth/token/refresh", "refresh_token="+token, with("RingCX-Profile", "nope")).want(t, http.StatusForbidden, "another profile")
	p.form("/api/auth/token/refresh", "refresh_token="+token).want(t, http.StatusOK, "its own")
	p.form("/api/auth/token/refresh", "refresh_token="+token).want(t, http.StatusUnauthorized, "once more (the control)")
}

func TestAShortTokenLivesNoLongerThanItsKey(t *testing.T) {
	p := start(t)
	for life, most := range map[time.Duration]float64{20 * time.Second: 20, 0: 300} {
		key, err := (&broker.Keys{Store: p.store}).Create(t.Context(), "brief", "", life)
		if err != nil {
			t.Fatal(err)
		}
		a := p.form("/oauth2/token", "grant_type=client_credentials&scope=broker", basic("brief", key)).want(t, http.StatusOK, "a short token").json(t)
		if left := a["expires_in"].(float64); left > most || left < most-5 {
			t.Errorf("of a key that lives %v it lives %v seconds", life, left)
		}
	}
}
