package sandbox_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// credentialFields are a valid form to create a JWT, changed by pairs.
func credentialFields(d *developer, pairs ...string) []string {
	user := regexp.MustCompile(`<option value="([^"]+@[^"]+)"`).FindStringSubmatch(d.page("credentials/new"))[1]
	fields := map[string]string{"label": "Nightly", "user": user, "reach": "all"}
	for i := 0; i < len(pairs); i += 2 {
		fields[pairs[i]] = pairs[i+1]
	}
	var out []string
	for name, value := range fields {
		out = append(out, name, value)
	}
	return out
}

// present signs in with a JWT to the demo app.
func (d *developer) present(jwt string) reply {
	d.t.Helper()
	return d.v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", jwt)
}

var shownJWT = regexp.MustCompile(`id="jwt"[^>]*>([^<]+)<`)

func TestAJWTMadeInTheConsoleWorksUntilItIsDeleted(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	page := d.do("credentials/new", "credentials/new", credentialFields(d)...)
	wantText(t, page, "was created", "Nightly", "All apps created by", "never", "active")
	jwt := shownJWT.FindStringSubmatch(page)[1]
	d.present(jwt).want(http.StatusOK)
	wantText(t, d.page("credentials"), "Nightly", "Demo", "All apps of the account")

	path := regexp.MustCompile(`action="/console/(credentials/[^"]+/delete)"`).FindStringSubmatch(page)[1]
	wantText(t, d.do("credentials", path), "was deleted", ">deleted<")
	d.present(jwt).wantOAuth(http.StatusBadRequest, "invalid_grant", "OAU-211")
	d.submit("credentials", "credentials/nothing/delete").want(http.StatusNotFound)
	d.open("credentials/nothing").want(http.StatusNotFound)
}

func TestAJWTForSpecificAppsIsRefusedFromOthers(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	web := d.v.Demo().WebClientID
	page := d.do("credentials/new", "credentials/new", credentialFields(d, "reach", "some", "client", web)...)
	wantText(t, page, "RingCX Demo Web")
	d.present(shownJWT.FindStringSubmatch(page)[1]).wantOAuth(http.StatusBadRequest, "invalid_grant", "OAU-110")
	if form := d.page("credentials/new?client_id=" + web); !regexp.MustCompile(`value="` + web + `" checked`).MatchString(form) {
		t.Error("the vendor's link with a client ID chooses no app")
	}
}

func TestAJWTEndsWithItsDay(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	page := d.do("credentials/new", "credentials/new", credentialFields(d, "expires", "2026-11-23")...)
	wantText(t, page, "2026-11-24 00:00 UTC")
	jwt := shownJWT.FindStringSubmatch(page)[1]
	d.present(jwt).want(http.StatusOK)
	d.v.control("clock", `{"advance":"15h"}`)
	d.present(jwt).wantOAuth(http.StatusBadRequest, "invalid_grant", "OAU-210")
	wantText(t, d.page("credentials"), ">expired<")
}

func TestAFieldOfAJWTThatMakesNoSenseIsMarked(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	for want, pairs := range map[string][]string{
		"label-wrong":          {"label", " "},
		"up to 100":            {"label", strings.Repeat("x", 101)},
		"user-wrong":           {"user", "5"},
		"a user from the list": {"user", "me"},
		"reach-wrong":          {"reach", "none"},
		"at least one app":     {"reach", "some"},
		"clients-wrong":        {"reach", "some", "client", "nobody"},
		"expires-wrong":        {"expires", "tomorrow"},
		"not over":             {"expires", "2026-11-22"},
	} {
		fields := credentialFields(d, pairs...)
		wantText(t, d.submit("credentials/new", "credentials/new", fields...).want(http.StatusUnprocessableEntity).body, want, "was not created")
	}
	wantNoText(t, d.page("credentials"), "Nightly")
}

