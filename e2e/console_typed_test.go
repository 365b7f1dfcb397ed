package e2e_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// serveAt serves h at an address of this machine; "" is one that is free.
func serveAt(t *testing.T, addr string, h http.Handler) *httptest.Server {
	t.Helper()
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewUnstartedServer(h)
	_ = web.Listener.Close()
	web.Listener = l
	web.Start()
	t.Cleanup(func() {
		leave(web) // a page may be open yet
		web.Close()
	})
	return web
}

// leave ends a server as a process that is killed does.
func leave(web *httptest.Server) {
	_ = web.Listener.Close()
	web.CloseClientConnections()
}

// typed are the values of fields.
func (d *desk) typed(ids ...string) string {
	d.t.Helper()
	var out []string
	for _, id := range ids {
		out = append(out, d.Word(`(e => e.type === "checkbox" || e.type === "radio" ? String(e.checked) : e.value)(document.getElementById("`+id+`"))`))
	}
	return strings.Join(out, "|")
}

// fillIn types into forms of several pages, and sends none of them; the page of the controls is open then.
func (d *desk) fillIn(base string) {
	d.t.Helper()
	d.Visit(base + "apps/new")
	d.Click("#name")
	d.Type("Half an app")
	d.Click("#auth-code")
	d.Click("#redirects")
	d.Type("https://example.com/callback")
	d.Click("#scope-SMS")
	d.Visit(base + "accounts")
	d.Click("#firstName")
	d.Type("Sam")
	d.Click("#user-ringcx")
	d.Visit(base + "inspector")
	d.Click("#value")
	d.Type("not-to-be-kept")
	d.Visit(base + "contract?show=settable")
	d.Click("#set-exchangeLimit")
	d.Type("7")
	d.Click("#set-sessionCapRefuses")
	d.Visit(base + "controls")
	d.Click("#delay")
	d.Type("3s")
}

func TestInABrowserARestartLosesNothingThatWasTyped(t *testing.T) {
	d := newDesk(t)
	web := serveAt(t, "", d.v)
	base := web.URL + "/console/"
	d.fillIn(base)
	leave(web)
	d.See("#away:not(:empty)")
	if got := d.Text("#away"); !strings.Contains(got, "does not answer") {
		t.Errorf("the page says %q", got)
	}
	again := newVendor(t, sandboxOptions)
	serveAt(t, web.Listener.Addr().String(), again)
	d.See("#away a")
	d.look("console-back")
	d.Click("#away a")
	d.See(".kept")
	if got := d.typed("delay", "path"); got != "3s|/api/auth/*" {
		t.Errorf("in the form of a fault is %q", got)
	}
	d.look("console-kept")
	d.Visit(base + "contract?show=documented") // which has one of the two
	d.See(".kept")
	if got := d.typed("set-exchangeLimit"); got != "57" && got != "75" {
		t.Errorf("the limit is %q", got)
	}
	d.Visit(base + "contract")
	if got := d.typed("set-sessionCapRefuses"); got != "true" {
		t.Errorf("the other setting is %q", got)
	}
	d.checkOtherForms(base)
	d.Click("#create")
	d.See("#client-id")
	d.Visit(base + "apps/new")
	d.See("#name")
	if got := d.typed("name", "scope-SMS"); got != "|false" {
		t.Errorf("after it was taken, in the form of an app is %q", got)
	}
	d.Visit(d.web + "/console/")
	d.Problems() // of the sandbox that was away
}

// checkOtherForms looks for the rest of what fillIn typed; the form of an app is open then.
func (d *desk) checkOtherForms(base string) {
	d.t.Helper()
	d.Visit(base + "inspector")
	d.See("#value")
	if got := d.typed("value"); got != "" {
		d.t.Errorf("a token was kept: %q", got)
	}
	d.Visit(base + "accounts")
	if got := d.typed("firstName", "lastName", "user-ringcx"); got != "Sam||false" {
		d.t.Errorf("in the form of a user is %q", got)
	}
	d.Visit(base + "apps/new")
	d.See("#redirects")
	if got := d.typed("name", "redirects", "scope-SMS", "auth-code"); got != "Half an app|https://example.com/callback|true|true" {
		d.t.Errorf("in the form of an app is %q", got)
	}
	if all := d.Word(`JSON.stringify(sessionStorage)`); strings.Contains(all, "not-to-be-kept") {
		d.t.Errorf("kept is %s", all)
	}
}

func TestInABrowserAFormOfTheTimeBeforeARestartIsSentAgain(t *testing.T) {
	d := newDesk(t)
	web := serveAt(t, "", d.v)
	d.Visit(web.URL + "/console/controls")
	d.Click("#delay")
	d.Type("3s")
	leave(web)
	d.See("#away:not(:empty)")
	serveAt(t, web.Listener.Addr().String(), newVendor(t, sandboxOptions))
	d.See("#away a")
	d.Click("#arm") // instead of reloading the page
	d.See("#form")
	d.look("console-expired")
	d.Click("#form")
	d.See(".kept")
	if got := d.typed("delay"); got != "3s" {
		t.Errorf("in the form is %q", got)
	}
	d.Click("#arm")
	d.See(".notice")
	if got := d.typed("delay"); got != "" {
		t.Errorf("after it was taken, in the form is %q", got)
	}
	d.Visit(d.web + "/console/")
	d.Problems()
}

func TestInABrowserEditsOfOneSubjectOfTheContractSurviveTheOthers(t *testing.T) {
	d := newDesk(t)
	d.v.control("switches", `{"apiLimit":9}`)
	d.Visit(d.web + "/console/contract")
	d.Click("#set-sessionCapRefuses")
	d.Click("button[value=apiLimit]") // put back, with a form of its own
	d.See(".notice")
	if got := d.typed("set-apiLimit", "set-sessionCapRefuses"); got != "120|true" {
		t.Errorf("the form has %q", got)
	}
	d.Visit(d.web + "/console/contract?find=exchangeLimit")
	d.Click("#set-exchangeLimit")
	d.Type("7\r")
	d.See(".notice")
	d.Visit(d.web + "/console/contract")
	if got := d.typed("set-sessionCapRefuses"); got != "true" {
		t.Errorf("the form has %q", got)
	}
	d.Click(".kept button")
	if got := d.typed("set-sessionCapRefuses"); got != "false" {
		t.Errorf("after it was discarded, the form has %q", got)
	}
	d.Visit(d.web + "/console/contract")
	if n := d.Number(`document.querySelectorAll(".kept").length`); n != 0 {
		t.Error("it is back again")
	}
}

func TestInABrowserAUserIsFoundWhileOneTypes(t *testing.T) {
	d := newDesk(t)
	for _, name := range strings.Fields(strings.Repeat("Sam ", 60) + "Zoe") {
		d.v.newUser(`{"firstName":"` + name + `","lastName":"Field"}`)
	}
	d.Visit(d.web + "/console/credentials/new")
	d.Number(`document.getElementById("user").select(), 0`)
	d.Type("zoe")
	d.Number(`new Promise(found => setInterval(() => document.querySelector('#user-list option[value="zoe.field@example.com"]') && found(1), 20)), 0`)
	d.look("console-many")
	d.Click("#label")
	d.Type("Of Zoe")
	d.Click("#user")
	d.Type(" field\r")
	d.See("#jwt")
	if got := d.Text("main > p:not(.notice)"); !strings.Contains(got, "Zoe Field") {
		t.Errorf("the page says %q", got)
	}
}
