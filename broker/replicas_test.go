package broker_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// replicas are brokers of one Store and one login, and another one of another Store.
func replicas(t *testing.T) (a, b, stranger *place) {
	t.Helper()
	vendor := ringcxtest.NewServer(t, nil)
	session := vendor.Session(nil)
	a = startAt(t, vendor, session)
	b = startAt(t, vendor, session, func(o *broker.Options) { o.Store = a.store })
	return a, b, startAt(t, vendor, session)
}

const standInLogin = "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion="

// logIn logs in as a program does by itself, up to the tokens that RingCX would give: the first step at p, the second at next.
func (p *place) logIn(next *place) (access, refresh string) {
	p.t.Helper()
	rc := p.form("/restapi/oauth/token", standInLogin+broker.StandIn(p.key)).want(p.t, http.StatusOK, "the login").json(p.t)
	cx := next.form("/api/auth/login/rc/accesstoken?includeRefresh=true", "rcTokenType=Bearer&rcAccessToken="+rc["access_token"].(string)).want(p.t, http.StatusOK, "the exchange").json(p.t)
	return cx["accessToken"].(string), cx["refreshToken"].(string)
}

// call calls the API with a token.
func (p *place) call(token string) *answered {
	p.t.Helper()
	return p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer "+token))
}

func TestAProgramThatLogsInByItselfIsServedByEachBrokerOfAStore(t *testing.T) {
	a, b, stranger := replicas(t)
	access, refresh := a.logIn(b)
	for at, p := range map[string]*place{"where it logged in": a, "where it exchanged": b} {
		p.call(access).want(t, http.StatusOK, at)
	}
	stranger.call(access).want(t, http.StatusUnauthorized, "at a broker of another Store")
	stranger.form("/api/auth/token/refresh", "refresh_token="+refresh).want(t, http.StatusUnauthorized, "a refresh at a broker of another Store")
	next := a.form("/api/auth/token/refresh", "refresh_token="+refresh).want(t, http.StatusOK, "a refresh").json(t)["accessToken"].(string)
	b.call(next).want(t, http.StatusOK, "with what was refreshed elsewhere")
	if err := a.again(); err != nil { // a key that was just made is known elsewhere in a second
		t.Fatal(err)
	}
	own := b.form("/oauth2/token", "grant_type=client_credentials&scope=broker", basic("worker", b.key)).want(t, http.StatusOK, "scope broker").json(t)["access_token"].(string)
	a.call(own).want(t, http.StatusOK, "with the scope broker")
	if got := a.form("/oauth2/introspect", "token="+url.QueryEscape(own), basic("worker", a.key)).json(t); got["active"] != true {
		t.Errorf("introspection elsewhere says %v", got)
	}
}

func TestARevokedKeyEndsItsTokensAtEachBroker(t *testing.T) {
	a, b, _ := replicas(t)
	access, refresh := a.logIn(b)
	b.call(access).want(t, http.StatusOK, "before")
	if n, err := (&broker.Keys{Store: a.store}).Revoke(t.Context(), a.key[5:21]); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	for at, p := range map[string]*place{"at one": a, "at the other": b} {
		if err := p.again(func(o *broker.Options) { o.Store = a.store }); err != nil { // brokers notice by themselves in ten seconds
			t.Fatal(err)
		}
		p.call(access).want(t, http.StatusUnauthorized, at)
		p.form("/api/auth/token/refresh", "refresh_token="+refresh).want(t, http.StatusUnauthorized, "a refresh "+at)
	}
	if got := b.form("/oauth2/introspect", "token="+access, basic("worker", b.key)).want(t, http.StatusOK, "introspection").json(t); got["active"] != false {
		t.Errorf("introspection says %v", got)
	}
	if access, _ := b.logIn(a); a.call(access).status != http.StatusOK { // the control: another key of the same caller
		t.Error("another key is none any more")
	}
}

// lost is a Store that does not answer when it is told so.
type lost struct {
	ringcx.Store
	down atomic.Bool
}

func (s *lost) Load(ctx context.Context, key string) ([]byte, error) {
	if s.down.Load() {
		return nil, errors.New("the store is down")
	}
	return s.Store.Load(ctx, key)
}

func TestABrokerThatCannotTellWhoseATokenIsDoesNotRefuseIt(t *testing.T) {
	a, _, _ := replicas(t)
	access, refresh := a.logIn(a)
	store := &lost{Store: a.store}
	late := startAt(t, a.vendor, a.session, func(o *broker.Options) { o.Store = store })
	store.down.Store(true)
	told := func(status int) {
		t.Helper()
		late.call(access).want(t, status, "a call")
		late.form("/api/auth/login/rc/accesstoken", "rcAccessToken="+access).want(t, status, "an exchange")
		late.form("/restapi/oauth/token", standInLogin+broker.StandIn(late.key)).want(t, status, "a login")
		late.form("/oauth2/token", "grant_type=client_credentials&scope=broker", basic("worker", late.key)).want(t, status, "scope broker")
		late.form("/oauth2/introspect", "token="+access, basic("worker", late.key)).want(t, status, "introspection")
		late.form("/oauth2/revoke", "token=rcxr_"+strings.Repeat("B", 100), basic("worker", late.key)).want(t, status, "a revocation")
		late.form("/api/auth/token/refresh", "refresh_token="+refresh).want(t, status, "a refresh")
	}
	told(http.StatusServiceUnavailable)
	late.form("/restapi/oauth/revoke", "token="+access).want(t, http.StatusServiceUnavailable, "the platform's revocation")
	late.ask(http.MethodDelete, "/api/auth/logout/"+refresh, "").want(t, http.StatusServiceUnavailable, "a logout")
	late.form("/restapi/oauth/token", "grant_type=refresh_token&refresh_token="+refresh).want(t, http.StatusServiceUnavailable, "the platform's refresh")
	late.call("rcxs_x").want(t, http.StatusUnauthorized, "what is no token whatever the Store has")
	store.down.Store(false)
	told(http.StatusOK)
}
