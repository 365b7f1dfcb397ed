package sandbox_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

var handleField = regexp.MustCompile(`name="kind" value="(\w+)"><input type="hidden" name="handle" value="(\w+)"`)

func TestSessionsAreListedWithTheirTimeLeftAndRevoked(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	wantText(t, d.page("sessions"), "None.")
	rc := d.v.login()
	cx := d.v.exchangeToken(str(rc, "access_token")).want(http.StatusOK).json()
	d.v.Advance(90e9)
	page := d.page("sessions")
	wantText(t, page, "Ada Reyes", "RingCX Demo App", "58 min 30 s", "6 d 23 h", "3 min 30 s", "ADMIN",
		"…"+str(cx, "refreshToken")[58:])
	wantNoText(t, page, str(rc, "access_token"), str(rc, "refresh_token"), str(cx, "accessToken"), str(cx, "refreshToken"))

	for _, m := range handleField.FindAllStringSubmatch(page, -1) {
		wantText(t, d.do("sessions", "sessions/revoke", "kind", m[1], "handle", m[2]), "was ended")
		if m[1] == "session" {
			d.submit("inspector", "sessions/revoke", "kind", m[1], "handle", m[2]).want(http.StatusNotFound)
		}
	}
	d.v.refresh(str(rc, "refresh_token")).wantOAuth(http.StatusBadRequest, "invalid_grant", "OAU-211")
	d.v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).want(http.StatusUnauthorized)
	d.v.get(usersPath, str(cx, "accessToken")).want(http.StatusOK)
	d.submit("inspector", "sessions/revoke", "kind", "app", "handle", "x").want(http.StatusNotFound)
}

func TestOfManySessionsThoseThatLiveLongestAreListed(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	rc := str(d.v.login(), "access_token")
	for range 55 {
		d.v.exchangeToken(rc).want(http.StatusOK)
	}
	wantText(t, d.page("sessions"), "Rows 1 to 50 of 55")
	d.v.Advance(10 * 24 * 3600e9)
	wantNoText(t, d.page("sessions"), "Ada Reyes, ", "RingCX Demo App")
}

func TestAnAgentIsNamedAsTheHolder(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	agent := d.v.agentLogin(t)
	wantText(t, d.page("sessions"), ", agent", "AGENT")
	wantText(t, d.inspect(agent), ", agent", "It works.")
}

// agentLogin signs in as an agent who has no RingCentral login, and gives the access token.
func (v *vendor) agentLogin(t *testing.T) string {
	t.Helper()
	cx := v.exchange()
	list := v.get(accountsPath, str(cx, "accessToken")).want(http.StatusOK).list()
	sub := list[0]["accountId"].(string)
	groups := v.get(accountsPath+"/"+sub+"/agentGroups", str(cx, "accessToken")).want(http.StatusOK).list()
	for _, g := range groups {
		path := accountsPath + "/" + sub + "/agentGroups/" + fmt.Sprintf("%.0f", g["agentGroupId"]) + "/agents"
		for _, a := range v.get(path, str(cx, "accessToken")).want(http.StatusOK).list() {
			id, name := fmt.Sprintf("%.0f", a["agentId"]), a["username"].(string)
			v.control("agents/"+id, `{"password":"agent-secret"}`)
			in := v.form("/api/auth/login/agent", "username", name, "password", "agent-secret", "platformId", v.Demo().PlatformID)
			return str(in.want(http.StatusOK).json(), "accessToken")
		}
	}
	t.Fatal("there is no agent")
	return ""
}

// inspect pastes a token into the inspector.
func (d *developer) inspect(token string) string {
	d.t.Helper()
	page := d.submit("inspector", "inspector", "value", token).want(http.StatusOK).body
	wantNoText(d.t, page, token)
	return page
}