func TestUsersCanBeSwitchedOffAndUnlinked(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	page := d.page("accounts")
	wantText(t, page, "RingCX Demo", "ada.reyes@example.com", "RingCX Demo Sales", "dana.whitfield@example.com", "production")
	ada := regexp.MustCompile(`(?s)ada\.reyes.*?action="/console/(users/\d+)"`).FindStringSubmatch(page)[1]
	dana := regexp.MustCompile(`(?s)dana\.whitfield.*?action="/console/(users/\d+)"`).FindStringSubmatch(page)[1]
	d.v.exchange()
	d.do("accounts", ada, "change", "unlink")
	d.v.exchangeToken(d.v.login()["access_token"].(string)).want(http.StatusNotFound)
	d.do("accounts", ada, "change", "link")
	d.v.exchange()
	wantText(t, d.do("accounts", ada, "change", "disable"), "was changed", "disabled")
	d.present(d.v.Demo().JWT).wantOAuth(http.StatusBadRequest, "invalid_grant", "OAU-236")
	d.do("accounts", ada, "change", "enable")
	d.v.login()
	d.do("accounts", dana, "change", "disable")
	d.submit("accounts", dana, "change", "unlink").want(http.StatusBadRequest)
	d.submit("accounts", ada, "change", "promote").want(http.StatusBadRequest)
	d.submit("accounts", "users/5", "change", "enable").want(http.StatusNotFound)
}

func TestTheRoleOfAUserIsChosenInTheConsole(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	page := d.page("accounts")
	ada := regexp.MustCompile(`(?s)ada\.reyes.*?action="/console/(users/\d+)"`).FindStringSubmatch(page)[1]
	dana := regexp.MustCompile(`(?s)dana\.whitfield.*?action="/console/(users/\d+)"`).FindStringSubmatch(page)[1]
	token := str(d.v.login(), "access_token")
	wantText(t, d.do("accounts", ada, "change", "role", "role", "No API access"), "was changed", "<option selected>No API access")
	d.v.get(accountPath, token).wantAPI(403, "InsufficientPermissions", "CMN-408")
	d.do("accounts", ada, "change", "role", "role", "Standard")
	d.v.get(accountPath, token).want(http.StatusOK)
	d.submit("accounts", ada, "change", "role", "role", "Boss").want(http.StatusBadRequest)
	d.submit("accounts", dana, "change", "role", "role", "Standard").want(http.StatusBadRequest)
}

func TestAUserIsMadeInTheConsole(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	d.do("accounts", "accounts", "name", "Bare")
	form := d.page("accounts")
	bare := regexp.MustCompile(`<option value="(\d+)">Bare`).FindStringSubmatch(form)[1]
	account := regexp.MustCompile(`<option value="(\d+)">RingCX Demo`).FindStringSubmatch(form)[1]
	fields := func(pairs ...string) []string {
		return append([]string{"firstName", "Sam", "lastName", "Field", "role", "Standard"}, pairs...)
	}
	page := d.do("accounts", "users", fields("account", account, "ringcx", "yes")...)
	wantText(t, page, "user was created", "Sam Field", "sam.field@example.com", "<option selected>Standard")
	for want, pairs := range map[string][]string{
		"firstName-wrong": {"account", account, "firstName", " ", "lastName", "Field"},
		"lastName-wrong":  {"account", account, "firstName", "Sam"},
		"role-wrong":      fields("account", account)[:4],
		"email-wrong":     fields("account", account, "email", "ada.reyes@example.com"),
		"ringcx-wrong":    fields("account", bare, "ringcx", "yes"),
	} {
		if want == "role-wrong" {
			pairs = append(pairs, "role", "Boss")
		}
		got := d.submit("accounts", "users", pairs...).want(http.StatusUnprocessableEntity).body
		wantText(t, got, want, "user was not created")
	}
	d.submit("accounts", "users", fields("account", "5")...).want(http.StatusUnprocessableEntity)
	if n := strings.Count(d.page("accounts"), "Sam Field<small>"); n != 1 {
		t.Errorf("%d users were made", n)
	}
}

func TestAnAccountCanBeMadeWithoutRingCX(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	wantText(t, d.do("accounts", "accounts", "name", "Portal Only"), "was created", "developer portal only", "no RingCX", "robin.sand")
	wantText(t, d.do("accounts", "accounts", "name", "Second", "production", "yes", "ringcx", "yes"), "Second Main")
	for _, name := range []string{" ", strings.Repeat("x", 101)} {
		wantText(t, d.submit("accounts", "accounts", "name", name).want(http.StatusUnprocessableEntity).body, "name-wrong")
	}
	form := d.page("apps/new")
	wantText(t, form, "Portal Only", "Second")
	second := regexp.MustCompile(`<option value="(\d+)">Second`).FindStringSubmatch(form)[1]
	wantText(t, d.do("apps/new", "apps/new", appFields("account", second)...), "of the account Second")
}

