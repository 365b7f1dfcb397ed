package testbrowser_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/e2e/testbrowser"
)

func open(t *testing.T) *testbrowser.Page {
	t.Helper()
	return testbrowser.Open(t, os.Getenv("RINGCX_TEST_REQUIRE") == "1", os.Getenv("RINGCX_TEST_CLIENTS"))
}

func serve(t *testing.T, page string) string {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, page)
	}))
	t.Cleanup(web.Close)
	return web.URL
}

const good = `<!doctype html><html lang="en"><title>Good</title><link rel="icon" href="data:,"><style>input, button { min-width: 2rem; min-height: 1.6rem }</style><main><h1>Good</h1>
<label for="name">Name</label><input id="name"><button>Go</button></main>`

func TestAGoodPageHasNothingToComplainAbout(t *testing.T) {
	p := open(t)
	p.Visit(serve(t, good))
	p.See("h1")
	if all := append(p.Audit(), p.Problems()...); len(all) > 0 {
		t.Errorf("found %q", all)
	}
}

func TestWhatIsWrongWithAPageIsFound(t *testing.T) {
	p := open(t)
	for want, page := range map[string]string{
		"first headings":    strings.Replace(good, "</h1>", "</h1><h1>More</h1>", 1),
		"twice":             strings.Replace(good, "<h1", `<p id="name">Name</p><h1`, 1),
		"names nothing":     strings.Replace(good, `<input`, `<input aria-describedby="x"`, 1),
		"may not have":      strings.Replace(good, "<h1", `<figure role="region" aria-label="A">1</figure><h1`, 1),
		"pixels wider than": strings.Replace(good, "<h1", `<p style="width:200vw">wide</p><h1`, 1),
	} {
		p.Visit(serve(t, page))
		p.See("h1")
		if all := p.Audit(); len(all) != 1 || !strings.Contains(all[0], want) {
			t.Errorf("found %q, want %q", all, want)
		}
	}
}

func TestWhatAxeFindsIsFound(t *testing.T) {
	if testbrowser.Axe(os.Getenv("RINGCX_TEST_CLIENTS")) == "" && os.Getenv("RINGCX_TEST_REQUIRE") != "1" {
		t.Skip("needs axe-core; scripts/clients.sh installs it")
	}
	p := open(t)
	for want, page := range map[string]string{
		"html-has-lang":            strings.Replace(good, ` lang="en"`, "", 1),
		"document-title":           strings.Replace(good, "Good</title>", "</title>", 1),
		"page-has-heading-one":     strings.ReplaceAll(good, "h1>", "h2>"),
		"landmark-one-main":        strings.ReplaceAll(good, "main>", "div>"),
		"label: #name":             strings.Replace(good, `for="name"`, "", 1),
		"button-name":              strings.Replace(good, "Go<", "<", 1),
		"image-alt":                strings.Replace(good, "<button", `<img src="data:,"><button`, 1),
		"color-contrast: p":        strings.Replace(good, "<h1", `<p style="color:#777">pale</p><h1`, 1),
		"color-contrast: #name":    strings.Replace(good, "<input", `<input value="x" style="color:#fff;background:#fff"`, 1),
		"target-size":              strings.Replace(good, "<h1", `<p style="font:10px/10px sans-serif"><a href="#">a</a><br><a href="#">b</a></p><h1`, 1),
		"landmark-unique":          strings.Replace(good, "<h1", `<section aria-label="A">1</section><section aria-label="A">2</section><h1`, 1),
		"aria-allowed-role":        strings.Replace(good, "<h1", `<article role="button" aria-label="A">1</article><h1`, 1),
		"label-content-name":       strings.Replace(good, "<button", `<button aria-label="Submit"`, 1),
		"scrollable-region-focus":  strings.Replace(good, "<h1", `<pre style="width:5em;overflow:auto">a long line of words that is wider than its box</pre><h1`, 1),
		"label-title-only: #other": strings.Replace(good, "<h1", `<input id="other" title="Other"><h1`, 1),
	} {
		p.Visit(serve(t, page))
		p.See("body")
		if all := strings.Join(p.Audit(), "\n"); !strings.Contains(all, want) {
			t.Errorf("found %q, want %q", all, want)
		}
	}
}

func TestDarkColoursAndErrorsOfScriptsAreSeen(t *testing.T) {
	p := open(t)
	p.Dark(true)
	p.Visit(serve(t, good+`<style>@media (prefers-color-scheme: dark) { h1 { color: #fff } }</style>
		<script>console.error("on purpose"); throw new Error("thrown")</script>`))
	p.See("button")
	if all := p.Audit(); testbrowser.Axe(os.Getenv("RINGCX_TEST_CLIENTS")) != "" && (len(all) != 1 || !strings.Contains(all[0], "contrast")) {
		t.Errorf("in the dark: %q", all)
	}
	all := p.Problems()
	if !slices.Contains(all, "on purpose") || len(all) != 2 {
		t.Errorf("problems %q", all)
	}
	p.Dark(false)
	if all := append(p.Audit(), p.Problems()...); len(all) > 0 {
		t.Errorf("in the light: %q", all)
	}
}

func TestTheKeyboardAndThePointerReachThePage(t *testing.T) {
	p := open(t)
	p.Visit(serve(t, good))
	p.Type("\t")
	if got := p.Focus(); got != "name" {
		t.Errorf("focus on %s", got)
	}
	p.Click("button")
	if got := p.Focus(); got != "=" {
		t.Errorf("focus on %s", got)
	}
	if p.Text("h1") != "Good" || !strings.HasPrefix(p.Address(), "http://127.0.0.1:") || len(p.Picture()) == 0 {
		t.Error("the page cannot be read")
	}
}
