package sandbox_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestAPageAfterARefusedFormCanBeAskedForAgain(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	for path, page := range map[string]string{
		"users": "accounts", "users/17": "accounts", "sessions/revoke": "sessions", "controls/clock": "controls", "controls/faults": "controls",
		"controls/faults/clear": "controls", "controls/hostile": "controls", "controls/hostile/end": "controls", "controls/limits": "controls",
		"controls/reset": "controls", "controls/snapshot/take": "controls", "credentials/x/delete": "credentials", "namespaces/x/delete": "namespaces",
	} {
		if got := d.open(path).want(http.StatusSeeOther).header.Get("Location"); got != "/console/"+page {
			t.Errorf("%s leads to %s", path, got)
		}
	}
	for _, path := range []string{"accounts", "apps/new", "credentials/new", "contract", "inspector"} {
		d.open(path).want(http.StatusOK)
	}
	d.open("users/17/nothing").want(http.StatusNotFound)
}

func TestThePageSaysSoWhenNothingWasChanged(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	const same = "Nothing was changed: it was so already."
	user := regexp.MustCompile(`action="/console/(users/\d+)"`).FindStringSubmatch(d.page("accounts"))[1]
	for _, form := range [][]string{
		{"accounts", user, "change", "role", "role", "Super Admin"},
		{"accounts", user, "change", "enable"},
		{"contract", "contract", "setting", "exchangeLimit", "exchangeLimit", "5"},
		{"contract", "contract", "back", "all"},
		{"controls", "controls/limits", "change", "on"},
		{"controls", "controls/limits", "change", "forget"},
		{"controls", "controls/faults/clear"},
		{"controls", "controls/faults/clear", "fault", "7"},
		{"controls", "controls/clock", "advance", "0s"},
		{"controls", "controls/hostile/end"},
	} {
		wantText(t, d.do(form[0], form[1], form[2:]...), same)
	}
	for _, form := range [][]string{
		{"accounts", user, "change", "disable"},
		{"contract", "contract", "setting", "exchangeLimit", "exchangeLimit", "6"},
		{"controls", "controls/limits", "change", "off"},
		{"controls", "controls/clock", "advance", "1s"},
	} {
		wantNoText(t, d.do(form[0], form[1], form[2:]...), same)
	}
}

func TestAFormLeadsBackToThePlaceOfWhatWasChanged(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	user := regexp.MustCompile(`action="/console/users/(\d+)"`).FindStringSubmatch(d.page("accounts"))[1]
	for want, form := range map[string][]string{
		"accounts?done=user#user-" + user:            {"accounts", "users/" + user, "change", "disable"},
		"accounts?done=user&find=ada#user-" + user:   {"accounts", "users/" + user, "change", "enable", "find", "ada"},
		"contract?done=settings#set-apiLimit":        {"contract", "contract", "setting", "apiLimit", "apiLimit", "9", "setting", "exchangeLimit", "exchangeLimit", "5"},
		"contract?done=settings&find=x#set-apiLimit": {"contract", "contract", "back", "apiLimit", "find", "x"},
		"controls?done=clock#clock":                  {"controls", "controls/clock", "advance", "1s"},
	} {
		if form[1] == "contract" && form[2] == "back" {
			d.v.control("switches", `{"apiLimit":9}`)
		}
		if strings.HasSuffix(want, "user-"+user) && form[3] == "enable" {
			d.do("accounts", "users/"+user, "change", "disable")
		}
		target := d.submit(form[0], form[1], form[2:]...).want(http.StatusSeeOther).header.Get("Location")
		if target != "/console/"+want {
			t.Errorf("%v leads to %s, not %s", form, target, want)
		}
		d.do("contract", "contract", "back", "all")
		d.do("accounts", "users/"+user, "change", "enable")
	}
}

func TestEditsInAllSubjectsOfTheContractAreSetTogether(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	page := d.page("contract")
	_, form, _ := strings.Cut(page, `<form class="whole"`)
	form, _, _ = strings.Cut(form, "</form>")
	wantText(t, form, `name="exchangeLimit"`, `name="ringcxRefreshTTL"`, `name="was-exchangeLimit" value="5"`)
	d.v.control("switches", `{"apiLimit":9}`) // by somebody else, meanwhile
	d.do("contract", "contract", "setting", "exchangeLimit", "was-exchangeLimit", "5", "exchangeLimit", "7",
		"setting", "ringcxRefreshTTL", "was-ringcxRefreshTTL", "168h", "ringcxRefreshTTL", "2h", "setting", "apiLimit", "was-apiLimit", "120", "apiLimit", "120")
	if got := d.v.settings(); got["exchangeLimit"] != 7.0 || got["ringcxRefreshTTL"] != "2h" || got["apiLimit"] != 9.0 {
		t.Errorf("in force: %v", got)
	}
	refused := d.submit("contract", "contract", "setting", "exchangeLimit", "exchangeLimit", "never", "setting", "sessionCapRefuses", "sessionCapRefuses", "true")
	wantText(t, refused.want(http.StatusUnprocessableEntity).body, `id="set-sessionCapRefuses" value="true" checked`, `value="never"`)
}

