package e2e_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/e2e/testbrowser"
)

func TestInABrowserEveryConsolePageCanBeReadByEverybody(t *testing.T) {
	d := newDesk(t)
	cx := d.v.exchange()
	d.v.get(usersPath+"?access_token=x", str(cx, "accessToken"))
	d.v.get(usersPath, "nonsense")
	d.v.Advance(4 * time.Minute)
	d.v.form(refreshPath, "refresh_token", str(cx, "refreshToken"))
	d.v.Advance(150 * time.Second)
	d.v.get(usersPath, str(cx, "accessToken"))
	d.v.form(refreshPath, "refresh_token", str(cx, "refreshToken"))
	d.v.exchange()
	d.v.newUser(`{"firstName":"Sam","lastName":"Field","role":"No API access"}`)
	for range 5 {
		d.v.Advance(20 * time.Second)
		d.v.login()
	}
	d.v.form(refreshPath, "refresh_token", str(d.v.exchange(), "refreshToken"))
	d.v.Advance(time.Minute)
	d.v.call(http.MethodDelete, "/api/auth/logout/"+str(d.v.exchange(), "refreshToken"), "")
	d.v.control("namespaces", `{"name":"nightly"}`)
	d.v.control("faults", `{"path":"/never","kind":"delay","delay":"2s"}`)
	for _, path := range consolePages {
		d.Visit(d.web + "/console/" + path)
		d.See("h1")
		name := strings.ReplaceAll(path, "/", "-")
		if name == "" {
			name = "overview"
		}
		d.look("console-" + name)
	}
}

func TestInABrowserTheKeyboardIsEnoughToCreateAnApp(t *testing.T) {
	d := newDesk(t)
	d.Visit(d.web + "/console/apps/new")
	d.See("#name")
	for i := 0; d.Focus() != "name"; i++ {
		if i > 20 {
			t.Fatal("Tab does not reach the name")
		}
		d.Type("\t")
	}
	d.Type("Keys only\t")
	d.wantFocus("auth-jwt")
	d.Type("\t")
	d.wantFocus("refresh-yes")
	for i := 0; d.Focus() != "create"; i++ {
		if i > 80 {
			t.Fatal("Tab does not reach the button")
		}
		d.Type("\t")
	}
	d.Type("\r")
	d.See(".notice")
	if got := d.Text("h1"); got != "Keys only" {
		t.Errorf("heading %q", got)
	}
	id, secret := d.Text("#client-id"), d.Text("#client-secret")
	d.v.formAs(id, secret, tokenPath, "grant_type", jwtGrant, "assertion", d.v.Demo().JWT).want(http.StatusOK)
	d.look("console-app")
}

func TestInABrowserTheFormShowsWhatTheChosenFlowNeeds(t *testing.T) {
	d := newDesk(t)
	d.Visit(d.web + "/console/apps/new")
	d.See("#name")
	d.Click("#auth-code")
	d.See("#redirects")
	d.look("console-app-code")
	d.Click("#name")
	d.Type("Web")
	d.Click("#create")
	d.See("#redirects-wrong")
	d.look("console-app-wrong")
	if got := d.Problems(); len(got) != 1 || !strings.Contains(got[0], "422") {
		t.Errorf("the browser complains: %q", got) // but of the status, as it should
	}
}

func TestInABrowserRequestsAppearWhileOneLooks(t *testing.T) {
	d := newDesk(t)
	d.Visit(d.web + "/console/requests")
	d.See("#none")
	d.v.login()
	d.See("#request-1")
	d.Click("#request-1 summary")
	d.See("#curl-1")
	if got := d.Text("#live"); got != "Live" {
		t.Errorf("the log says %q", got)
	}
	d.Click("#pause")
	d.v.get("/restapi", "")
	d.Click("#pause")
	d.See("#request-2")
	d.look("console-live")
}

