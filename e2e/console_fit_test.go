package e2e_test

import (
	"strings"
	"testing"
)

// Pages with the longest names and addresses that there can be.
func (d *desk) lengthen() (pages []string) {
	d.t.Helper()
	long := strings.Repeat("Wort", 30)
	made := d.v.control("apps", `{"name":"`+long+`","auth":"code","kind":"browser","redirectUris":["https://example.com/`+strings.Repeat("c", 180)+`"]}`)
	d.v.control("accounts", `{"name":"`+long+`","production":true,"ringcx":true}`)
	d.v.newUser(`{"firstName":"` + long[:50] + `","lastName":"` + long[:50] + `","ringcx":true}`)
	d.v.control("namespaces", `{"name":"`+strings.Repeat("n", 63)+`"}`)
	d.v.control("faults", `{"path":"/`+strings.Repeat("p", 200)+`","kind":"delay","delay":"2s"}`)
	cx := str(d.v.exchange(), "accessToken")
	d.v.get("/voice/api/v1/admin/accounts/"+strings.Repeat("7", 60), cx)
	d.v.get("/restapi/v1.0/account/"+strings.Repeat("7", 60)+"?"+strings.Repeat("q", 200)+"=1", "nonsense")
	pages = append(pages, consolePages...)
	d.Visit(d.web + "/console/credentials/new")
	d.Click("#label")
	d.Type(long[:100] + "\r")
	d.See("#jwt")
	_, cred, _ := strings.Cut(d.Address(), "/console/")
	return append(pages, "apps/"+str(made, "clientId"), strings.Split(cred, "?")[0])
}

func TestInABrowserLongNamesWidenNoPage(t *testing.T) {
	d := newDesk(t)
	for _, path := range d.lengthen() {
		d.Visit(d.web + "/console/" + path)
		d.See("h1")
		d.Number(`document.querySelectorAll("#log details").forEach(e => e.open = true), 0`)
		for _, width := range []int64{320, 400, 1280} {
			d.Size(width, 800)
			if wide := d.Number(`document.documentElement.scrollWidth - innerWidth`); wide > 0 {
				t.Errorf("%s is %v pixels wider than %d", path, wide, width)
			}
			if cut := d.Word(`[...document.querySelectorAll("main *")].filter(e => !["visible", "auto", "scroll"].includes(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1 && e.tagName !== "svg" && e.tagName !== "SELECT" && e.tagName !== "INPUT").map(e => e.outerHTML.slice(0, 80)).join(", ")`); cut != "" {
				t.Errorf("%s cuts at %d: %s", path, width, cut)
			}
		}
		if over := d.Word(`[...document.querySelectorAll(".wide")].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML.slice(0, 80)).join(", ")`); over != "" {
			t.Errorf("%s has columns out of sight at 1280: %s", path, over)
		}
		d.picture("console-long-"+strings.ReplaceAll(path, "/", "-"), 400)
	}
}

func TestInABrowserEveryPageCanBePrinted(t *testing.T) {
	d := newDesk(t)
	for _, path := range d.lengthen() {
		d.Visit(d.web + "/console/" + path)
		d.See("h1")
		d.Print(720, true)
		if n := d.Number(`[...document.querySelectorAll("nav, button, .button, form.filter, input[type=file]")].filter(e => e.matches("nav, button, .button, .filter") && e.checkVisibility()).length`); n > 0 {
			t.Errorf("%s prints %v things to press", path, n)
		}
		if wide := d.Number(`document.documentElement.scrollWidth - innerWidth`); wide > 0 {
			t.Errorf("%s is %v pixels wider than its paper", path, wide)
		}
		if cut := d.Word(`[...document.querySelectorAll("table, pre, .wide, .answer, svg")].filter(e => { const b = e.getBoundingClientRect(); return b.right > innerWidth + 1 || e.scrollHeight > e.clientHeight + 2 && getComputedStyle(e).overflowY !== "visible" }).map(e => e.outerHTML.slice(0, 80)).join(", ")`); cut != "" {
			t.Errorf("%s cuts %s", path, cut)
		}
		if got := d.Word(`getComputedStyle(document.querySelector("h1")).color`); got != "rgb(26, 32, 39)" {
			t.Errorf("%s is printed in %s", path, got)
		}
		d.picture("console-print-"+strings.ReplaceAll(path, "/", "-"), 0)
		d.Dark(false)
		d.Size(1280, 800)
	}
}
