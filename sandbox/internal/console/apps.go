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

// appKindWords are what a program of the 3-legged flow can be in the vendor's form, and the kind of each.
var appKindWords = []view.AppKind{
	{Word: "Server-side web app (most common)", Kind: "server"},
	{Word: "Client-side web app (SPA)", Kind: "browser"},
	{Word: "Android", Kind: "native"},
	{Word: "iOS", Kind: "native"},
	{Word: "Windows desktop", Kind: "native"},
	{Word: "Mac desktop", Kind: "native"},
}

// viewOf is what is shown of a.
func (c locked) viewOf(a *model.App) view.App {
	out := view.App{
		ID: a.ID, Name: a.Name, Secret: a.Secret, Account: c.World.Account(c.tx, a.Account).Name, Refresh: a.RefreshTokens, Scopes: a.Scopes,
		RedirectURIs: a.RedirectURIs, Confidential: a.Confidential, JWT: a.Flow == "jwt", Method: a.AuthMethod,
	}
	out.Auth, out.Access = "JWT auth flow", "Public"
	switch a.Flow {
	case "password":
		out.Auth, out.Kind = "Password-based, which is deprecated", a.Kind
	case "code":
		out.Auth, out.Kind = "3-legged OAuth flow authorization code", a.Kind
		if out.Kind == "" && a.Confidential {
			out.Kind = "Server-side web app"
		} else if out.Kind == "" {
			out.Kind = "Program without a secret"
		}
	}
	if a.Private {
		out.Access = "Private"
	}
	return out
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
	var a *model.App
	var page view.App
	c.do(func(c locked) {
		if a = c.World.App(c.tx, r.PathValue("id")); a != nil {
			page = c.viewOf(a)
		}
	})
	if a == nil {
		return c.missing("There is no app with this client ID. A reset of the sandbox forgets the apps that were made in it.")
	}
	return c.page(v, r, &view.Page{Title: a.Name, Place: "Apps", Content: &page})
}

func (c *Console) appForm(v *visit, r *http.Request) endpoint.Response {
	return c.askApp(v, r, &view.NewApp{
		Auth: "jwt", Refresh: "yes", Access: "private", Scopes: []string{"ReadAccounts"}, Kind: appKindWords[0].Word,
	})
}

func (c *Console) askApp(v *visit, r *http.Request, f *view.NewApp) endpoint.Response {
	f.Kinds, f.AllScopes = appKindWords, appScopes
	f.Choose = within(c, func(c locked) *view.Picker {
		return c.accountPicker("Account that the app belongs to", f.Account, f.Wrong["account"])
	})
	return c.page(v, r, &view.Page{Title: "Create an app", Place: "Apps", Content: f})
}

// createApp takes that form.
func (c *Console) createApp(v *visit, r *http.Request) endpoint.Response {
	f := &view.NewApp{
		Name: wording.Typed(r.PostForm.Get("name")), Auth: r.PostForm.Get("auth"), Kind: r.PostForm.Get("kind"),
		Refresh: r.PostForm.Get("refresh"), Access: r.PostForm.Get("access"), Account: wording.Typed(r.PostForm.Get("account")),
		RedirectURIs: r.PostForm.Get("redirects"), Scopes: r.PostForm["scope"], Wrong: map[string]string{},
	}
	in := appRequest(f)
	c.do(func(c locked) {
		if acct, wrong := c.accountCalled(f.Account); acct == nil {
			f.Wrong["account"] = wrong
		} else {
			in.Account = admin.ID(acct.ID)
		}
	})
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
func appRequest(f *view.NewApp) *admin.AppRequest {
	in := &admin.AppRequest{
		Name: f.Name, Auth: f.Auth, RefreshTokens: f.Refresh == "yes", Private: f.Access == "private", Scopes: f.Scopes,
	}
	if n := len([]rune(f.Name)); n == 0 || n > 100 {
		f.Wrong["name"] = "Give the app a name of up to 100 characters."
	}
	if in.Scopes == nil {
		in.Scopes = []string{}
	}
	for _, s := range f.Scopes {
		if !slices.ContainsFunc(appScopes, func(v platform.ScopeView) bool { return v.Name == s }) {
			f.Wrong["scopes"] = "Choose scopes from the list."
		}
	}
	choose(f.Wrong, "refresh", f.Refresh, "yes", "no")
	choose(f.Wrong, "access", f.Access, "private", "public")
	choose(f.Wrong, "auth", f.Auth, "jwt", "code", "password")
	if f.Auth == "code" {
		codeFlow(f, in)
	}
	return in
}

func choose(wrong map[string]string, field, value string, among ...string) {
	if !slices.Contains(among, value) {
		wrong[field] = "Choose one of these."
	}
}

// codeFlow reads what only the 3-legged flow asks.
func codeFlow(f *view.NewApp, in *admin.AppRequest) {
	for _, k := range appKindWords {
		if k.Word == f.Kind {
			in.Kind, in.Words = k.Kind, strings.TrimSuffix(k.Word, " (most common)")
		}
	}
	if in.Kind == "" {
		f.Wrong["kind"] = "Choose one of these."
	}
	in.RedirectURIs = wording.TypedAddresses(f.RedirectURIs)
	if len(in.RedirectURIs) == 0 {
		f.Wrong["redirects"] = "Give at least one redirect URI, such as http://127.0.0.1:8080/callback."
	}
}
