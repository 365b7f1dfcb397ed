package e2e_test

import (
	"net/http"
	"strings"
	"testing"
)

// clicks counts what a task takes from the first page of the console.
type clicks struct {
	*desk
	n int
}

func (d *desk) task(name string, do func(c *clicks)) {
	d.t.Helper()
	c := &clicks{desk: d}
	d.Visit(d.web + "/console/")
	do(c)
	d.t.Logf("%s: %d clicks", name, c.n)
	if c.n > 3 {
		d.t.Errorf("%s takes %d clicks", name, c.n)
	}
}

func (c *clicks) press(css string) {
	c.t.Helper()
	c.n++
	c.Click(css)
}

// go to a page of the console with the navigation.
func (c *clicks) goTo(page string) {
	c.t.Helper()
	c.press(`nav a[href="/console/` + page + `"]`)
	c.See(`nav a[href="/console/` + page + `"][aria-current]`)
}

// reach moves the keyboard to an element.
func (c *clicks) reach(id string) {
	c.t.Helper()
	for i := 0; c.Focus() != id; i++ {
		if i > 120 {
			c.t.Fatalf("Tab does not reach %s", id)
		}
		c.Type("\t")
	}
}

func TestInABrowserWhatWentWrongTakesThreeClicksToSee(t *testing.T) {
	d := newDesk(t)
	cx := d.v.exchange()
	d.v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).want(http.StatusOK)
	d.v.Advance(1e9 * 312)
	d.v.get(usersPath, str(cx, "accessToken")).want(http.StatusUnauthorized)
	d.v.get("/restapi/v1.0/account/~", "nonsense")
	d.task("why was this 401?", func(c *clicks) {
		c.goTo("requests")
		if got := c.Text("#request-4 .why"); got != "the token ended 12s before" {
			t.Errorf("the log says %q", got)
		}
	})
	d.task("which token was it, and who sent it?", func(c *clicks) {
		c.goTo("requests")
		c.press("#request-4 summary")
		if got := c.Text("#request-4 dl"); !strings.Contains(got, "Ada Reyes") || !strings.Contains(got, "Token") {
			t.Errorf("the entry says %q", got)
		}
	})
	d.task("find what was refused of one caller", func(c *clicks) {
		c.goTo("requests")
		c.press("#caller")
		c.Type("ada\r")
		c.See(".filter a")
		c.press(`.tabs a[href*="status=4xx"]`)
		c.See(`.tabs a[href*="status=4xx"][aria-current]`)
		if got := c.Word(`[...document.querySelectorAll("#log > li")].map(e => e.id).join()`); got != "request-4" {
			t.Errorf("found is %s", got)
		}
	})
	d.task("copy a command that runs", func(c *clicks) {
		c.goTo("requests")
		c.press("#request-4 summary")
		c.press(`[data-copy=curl-4]`)
		c.See("#told:not(:empty)")
		if got := c.Text("#curl-4"); !strings.Contains(got, "curl ") || !strings.Contains(got, "$") {
			t.Errorf("copied is %q", got)
		}
	})
}

func TestInABrowserWhatIsInForceTakesThreeClicksToSee(t *testing.T) {
	d := newDesk(t)
	d.v.form(refreshPath, "refresh_token", str(d.v.exchange(), "refreshToken")).want(http.StatusOK)
	d.task("how many refresh tokens are spent?", func(c *clicks) {
		if got := c.Text(`.counts a[href="/console/sessions#refresh"]`); !strings.Contains(got, "1") || !strings.Contains(got, "spent") {
			t.Errorf("the first page says %q", got)
		}
	})

	v := newVendor(t, defaultOptions)
	web := serveAt(t, "", v)
	limited := &desk{Page: d.Page, v: v, t: t, web: web.URL}
	rc := str(v.login(), "access_token")
	for range 7 {
		v.exchangeToken(rc)
	}
	limited.task("whose penalty is it, and until when?", func(c *clicks) {
		c.press(`.counts a[href="/console/controls#penalties"]`)
		c.See("#penalties tbody tr")
		if got := c.Text("#penalties tbody tr"); !strings.Contains(got, "Ada Reyes") || !strings.Contains(got, "UTC") && !strings.Contains(got, ":") {
			t.Errorf("the page says %q", got)
		}
	})
	d.Visit(d.web + "/console/")
}

func TestInABrowserMakingThingsTakesThreeClicks(t *testing.T) {
	d := newDesk(t)
	d.v.newUser(`{"firstName":"Zoe","lastName":"Field"}`)
	d.task("make an app", func(c *clicks) {
		c.goTo("apps")
		c.press(`a[href="/console/apps/new"]`)
		c.reach("name")
		c.Type("Mine")
		c.press("#create")
		c.See("#client-secret")
	})
	d.task("make a JWT for a user", func(c *clicks) {
		c.goTo("credentials")
		c.press(`a[href="/console/credentials/new"]`)
		c.reach("label")
		c.Type("Of Zoe")
		c.reach("user")
		c.Type("Zoe")
		c.press("#create")
		c.See("#jwt")
		if got := c.Text("main > p:not(.notice)"); !strings.Contains(got, "Zoe Field") {
			t.Errorf("the page says %q", got)
		}
	})
}

func TestInABrowserAChangeAndItsWayBackTakeThreeClicks(t *testing.T) {
	d := newDesk(t)
	d.task("arm a fault and disarm it", func(c *clicks) {
		c.goTo("controls")
		c.press("#arm")
		c.See(".notice")
		c.press(`button[name=fault]`)
		c.See("section[aria-labelledby=faults]:not(:has(button[name=fault]))")
	})
	d.task("change a limit and set it back", func(c *clicks) {
		c.goTo("contract")
		c.press("#set-exchangeLimit")
		c.Type("7\r")
		c.See(".notice")
		c.press("button[value=exchangeLimit]")
		c.See("li:not(.changed) #set-exchangeLimit")
		if got := d.v.settings()["exchangeLimit"]; got != 5.0 {
			t.Errorf("the limit is %v", got)
		}
	})
}