func TestInABrowserTheEntryThatOneReadsStaysOpenAndInPlace(t *testing.T) {
	d := newDesk(t)
	for range 3 {
		d.v.login()
	}
	d.Visit(d.web + "/console/requests")
	d.Click("#request-2 summary")
	d.See("#curl-2")
	place := func() float64 {
		return d.Number(`document.getElementById("request-2").getBoundingClientRect().top`)
	}
	before := place()
	for n := range 30 {
		d.v.get("/restapi/"+strconv.Itoa(n), "")
	}
	d.See("#request-33")
	if after := place(); after-before > 1.5 || before-after > 1.5 {
		t.Errorf("it was at %v, and is at %v", before, after)
	}
	for n := range 400 {
		d.v.get("/restapi/"+strconv.Itoa(n), "")
	}
	d.See("#request-433")
	d.See("#curl-2")
	d.See("#request-2 details[open]")
	if after := place(); after-before > 1.5 || before-after > 1.5 {
		t.Errorf("it was at %v, and is at %v", before, after)
	}
	d.look("console-reading")
}

func TestInABrowserWhyARequestWasRefusedIsSeen(t *testing.T) {
	d := newDesk(t)
	cx := d.v.exchange()
	d.v.Advance(5*time.Minute + 12*time.Second)
	d.v.get(usersPath, str(cx, "accessToken"))
	d.v.get("/restapi", "")
	d.Visit(d.web + "/console/requests")
	d.Click("#status")
	d.Type("401\r")
	d.See("#request-3")
	d.See(".filter a")
	d.v.get("/restapi/other", "")
	d.v.get(usersPath, str(cx, "accessToken"))
	d.See("#request-6") // and not the one before it
	d.Click("#request-3 summary")
	d.See("#curl-3")
	if got := d.Text("#request-3 .why"); got != "the token ended 12s before" {
		t.Errorf("the log says %q", got)
	}
	if n := d.Number(`document.querySelectorAll("#log > li").length`); n != 2 {
		t.Errorf("%v entries were answered 401", n)
	}
	d.look("console-why")
}

func TestInABrowserManyTabsFollowTheLog(t *testing.T) {
	d := newDesk(t)
	pages := []string{"requests", "timeline"}
	d.Visit(d.web + "/console/requests")
	var tabs []*testbrowser.Page
	for n := range 8 {
		tab := d.Another()
		tab.Visit(d.web + "/console/" + pages[n%2])
		tab.See("h1")
		tabs = append(tabs, tab)
	}
	d.v.exchange()
	d.See("#request-2")
	for n, tab := range tabs {
		if n%2 == 0 {
			tab.See("#request-2")
		} else {
			tab.See("#timeline table")
		}
	}
	d.Visit(d.web + "/console/") // whoever listened for the others is gone
	d.See("#counts")
	d.v.login()
	for n, tab := range tabs {
		if n%2 == 0 {
			tab.See("#request-3")
		}
	}
}

func TestInABrowserAStormOfRequestsLeavesThePageAnswering(t *testing.T) {
	d := newDesk(t)
	d.Visit(d.web + "/console/requests")
	d.See("#pause")
	d.Number(`(() => {
		window.longest = 0;
		new PerformanceObserver((list) => { for (const e of list.getEntries()) longest = Math.max(longest, e.duration) }).observe({ type: "longtask" });
		return 0;
	})()`)
	for n := range 10_000 {
		d.v.get("/restapi/"+strconv.Itoa(n%50), "")
	}
	d.See("#request-10000")
	if n := d.Number(`document.querySelectorAll("#log > li").length`); n > 210 {
		t.Errorf("%v entries are shown", n)
	}
	longest := d.Number("longest")
	t.Logf("the longest task took %v ms", longest)
	if longest > 1500 { // so much that no slow machine fails, and less than half of what drawing each entry took
		t.Errorf("the page did not answer for %v ms", longest)
	}
}

func TestInABrowserAFormLeavesTheFocusWhereItWas(t *testing.T) {
	d := newDesk(t)
	d.Visit(d.web + "/console/contract")
	d.Click("#set-apiLimit")
	d.Type("1\r")
	d.See(".notice")
	d.wantFocus("set-apiLimit")
	d.Visit(d.web + "/console/controls")
	d.Click("#advance")
	d.Type("nonsense\r")
	d.See("#advance-wrong")
	d.wantFocus("advance")
	d.Problems() // of the status, as it should
	d.Click("#advance")
	d.Visit(d.web + "/console/controls")
	d.Click("section:last-of-type summary")
	d.Click("#reset-now")
	d.See(".notice")
	d.wantFocus("notice")
	d.look("console-asked")
}