func TestTheClockMovesFromTheConsole(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	wantText(t, d.do("controls", "controls/clock", "advance", "6m"), "was moved", "2026-11-23 09:06:00", "moved by 6 min 0 s")
	wantText(t, d.do("controls", "controls/clock", "advance", " -10m "), "2026-11-23 08:56:00", "moved by −4 min 0 s")
	for _, text := range []string{"", "soon", "5"} {
		wantText(t, d.submit("controls", "controls/clock", "advance", text).want(http.StatusUnprocessableEntity).body, "advance-wrong")
	}
}

func TestFaultsAreArmedAndDisarmedFromTheConsole(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	page := d.do("controls", "controls/faults", "kind", "retry-after", "path", "/restapi", "method", "get", "times", "2", "status", "",
		"retry", "7", "delay", "")
	wantText(t, page, "is armed", "retry-after", "GET", "status 429", "Retry-After 7")
	if got := d.v.get("/restapi", "").want(http.StatusTooManyRequests).header.Get("Retry-After"); got != "7" {
		t.Errorf("Retry-After %q", got)
	}
	d.do("controls", "controls/faults", "kind", "delay", "path", "/never", "delay", "2s")
	wantText(t, d.page("controls"), "2s", "any")
	wantText(t, d.do("controls", "controls/faults/clear"), "good day")
	d.v.get("/restapi", "").want(http.StatusOK)
	for field, value := range map[string]string{
		"kind": "earthquake", "path": "restapi", "times": "many", "status": "99", "retry": "7\r\nX: y", "delay": "long",
	} {
		fields := map[string]string{"kind": "status", "path": "/x"}
		fields[field] = value
		var pairs []string
		for k, v := range fields {
			pairs = append(pairs, k, v)
		}
		wantText(t, d.submit("controls", "controls/faults", pairs...).want(http.StatusUnprocessableEntity).body, field+"-wrong")
	}
	for field, value := range map[string]string{"times": "-1", "status": "x", "delay": "2h"} {
		wantText(t, d.submit("controls", "controls/faults", "kind", "delay", "path", "/x", field, value).body, field+"-wrong")
	}
	wantText(t, d.submit("controls", "controls/faults", "kind", "delay", "path", "/x").body, "delay-wrong")
	wantText(t, d.submit("controls", "controls/faults", "kind", "status", "path", "/x?y=1").body, "path-wrong")
	wantText(t, d.submit("controls", "controls/hostile", "share", "0.1", "hostile-path", "/x?y=1").body, "hostile-path-wrong")
	wantText(t, d.page("controls"), "good day")
}

func TestLimitsAreSwitchedFromTheConsole(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	exceed := func() {
		for range 5 {
			d.v.login()
		}
		d.present(d.v.Demo().JWT).want(http.StatusTooManyRequests)
	}
	exceed()
	wantText(t, d.page("controls"), `"Counted">1</td><td data-label="In a penalty">1</td>`)
	d.do("controls", "controls/limits", "change", "forget")
	exceed()
	d.do("controls", "controls/limits", "change", "off")
	d.v.login()
	d.do("controls", "controls/limits", "change", "on")
	d.present(d.v.Demo().JWT).want(http.StatusTooManyRequests)
	d.submit("controls", "controls/limits", "change", "double").want(http.StatusBadRequest)
}

func TestAResetFromTheConsoleForgetsWhatWasMade(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	d.do("apps/new", "apps/new", appFields()...)
	d.v.Advance(60e9)
	d.v.login()
	wantText(t, d.do("controls", "controls/reset"), "first minute", "2026-11-23 09:00:00")
	wantNoText(t, d.page("apps"), "Reports")
	wantText(t, d.page("requests"), "Nothing was asked yet")
}

func TestWhatWasDoneToLimitsIsKept(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	d.v.login()
	d.do("controls", "controls/limits", "change", "forget")
	d.do("controls", "controls/limits", "change", "off")
	// newVendor compares what was kept with what the server knows.
}
