// Package console is the web site of a sandbox: what the vendor has at developers.ringcentral.com, and a window into the server.
// Its pages read and change what the control plane does, through package admin.
package console

import (
	"net/http"
	"net/url"
	"sync"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/guard"
	"github.com/ringcx-go/ringcx/sandbox/internal/recent"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
)

// visitsKept are the browsers that are remembered, at least, of who gave the password and of the others.
const visitsKept = 1_000

// Console is the web site for people that the vendor has at developers.ringcentral.com, and a window into the server.
type Console struct {
	*admin.Sandbox
	routes http.Handler

	visitors sync.Mutex          // guards what follows, and every visit
	visits   *recent.Map[*visit] // of whoever came
	insiders *recent.Map[*visit] // of who gave the password; strangers do not push them out
}

// visit is a browser that looks at the console.
type visit struct {
	id    string // value of its cookie
	token string // in its forms: who sends it has seen the page
	known bool   // has given the password; never changed
	walk  *walk  // nil: the guide was not begun; never changed in place
}

// locked is a console that holds the lock of its sandbox: what reads and changes objects is a method of it.
type locked struct {
	*Console
	tx *state.Tx // in which everything is read and changed
}

// do runs what needs the objects of the sandbox, alone.
func (c *Console) do(run func(c locked)) { c.Do(func(tx *state.Tx) { run(locked{c, tx}) }) }

// within is what came of run, alone with the objects of the sandbox.
func within[T any](c *Console, run func(c locked) T) (out T) {
	c.do(func(c locked) { out = run(c) })
	return out
}

// consolePage answers one request of a visit that may ask for it.
type consolePage func(v *visit, r *http.Request) endpoint.Response

// New is the console of s, which answers below guard.ConsolePath. It remembers its visits, and nothing else.
func New(s *admin.Sandbox) *Console {
	c := &Console{
		Sandbox: s, visits: recent.New[*visit](visitsKept), insiders: recent.New[*visit](visitsKept),
	}
	mux := http.NewServeMux()
	c.show(mux, "{$}", c.overview)
	c.show(mux, "guide", c.guide)
	c.take(mux, "guide", c.takeStep)
	c.show(mux, "apps", c.appList)
	c.show(mux, "apps/new", c.appForm)
	c.take(mux, "apps/new", c.createApp)
	c.show(mux, "apps/{id}", c.appDashboard)
	c.show(mux, "choices", c.suggest)
	c.show(mux, "credentials", c.credentialList)
	c.show(mux, "credentials/new", c.credentialForm)
	c.take(mux, "credentials/new", c.createCredential)
	c.show(mux, "credentials/{id}", c.credentialPage)
	c.act(mux, "credentials/{id}/delete", "credentials", c.deleteCredential)
	c.show(mux, "accounts", c.accountList)
	c.take(mux, "accounts", c.createAccount)
	c.act(mux, "users", "accounts", c.createUser)
	c.act(mux, "users/{id}", "accounts", c.changeUser)
	c.show(mux, "sessions", c.sessionList)
	c.act(mux, "sessions/revoke", "sessions", c.revoke)
	c.show(mux, "inspector", c.inspectForm)
	c.take(mux, "inspector", c.inspect)
	c.show(mux, "requests", c.requestList)
	c.show(mux, "requests/rows", c.requestRows)
	c.show(mux, "timeline", c.timeline)
	mux.HandleFunc("GET "+guard.ConsolePath+"requests/stream", c.requestStream)
	c.show(mux, "controls", c.controlsForm)
	c.act(mux, "controls/clock", "controls", c.moveClock)
	c.act(mux, "controls/faults", "controls", c.armFault)
	c.act(mux, "controls/faults/clear", "controls", c.clearFaults)
	c.show(mux, "contract", c.contractForm)
	c.take(mux, "contract", c.turnSettings)
	c.act(mux, "controls/hostile", "controls", c.beginDay)
	c.act(mux, "controls/hostile/end", "controls", c.endDay)
	c.act(mux, "controls/limits", "controls", c.turnLimits)
	c.act(mux, "controls/reset", "controls", c.startOver)
	mux.HandleFunc("GET "+guard.ConsolePath+"controls/snapshot", c.saveSnapshot)
	c.take(mux, "controls/snapshot", c.loadSnapshot)
	c.act(mux, "controls/snapshot/take", "controls", c.loadSnapshot)
	if s.Namespace == "" {
		c.show(mux, "namespaces", c.namespaceList)
		c.take(mux, "namespaces", c.beginNamespace)
		c.take(mux, "namespaces/{name}/delete", c.deleteNamespace)
	}
	c.lead(mux, "namespaces/{name}/delete", "namespaces")
	c.show(mux, "sign-in", c.passwordForm)
	c.take(mux, "sign-in", c.takePassword)
	mux.HandleFunc("GET /console", func(w http.ResponseWriter, _ *http.Request) {
		endpoint.Redirect(http.StatusMovedPermanently, guard.ConsolePath).Write(w)
	})
	c.show(mux, "", func(*visit, *http.Request) endpoint.Response { return c.missing("There is no such page.") })
	c.routes = mux
	return c
}

