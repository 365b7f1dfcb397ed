package e2e_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// The page is on another port, which is another origin.
func TestInABrowserASinglePageAppSignsInAndReadsUsers(t *testing.T) {
	d := newDesk(t)
	text, err := os.ReadFile("testdata/page.html")
	if err != nil {
		t.Fatal(err)
	}
	var page string
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, page)
	}))
	t.Cleanup(app.Close)
	made := d.v.control("apps", fmt.Sprintf(
		`{"auth":"code","kind":"browser","refreshTokens":true,"redirectUris":[%q]}`, app.URL+"/callback"))
	page = strings.NewReplacer("VENDOR", d.web, "CLIENT", str(made, "clientId")).Replace(string(text))

	d.Visit(app.URL)
	d.Click("#sign-in")
	d.Click("button[value=demo]")
	d.Click("button[value=allow]")
	d.See("#closed:not(:empty)")
	if got := d.Text("#users"); !strings.Contains(got, d.v.Demo().Email) {
		t.Errorf("the page shows %q", got)
	}
	if got := d.Text("#limit"); got != "50 null" {
		t.Errorf("of the limit and Retry-After it reads %q", got)
	}
	if got := d.Text("#closed"); got != "The rest is closed." {
		t.Error(got)
	}
	for _, problem := range d.Problems() { // but of what is closed, as it should
		if !strings.Contains(problem, "blocked by CORS policy") && !strings.Contains(problem, "ERR_FAILED") {
			t.Errorf("the browser complains: %s", problem)
		}
	}
	preflights := 0
	for _, e := range d.v.Requests() {
		if e.Method == http.MethodOptions {
			preflights++
		}
	}
	if preflights == 0 {
		t.Error("the browser asked for no permission, so this was no other origin")
	}
}