func TestTheContractIsSearchedAndItsSourcesAreExplained(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	wantText(t, d.page("contract?find=EXCHANGElimit"), `id="set-exchangeLimit"`)
	wantNoText(t, d.page("contract?find=EXCHANGElimit"), `id="set-ringcxIssuer"`)
	wantText(t, d.page("contract?find=/api/auth/login/rc/accesstoken+exchange"), "/api/auth/login/rc/accesstoken")
	wantText(t, d.page("contract?find=nothing+of+the+sort"), "There is nothing of this kind", "<dt>A</dt>")
}

func TestOneFaultIsDisarmedAndTheOthersStay(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	for _, path := range []string{"/one", "/two", "/two"} {
		d.v.control("faults", `{"path":"`+path+`","kind":"empty"}`)
	}
	buttons := regexp.MustCompile(`name="fault" value="(\d+)" aria-label="Disarm empty at (/\w+)"`).FindAllStringSubmatch(d.page("controls"), -1)
	if len(buttons) != 3 {
		t.Fatalf("%d faults can be disarmed", len(buttons))
	}
	page := d.do("controls", "controls/faults/clear", "fault", buttons[1][1])
	wantText(t, page, "The fault is not armed any more.", "Disarm empty at /one", "Disarm empty at /two")
	if n := strings.Count(page, "Disarm empty at"); n != 2 {
		t.Errorf("%d are armed", n)
	}
	d.do("controls", "controls/faults/clear")
	wantText(t, d.page("controls"), "No fault is armed")
}

func TestWhatDestroysAsksFirst(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	d.v.exchange()
	d.v.control("namespaces", `{"name":"nightly"}`)
	d.v.control("switches", `{"apiLimit":9}`)
	for page, action := range map[string]string{
		"credentials": `/delete"`, "namespaces": `/delete"`, "sessions": `sessions/revoke"`, "controls": `controls/reset"`, "contract": `value="all"`,
	} {
		text := d.page(page)
		if !strings.Contains(text, action) {
			t.Errorf("%s has no %s", page, action)
		}
		for i, part := range strings.Split(text, action) {
			if at := strings.LastIndex(part, `<details class="ask">`); i < strings.Count(text, action) && (at < 0 || strings.Contains(part[at:], "</details>")) {
				t.Errorf("%s does not ask before %s", page, action)
			}
		}
	}
}

func TestThePagesOfANamespaceAreCalledAfterIt(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	d.v.control("namespaces", `{"name":"nightly"}`)
	wantText(t, d.page("apps"), "<title>Apps – RingCX sandbox console</title>", "<strong>") // of the header
	wantText(t, d.at("nightly.localhost:8787").page("apps"), "<title>Apps – nightly – RingCX sandbox console</title>")
	wantText(t, d.page(""), "<strong>1</strong> account<", "<strong>0</strong> requests<")
}

func TestAPasswordAppWithAnyPermissionIsMadeInTheConsole(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	page := d.page("apps/new")
	for _, scope := range []string{"ReadAccounts", "A2PSMS", "Interoperability", "RoleManagement", "Video", "WebSocket"} {
		wantText(t, page, `value="`+scope+`"`)
	}
	made := d.do("apps/new", "apps/new", appFields("auth", "password", "scope", "Video", "access", "private")...)
	wantText(t, made, "Password-based", "<code>Video</code>")
	id := regexp.MustCompile(`id="client-id"[^>]*>([^<]+)<`).FindStringSubmatch(made)[1]
	secret := regexp.MustCompile(`id="client-secret"[^>]*>([^<]+)<`).FindStringSubmatch(made)[1]
	demo := d.v.Demo()
	d.v.formAs(id, secret, tokenPath, "grant_type", "password", "username", demo.Email, "password", demo.Password).want(http.StatusOK)
}

func TestTheGuideEndsWithTheWayToProduction(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	_, last, _ := strings.Cut(d.page("guide"), `id="step-6"`)
	wantText(t, last, "7. The way to production", "https://platform.ringcentral.com", "https://ringcx.ringcentral.com")
}

func TestThousandsOfUsersArePagedAndSearched(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	for n := range 1000 {
		d.v.newUser(fmt.Sprintf(`{"firstName":"Sam%d","lastName":"Field"}`, n))
	}
	rows := regexp.MustCompile(`<tr id="user-(\d+)"`)
	next := regexp.MustCompile(`<a href="/console/(accounts[^"]+)">After</a>`)
	seen, pages := map[string]bool{}, 0
	for path := "accounts"; path != ""; pages++ {
		page := d.page(path)
		found := rows.FindAllStringSubmatch(page, -1)
		if len(found) > 50 || len(page) > 200<<10 {
			t.Fatalf("%s has %d users in %d bytes", path, len(found), len(page))
		}
		for _, m := range found {
			seen[m[1]] = true
		}
		path = ""
		if m := next.FindStringSubmatch(page); m != nil {
			path = m[1]
		}
	}
	if len(seen) < 1001 || pages < 21 {
		t.Errorf("%d users are found on %d pages", len(seen), pages)
	}
	wantText(t, d.page("accounts?find=SAM777"), "Users 1 to 1 of 1", "Sam777 Field")
	wantText(t, d.page("accounts?find=nobody+at+all"), "Nothing is found.")
	wantText(t, d.page("accounts?page=-5"), "Users 1 to 50 of")
	d.page("accounts?page=99999999999999999999")
	page := d.do("accounts?page=3", "users", "account", "", "firstName", "Late", "lastName", "Comer", "role", "Super Admin")
	wantText(t, page, "The user was created", "Late Comer")
}
