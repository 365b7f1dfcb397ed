package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

func (c locked) viewCredential(cred *model.Credential, now time.Time) view.Credential {
	out := view.Credential{Credential: cred, Owner: c.World.User(c.tx, cred.User), State: "active"}
	for _, id := range cred.Clients {
		name := id
		if a := c.World.App(c.tx, id); a != nil {
			name = a.Name
		}
		out.Apps = append(out.Apps, name)
	}
	switch {
	case cred.Deleted:
		out.State = "deleted"
	case !cred.Expires.IsZero() && !now.Before(cred.Expires):
		out.State = "expired"
	}
	return out
}

func (c *Console) credentialList(v *visit, r *http.Request) endpoint.Response {
	now, page := c.Now(), &view.Credentials{Listing: newListing(r, "credentials", "page", "JWT credentials")}
	c.do(func(c locked) {
		all := inOrder(c.World.Credentials.All(c.tx), func(a, b *model.Credential) int { return cmp.Compare(a.Order, b.Order) })
		for _, cred := range all {
			if page.Takes(cred.Label + " " + c.words(c.World.User(c.tx, cred.User))) {
				page.Rows = append(page.Rows, c.viewCredential(cred, now))
			}
		}
	})
	return c.page(v, r, &view.Page{Title: "JWT credentials", Content: page})
}

func (c *Console) credentialPage(v *visit, r *http.Request) endpoint.Response {
	var page view.Credential
	c.do(func(c locked) {
		if cred := c.World.Credential(c.tx, r.PathValue("id")); cred != nil {
			page = c.viewCredential(cred, c.Now())
		}
	})
	if page.Credential == nil {
		return c.missing("There is no such JWT credential. A reset of the sandbox forgets those that were made in it.")
	}
	return c.page(v, r, &view.Page{Title: page.Label, Place: "JWT credentials", Content: &page})
}

func (c *Console) credentialForm(v *visit, r *http.Request) endpoint.Response {
	given := url.Values{"reach": {"all"}, "user": {r.URL.Query().Get("user")}}
	if id := r.URL.Query().Get("client_id"); id != "" { // the vendor's link for customers of an app
		given["reach"], given["client"] = []string{"some"}, []string{id}
	}
	return c.askCredential(v, r, view.Form{Given: given})
}

func (c *Console) askCredential(v *visit, r *http.Request, f view.Form) endpoint.Response {
	page := &view.NewCredential{Form: f}
	var more []string
	c.do(func(c locked) {
		page.Choose = c.userPicker("User that it stands for", f)
		for i, a := range c.apps() {
			if i < choicesShown {
				page.Apps = append(page.Apps, c.viewOf(a))
				continue
			}
			if page.Unlisted++; slices.Contains(f.Given["client"], a.ID) {
				more = append(more, a.ID)
			}
		}
	})
	f.Given.Set("more-clients", cmp.Or(f.Given.Get("more-clients"), strings.Join(more, "\n")))
	return c.page(v, r, &view.Page{Title: "Create a JWT", Place: "JWT credentials", Content: page})
}

// createCredential takes that form.
func (c *Console) createCredential(v *visit, r *http.Request) endpoint.Response {
	f := filledIn(r, "label", "user")
	cred := within(c, func(c locked) *model.Credential {
		nameClients(f, c.apps())
		expires := checkCredential(f, c.Now())
		return c.mint(f, expires)
	})
	if cred == nil {
		return c.askCredential(v, r, f)
	}
	return c.done("credentials/"+url.PathEscape(cred.ID), "credential", "")
}

// nameClients adds the apps that were named, by name or client ID, one in a line.
func nameClients(f view.Form, apps []*model.App) {
	for line := range strings.Lines(f.Given.Get("more-clients")) {
		line = wording.Typed(line)
		i := slices.IndexFunc(apps, func(a *model.App) bool { return a.ID == line || strings.EqualFold(a.Name, line) })
		switch {
		case line == "":
		case i < 0:
			f.Wrong["clients"] = "There is no app " + line + "."
		case !slices.Contains(f.Given["client"], apps[i].ID):
			f.Given.Add("client", apps[i].ID)
		}
	}
}

// checkCredential says what makes no sense, and gives the end that was asked for. The day that is named still belongs to it.
func checkCredential(f view.Form, now time.Time) (expires time.Time) {
	checkName(f, "label", "Give the credential a label of up to 100 characters.")
	if text := f.Given.Get("expires"); text != "" {
		day, err := time.Parse(time.DateOnly, text)
		if expires = day.AddDate(0, 0, 1); err != nil || !expires.After(now) {
			f.Wrong["expires"] = "Choose a day that is not over, or none."
		}
	}
	switch reach := f.Given.Get("reach"); {
	case reach == "all":
		f.Given.Del("client")
	case reach != "some":
		f.Wrong["reach"] = chooseOne
	case len(f.Given["client"]) == 0 && f.Wrong["clients"] == "":
		f.Wrong["clients"] = "Choose at least one app."
	}
	return expires
}

// mint makes the credential, unless something is wrong, which goes into the form.
func (c locked) mint(f view.Form, expires time.Time) *model.Credential {
	u, wrong := c.userCalled(f.Given.Get("user"))
	if u == nil {
		f.Wrong["user"] = wrong
	}
	for _, client := range f.Given["client"] {
		if c.World.App(c.tx, client) == nil {
			f.Wrong["clients"] = "Choose apps from the list."
		}
	}
	if len(f.Wrong) > 0 {
		return nil
	}
	cred, err := c.World.AddCredential(c.tx, u.ID, f.Given["client"], expires)
	if err != nil {
		f.Wrong["label"] = err.Error()
		return nil
	}
	cred.Label = f.Given.Get("label")
	c.World.PutCredential(c.tx, cred)
	return cred
}

// deleteCredential revokes a JWT: apps that use it cannot sign in any more.
func (c *Console) deleteCredential(_ *visit, r *http.Request) endpoint.Response {
	return within(c, func(c locked) endpoint.Response {
		cred := c.World.Credential(c.tx, r.PathValue("id"))
		if cred == nil {
			return c.missing("There is no such JWT credential.")
		}
		c.DeleteCredential(cred)
		return c.doneIn(r, "credentials", "deleted", "")
	})
}