func TestTheInspectorTellsWhatATokenIs(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	rc := d.v.login()
	cx := d.v.exchangeToken(str(rc, "access_token")).want(http.StatusOK).json()
	wantText(t, d.inspect(str(rc, "access_token")), "RingCentral access token", "It works.", "Ada Reyes", "RingCX Demo App", "1 h 0 min left", "ReadAccounts")
	wantText(t, d.inspect(str(rc, "refresh_token")), "RingCentral refresh token", "one refresh", "7 d 0 h left")
	wantText(t, d.inspect("Bearer  "+str(cx, "accessToken")), "RingCX access token", "It works.", "Lifetime", "5 min 0 s", "&#34;plat&#34;", "ES256")
	wantText(t, d.inspect(str(cx, "refreshToken")), "RingCX refresh token", "one refresh", "ADMIN")
	wantText(t, d.inspect(d.v.Demo().JWT), "JWT credential", "It is active.", "never", "all apps of the account")
	if got := len(d.v.Requests()); got != 2 {
		t.Errorf("%d requests are in the log", got)
	}

	next := d.v.refresh(str(rc, "refresh_token")).want(http.StatusOK).json()
	d.v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).want(http.StatusOK)
	wantText(t, d.inspect(str(rc, "access_token")), "a newer one")
	wantText(t, d.inspect(str(rc, "refresh_token")), "in its grace")
	wantText(t, d.inspect(str(cx, "refreshToken")), "It is spent.")
	d.v.Advance(2 * 3600e9)
	wantText(t, d.inspect(str(rc, "refresh_token")), "It is spent.")
	wantText(t, d.inspect(str(cx, "accessToken")), "refused: Jwt is expired", "over for 1 h 55 min")
	wantText(t, d.inspect(str(next, "access_token")), "It has expired.")
	d.v.Advance(10 * 24 * 3600e9)
	wantText(t, d.inspect(str(next, "refresh_token")), "It has expired.")
}

func TestTheInspectorKnowsATokenThatTheServerHasNotSeenSinceItsStart(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	access, _ := v.cx()
	saved := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	d := newDeveloper(t, sandbox.Options{})
	d.v.control("snapshot", saved)
	wantText(t, d.inspect(access), "It works.", "Ada Reyes")
	d.v.get(usersPath, access).want(http.StatusOK)
}

func TestTheInspectorTellsWhyATokenDoesNotWork(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	first := d.v.login()
	cx := d.v.exchange()
	other := d.v.exchange()
	for range 5 {
		d.v.login()
	}
	wantText(t, d.inspect(str(first, "access_token")), "too many of its user")
	d.v.call(http.MethodDelete, "/api/auth/logout/"+str(cx, "refreshToken"), "").want(http.StatusOK)
	wantText(t, d.inspect(str(cx, "refreshToken")), "logged out")
	last := d.v.login()
	user := regexp.MustCompile(`(?s)ada\.reyes.*?action="/console/(users/\d+)"`).FindStringSubmatch(d.page("accounts"))[1]
	d.do("accounts", user, "change", "disable")
	wantText(t, d.inspect(str(last, "access_token")), "user is disabled")
	wantText(t, d.inspect(str(other, "refreshToken")), "switched off")
	d.do("accounts", user, "change", "enable")
	d.v.demoForm(revokePath, "token", str(last, "access_token")).want(http.StatusOK)
	wantText(t, d.inspect(str(last, "refresh_token")), "was revoked")
	d.v.Advance(10 * 24 * 3600e9)
	wantText(t, d.inspect(str(other, "refreshToken")), "It has expired.")
	d.v.Reset()
	wantText(t, d.inspect(str(last, "access_token")), "not known any more")
	wantText(t, d.inspect(str(other, "accessToken")), "refused")
}

func TestTheInspectorReadsTokensOfOthersAndRefusesNonsense(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	page := d.inspect(part(`{"alg":"RS256"}`) + "." + part(`{"iss":"<b>somebody</b>","exp":1700000000}`) + ".c2ln")
	wantText(t, page, "JWT of somebody else", "did not make it", "2023-11-14", "&lt;b&gt;")
	for _, text := range []string{"", "  ", "nonsense", "a.b.c", strings.Repeat("x", 1000)} {
		wantText(t, d.submit("inspector", "inspector", "value", text).want(http.StatusUnprocessableEntity).body, "value-wrong")
	}
	d.v.Advance(1)
	legacy := d.v.form("/api/v1/auth/login", "username", d.v.Demo().AdminUsername, "password", d.v.Demo().AdminPassword)
	token := legacy.header.Get("X-Auth-Token")
	if token == "" {
		token = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`).FindString(legacy.body)
	}
	wantText(t, d.inspect(token), "X-Auth-Token of RingCX", "It works.")
	d.v.Advance(400 * 24 * 3600e9)
	wantText(t, d.inspect(token), "has expired")
}