func TestInABrowserTheGuideIsWalkedWithThePointer(t *testing.T) {
	d := newDesk(t)
	d.Visit(d.web + "/console/guide")
	d.See("#next")
	d.look("console-guide-start")
	for step := 1; step <= 6; step++ {
		d.Click("#next")
		d.See("#step-" + strconv.Itoa(step) + " .answer")
	}
	d.Click("#step-2 details:nth-of-type(2) summary")
	d.See("#snippet-2-1")
	d.look("console-guide")
	d.Click("#restart")
	d.See("#next")
}

func TestInABrowserATokenIsInspected(t *testing.T) {
	d := newDesk(t)
	cx := d.v.exchange()
	d.Visit(d.web + "/console/inspector")
	d.Click("#value")
	d.Type(str(cx, "accessToken"))
	d.Click("main button")
	d.See("#result")
	if got := d.Text("#result"); got != "RingCX access token" {
		t.Errorf("it is a %q", got)
	}
	d.look("console-inspected")
}

func TestInABrowserASettingIsChosenAndPutBackWithTheKeyboard(t *testing.T) {
	d := newDesk(t)
	d.v.control("switches", `{"sessionCapRefuses":true,"ringcxIssuer":"https://other.invalid"}`)
	d.Visit(d.web + "/console/contract?show=changed")
	d.See("#set-ringcxIssuer")
	d.look("console-contract-changed")
	d.Visit(d.web + "/console/contract?show=documented")
	d.Click("#set-exchangeLimit")
	d.Type("7\r") // Enter sets; it does not put anything back
	d.See(".notice")
	if got := d.v.settings(); got["exchangeLimit"] != 57.0 && got["exchangeLimit"] != 75.0 || got["sessionCapRefuses"] != true {
		t.Errorf("in force: %v", got)
	}
	d.Visit(d.web + "/console/contract?show=changed")
	d.Click("#ask-all")
	d.Click("#back-all")
	d.See(".notice")
	if got := d.v.settings(); got["exchangeLimit"] != 5.0 || got["sessionCapRefuses"] != false {
		t.Errorf("after putting all back: %v", got)
	}
}

func TestInABrowserAHostileDayIsBegunAndItsTracesAreSeen(t *testing.T) {
	d := newDesk(t)
	d.Visit(d.web + "/console/controls")
	d.See("#begin-day")
	d.Click("#kind-delay") // not this one
	d.Click("#begin-day")
	d.See("#day")
	for range 100 {
		d.v.suffer("/restapi")
	}
	d.Visit(d.web + "/console/controls")
	d.See("#end-day")
	if got := d.Text("#day"); !strings.Contains(got, "10 % of the requests") || strings.Contains(got, "delay ") || !strings.Contains(got, " of 100:") {
		t.Errorf("the day is %q", got)
	}
	d.look("console-hostile")
	d.Visit(d.web + "/console/requests")
	d.See(".spoilt")
	d.look("console-spoiled")
	d.Visit(d.web + "/console/controls")
	d.Click("#end-day")
	d.See("#begin-day")
}

func TestInABrowserANamespaceIsBegunVisitedAndLeft(t *testing.T) {
	d := newDesk(t)
	d.Visit(d.web + "/console/namespaces")
	d.Click("#name")
	d.Type("nightly\r")
	d.See("td a")
	d.Click("td a")
	d.See("#namespace")
	if got := d.Text("#namespace"); got != "nightly" {
		t.Errorf("it is the console of %q", got)
	}
	d.look("console-inside")
	d.Click("#outside")
	d.See("#counts")
	if got := d.Address(); strings.Contains(got, "nightly") {
		t.Errorf("the way back leads to %s", got)
	}
}

func TestInABrowserAUserIsMadeAndGetsAnotherRole(t *testing.T) {
	d := newDesk(t)
	d.Visit(d.web + "/console/accounts")
	d.Click("#firstName")
	d.Type("Sam\tField\tada.reyes@example.com\r")
	d.See("#email-wrong")
	d.look("console-user-wrong")
	if got := d.Problems(); len(got) != 1 || !strings.Contains(got[0], "422") {
		t.Errorf("the browser complains: %q", got) // but of the status, as it should
	}
	d.Visit(d.web + "/console/accounts")
	d.Click(".kept button") // what was refused is there yet
	d.Click("#firstName")
	d.Type("Sam\tField\r")
	d.See(".notice")
	d.look("console-user")
}
