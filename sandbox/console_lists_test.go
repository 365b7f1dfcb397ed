package sandbox_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// populate makes people, and for some of them an app, an account and a credential.
func (d *developer) populate(from, to, each int) {
	d.t.Helper()
	for n := from; n < to; n++ {
		u := d.v.newUser(fmt.Sprintf(`{"firstName":"Sam%d","lastName":"Field"}`, n))
		if n%each == 0 {
			d.v.control("apps", fmt.Sprintf(`{"name":"App %d","auth":"jwt"}`, n))
			d.v.control("accounts", fmt.Sprintf(`{"name":"Company %d","production":true}`, n))
			d.v.control("credentials", fmt.Sprintf(`{"user":%.0f}`, u["userId"]))
		}
	}
}

func TestLongTablesArePagedAndSearched(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	d.populate(0, 120, 1)
	for range 120 {
		d.v.login()
		d.v.exchange()
	}
	next := regexp.MustCompile(`<a href="/console/([^"]+)">After</a>`)
	for path, c := range map[string]struct {
		row  *regexp.Regexp
		most int
	}{
		"apps":        {regexp.MustCompile(`<a href="/console/apps/([^"]+)">App \d+<`), 120},
		"credentials": {regexp.MustCompile(`<tr>\s*<th scope="row"><a href="/console/credentials/([^"]+)">`), 121},
		"sessions":    {regexp.MustCompile(`name="kind" value="refresh"><input type="hidden" name="handle" value="(\w+)"`), 120},
	} {
		seen := map[string]bool{}
		for at := path; at != ""; {
			page := d.page(at)
			found := c.row.FindAllStringSubmatch(page, -1)
			if len(found) > 50 {
				t.Errorf("%s has %d rows", at, len(found))
			}
			for _, m := range found {
				seen[m[1]] = true
			}
			at = ""
			for _, m := range next.FindAllStringSubmatch(page, -1) {
				if path != "sessions" || strings.Contains(m[1], "refresh=") {
					at = m[1]
				}
			}
		}
		if len(seen) < c.most {
			t.Errorf("%d rows are found in %s, want %d", len(seen), path, c.most)
		}
	}
	wantText(t, d.page("apps?find=company"), "Nothing is found.")
	wantText(t, d.page("apps?find=app+77"), "Apps 1 to 1 of 1", "App 77")
	wantText(t, d.page("credentials?find=SAM77"), "JWT credentials 1 to 1 of 1", "Sam77 Field")
	wantText(t, d.page("sessions?find=nobody"), "Nothing is found.")
	wantText(t, d.page("sessions?find=reyes"), "Rows 1 to 50 of 120")
	path := regexp.MustCompile(`action="/console/(credentials/[^"]+/delete)"`).FindStringSubmatch(d.page("credentials?find=sam77"))[1]
	if to := d.submit("credentials?find=sam77", path, "find", "sam77").header.Get("Location"); to != "/console/credentials?done=deleted&find=sam77" {
		t.Errorf("the form leads to %s", to)
	}
}

func TestWhereTooManyCanBeListedOneIsNamed(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	wantText(t, d.page("credentials/new"), `<select id="user"`)
	d.populate(0, 120, 1)
	d.v.newUser(`{"firstName":"Sam5","lastName":"Field","email":"other@example.com"}`)
	form := d.page("credentials/new")
	wantText(t, form, `name="user" list="user-list"`, "One of 24", "Others, by client ID")
	wantNoText(t, form, "<select")
	for user, email := range map[string]string{
		"sam7 field": "sam7.field@example.com", "SAM8.FIELD@example.com": "sam8.field@example.com", fmt.Sprintf("%.0f", d.v.newUser(`{"firstName":"Jo","lastName":"Late"}`)["userId"]): "jo.late@example.com",
	} {
		wantText(t, d.do("credentials/new", "credentials/new", "label", "One", "user", user, "reach", "all"), email)
	}
	wrong := d.submit("credentials/new", "credentials/new", "label", "One", "user", "sam5 field", "reach", "all").want(http.StatusUnprocessableEntity).body
	wantText(t, wrong, "2 users are found by that", "sam5.field@example.com", "other@example.com", `value="sam5 field"`)
	wrong = d.submit("credentials/new", "credentials/new", "label", "One", "user", "", "reach", "all").want(http.StatusUnprocessableEntity).body
	wantText(t, wrong, "Choose a user from the list")
	wantText(t, d.do("credentials/new", "credentials/new", "label", "One", "user", "sam7 field", "reach", "some", "more-clients", "app 99\nAPP 110"), "App 99", "App 110")
	wrong = d.submit("credentials/new", "credentials/new", "label", "One", "user", "sam7 field", "reach", "some", "more-clients", "nothing").want(http.StatusUnprocessableEntity).body
	wantText(t, wrong, "There is no app nothing.")

	wantText(t, d.page("apps/new"), `name="account" list="account-list"`)
	wantText(t, d.do("apps/new", "apps/new", appFields("account", "company 44")...), "App of the account Company 44")
	wantText(t, d.do("accounts", "users", "account", "Company 44", "firstName", "New", "lastName", "One", "role", "Super Admin"), "Company 44", "New One")
	wantText(t, d.submit("accounts", "users", "account", "nowhere", "firstName", "New", "lastName", "Two").want(http.StatusUnprocessableEntity).body, "Choose an account")

	wantText(t, d.page("choices?of=user&find=sam77"), "sam77.field@example.com", "Sam77 Field")
	wantText(t, d.page("choices?of=account&find=company+44"), "Company 44")
	if page := d.page("choices?of=user&find=sam"); strings.Count(page, "<option") != 50 {
		t.Errorf("%d are suggested", strings.Count(page, "<option"))
	}
	if page := d.page("choices?of=secret&find="); strings.TrimSpace(page) != "" {
		t.Errorf("there is %q to choose", page)
	}
}

func TestSpentRefreshTokensAreCounted(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	first := d.v.exchange()
	second := d.v.form(refreshPath, "refresh_token", str(first, "refreshToken")).want(http.StatusOK).json()
	d.v.form(refreshPath, "refresh_token", str(second, "refreshToken")).want(http.StatusOK)
	wantText(t, d.page("sessions"), `Spent so far: <span id="spent-refresh">2</span> refresh tokens.`)
	wantText(t, d.page(""), "<strong>2</strong> spent RingCX refresh tokens", "<strong>0</strong> in a penalty")
}
