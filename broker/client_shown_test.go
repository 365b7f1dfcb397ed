package broker_test

import (
	"net/http"
	"testing"

	"github.com/ringcx-go/ringcx/broker"
)

func TestAClientThatShowsASecretHasTokensOfItsOwnAlone(t *testing.T) {
	p := start(t)
	other, err := p.broker.CreateKey(t.Context(), "other", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	rc := p.form("/restapi/oauth/token", standInLogin+broker.StandIn(p.key)).want(t, http.StatusOK, "the login").json(t)
	access, refresh := rc["access_token"].(string), rc["refresh_token"].(string)
	again := "grant_type=refresh_token&refresh_token="
	const wrong = "rcxb_0000000000000000_wrongwrong"
	p.form("/restapi/oauth/token", again+refresh, basic("me", wrong)).want(t, http.StatusUnauthorized, "a refresh with a wrong key")
	p.form("/restapi/oauth/token", again+refresh+"&client_id=worker&client_secret="+wrong).want(t, http.StatusUnauthorized, "a refresh with one in the form")
	p.form("/restapi/oauth/token", again+refresh, basic("other", other)).want(t, http.StatusBadRequest, "a refresh with another caller's key")
	p.form("/restapi/oauth/revoke", "token="+access, basic("me", wrong)).want(t, http.StatusUnauthorized, "a revocation with a wrong key")
	for _, path := range []string{"/restapi/oauth/revoke", "/oauth2/revoke"} {
		for _, token := range []string{access, refresh} {
			p.form(path, "token="+token, basic("other", other)).want(t, http.StatusOK, "a revocation with another caller's key")
		}
	}
	p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer "+access)).want(t, http.StatusOK, "the token after all that")
	rc = p.form("/restapi/oauth/token", again+refresh, basic("worker", p.key)).want(t, http.StatusOK, "a refresh with its own key, of a token that is not spent").json(t)
	rc = p.form("/restapi/oauth/token", again+rc["refresh_token"].(string)+"&client_id=worker").want(t, http.StatusOK, "a refresh of a public client's").json(t)
	access = rc["access_token"].(string)
	p.form("/restapi/oauth/revoke", "token="+access, basic("worker", p.key)).want(t, http.StatusOK, "a revocation with its own key")
	p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer "+access)).want(t, http.StatusUnauthorized, "the token after that")
}