// show routes pages, take routes forms, and act those whose address has no page: lead leads to the one that has the form who asks
// for the address again after a refusal.
func (c *Console) show(mux *http.ServeMux, path string, page consolePage) {
	mux.HandleFunc("GET "+guard.ConsolePath+path, func(w http.ResponseWriter, r *http.Request) { page(visitOf(r), r).Write(w) })
}

func (c *Console) take(mux *http.ServeMux, path string, page consolePage) {
	mux.HandleFunc("POST "+guard.ConsolePath+path, func(w http.ResponseWriter, r *http.Request) {
		size := budget.FormSize(r.PostForm)
		if most, err := c.BodyRoom(r); err != nil || size > most {
			c.refusal(http.StatusInsufficientStorage, "There is no room", sentence(budget.ErrTooMuch)).Write(w)
			return
		}
		a := page(visitOf(r), r)
		if a.Status == http.StatusSeeOther {
			c.CountChange(r, size)
		}
		if err := c.Save(); err != nil {
			a = c.refusal(http.StatusInternalServerError, "Not kept", err.Error())
		}
		a.Write(w)
	})
}

func (c *Console) act(mux *http.ServeMux, path, from string, page consolePage) {
	c.take(mux, path, page)
	c.lead(mux, path, from)
}

func (c *Console) lead(mux *http.ServeMux, path, to string) {
	c.show(mux, path, func(*visit, *http.Request) endpoint.Response {
		return endpoint.Redirect(http.StatusSeeOther, guard.ConsolePath+to)
	})
}

// done leads from a form to a page that says what was done, so that reloading it does nothing again; place is the id of what was
// changed there, "" if that is all of it.
func (c *Console) done(path, notice, place string) endpoint.Response {
	return leadTo(path, url.Values{"done": {notice}}, place)
}

// doneIn is done for a form in a list, of which a part was shown: it leads to the same part.
func (c *Console) doneIn(r *http.Request, path, notice, place string) endpoint.Response {
	q := url.Values{"done": {notice}}
	for _, name := range []string{"show", "find", "page"} {
		if value := r.PostForm.Get(name); value != "" {
			q.Set(name, value)
		}
	}
	return leadTo(path, q, place)
}

func leadTo(path string, query url.Values, place string) endpoint.Response {
	if place != "" {
		place = "#" + place
	}
	return endpoint.Redirect(http.StatusSeeOther, guard.ConsolePath+path+"?"+query.Encode()+place)
}

// consoleNotices are what a page says after a form.
var consoleNotices = map[string]string{
	"app":        "The app was created.",
	"credential": "The JWT credential was created.",
	"deleted":    "The JWT credential was deleted. Who presents it is refused.",
	"account":    "The account was created.",
	"user":       "The user was changed.",
	"new-user":   "The user was created. The password is in the list.",
	"revoked":    "It was ended: none of its tokens works any more.",
	"clock":      "The clock was moved.",
	"fault":      "The fault is armed.",
	"faults":     "No fault is armed any more.",
	"hostile":    "The hostile day has begun.",
	"calm":       "The hostile day is over.",
	"settings":   "The settings were changed.",
	"limits":     "The limits were changed.",
	"reset":      "The sandbox is in its first minute again.",
	"snapshot":   "The sandbox is what the snapshot said.",
	"namespace":  "The namespace has begun.",
	"left":       "The namespace was deleted.",
	"disarmed":   "The fault is not armed any more.",
	"same":       "Nothing was changed: it was so already.",
}

// missing is the page about something that is not there.
func (c *Console) missing(message string) endpoint.Response {
	return c.refusal(http.StatusNotFound, "Not found", message)
}

// refusal is a page that says why there is no other one.
func (c *Console) refusal(status int, title, message string, help ...string) endpoint.Response {
	return c.render(status, &view.Page{Title: title, Content: &view.Refusal{Message: message, Help: help}})
}
