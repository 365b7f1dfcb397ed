package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/platform"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// viewOf is what is shown of a.
func (c locked) viewOf(a *model.App) view.App {
	return view.App{App: a, Owner: c.World.Account(c.tx, a.Account).Name}
}

// apps lists all apps, oldest first.
func (c locked) apps() []*model.App {
	return inOrder(c.World.Apps.All(c.tx), func(a, b *model.App) int { return cmp.Compare(a.Order, b.Order) })
}

func (c *Console) appList(v *visit, r *http.Request) endpoint.Response {
	page := &view.Apps{Listing: newListing(r, "apps", "page", "Apps")}
	c.do(func(c locked) {
		for _, a := range c.apps() {
			if page.Takes(a.Name + " " + a.ID + " " + c.World.Account(c.tx, a.Account).Name) {
				page.Rows = append(page.Rows, c.viewOf(a))
			}
		}
	})
	return c.page(v, r, &view.Page{Title: "Apps", Content: page})
}

func (c *Console) appDashboard(v *visit, r *http.Request) endpoint.Response {
	var page view.App
	c.do(func(c locked) {
		if a := c.World.App(c.tx, r.PathValue("id")); a != nil {
			page = c.viewOf(a)
		}
	})
	if page.App == nil {
		return c.missing("There is no app with this client ID. A reset of the sandbox forgets the apps that were made in it.")
	}
	return c.page(v, r, &view.Page{Title: page.Name, Place: "Apps", Content: &page})
}

func (c *Console) appForm(v *visit, r *http.Request) endpoint.Response {
	return c.askApp(v, r, view.Form{Given: url.Values{
		"auth": {"jwt"}, "refresh": {"yes"}, "access": {"private"}, "scope": {"ReadAccounts"}, "kind": {view.AppKinds[0].Word},
	}})
}

func (c *Console) askApp(v *visit, r *http.Request, f view.Form) endpoint.Response {
	page := &view.NewApp{Form: f, Choose: within(c, func(c locked) *view.Picker { return c.accountPicker("Account that the app belongs to") })}
	return c.page(v, r, &view.Page{Title: "Create an app", Place: "Apps", Content: page})
}

// createApp takes that form.
func (c *Console) createApp(v *visit, r *http.Request) endpoint.Response {
	f := filledIn(r, "name", "account")
	in := appRequest(f)
	c.do(func(c locked) { in.Account = c.accountOf(f) })
	if len(f.Wrong) > 0 {
		return c.askApp(v, r, f)
	}
	if err := in.Check(); err != nil {
		f.Wrong["redirects"] = err.Error() // everything else was a choice
		return c.askApp(v, r, f)
	}
	var a *model.App
	var err error
	c.do(func(c locked) { a, err = c.RegisterApp(in) })
	if err != nil {
		f.Wrong["account"] = "This account is gone."
		return c.askApp(v, r, f)
	}
	return c.done("apps/"+url.PathEscape(a.ID), "app", "")
}

// appRequest is the form as the control plane takes it; what is wrong goes into Wrong.
func appRequest(f view.Form) *admin.AppRequest {
	in := &admin.AppRequest{
		Name: f.Given.Get("name"), Auth: f.Given.Get("auth"), RefreshTokens: f.Given.Get("refresh") == "yes",
		Private: f.Given.Get("access") == "private", Scopes: append([]string{}, f.Given["scope"]...), // none is none
	}
	checkName(f, "name", "Give the app a name of up to 100 characters.")
	for _, s := range in.Scopes {
		if !slices.ContainsFunc(view.Scopes, func(v platform.ScopeView) bool { return v.Name == s }) {
			f.Wrong["scopes"] = "Choose scopes from the list."
		}
	}
	choose(f, "refresh", "yes", "no")
	choose(f, "access", "private", "public")
	choose(f, "auth", "jwt", "code", "password")
	if in.Auth == "code" {
		codeFlow(f, in)
	}
	return in
}

// codeFlow reads what only the 3-legged flow asks.
func codeFlow(f view.Form, in *admin.AppRequest) {
	for _, k := range view.AppKinds {
		if k.Word == f.Given.Get("kind") {
			in.Kind, in.Words = k.Kind, strings.TrimSuffix(k.Word, " (most common)")
		}
	}
	if in.Kind == "" {
		f.Wrong["kind"] = chooseOne
	}
	in.RedirectURIs = wording.TypedAddresses(f.Given.Get("redirects"))
	if len(in.RedirectURIs) == 0 {
		f.Wrong["redirects"] = "Give at least one redirect URI, such as http://127.0.0.1:8080/callback."
	}
}
