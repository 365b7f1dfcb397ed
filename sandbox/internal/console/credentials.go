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
	u := c.World.User(c.tx, cred.User)
	out := view.Credential{
		ID: cred.ID, Label: cred.Label, JWT: cred.JWT, Owner: u.Name(), Email: u.Email,
		State: "active",
	}
	for _, id := range cred.Clients {
		name := id
		if a := c.World.App(c.tx, id); a != nil {
			name = a.Name
		}
		out.Apps = append(out.Apps, name)
	}
	if !cred.Expires.IsZero() {
		out.Expires = cred.Expires.UTC().Format("2006-01-02 15:04") + " UTC"
		if !now.Before(cred.Expires) {
			out.State = "expired"
		}
	}
	if cred.Deleted {
		out.State = "deleted"
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
	var cred *model.Credential
	var page view.Credential
	c.do(func(c locked) {
		if cred = c.World.Credential(c.tx, r.PathValue("id")); cred != nil {
			page = c.viewCredential(cred, c.Now())
		}
	})
	if cred == nil {
		return c.missing("There is no such JWT credential. A reset of the sandbox forgets those that were made in it.")
	}
	return c.page(v, r, &view.Page{Title: page.Label, Place: "JWT credentials", Content: &page})
}

func (c *Console) credentialForm(v *visit, r *http.Request) endpoint.Response {
	f := &view.NewCredential{Reach: "all", User: r.URL.Query().Get("user")}
	if id := r.URL.Query().Get("client_id"); id != "" { // the vendor's link for customers of an app
		f.Reach, f.Clients = "some", []string{id}
	}
	return c.askCredential(v, r, f)
}

func (c *Console) askCredential(v *visit, r *http.Request, f *view.NewCredential) endpoint.Response {
	var more []string
	c.do(func(c locked) {
		f.Choose = c.userPicker("User that it stands for", f.User, f.Wrong["user"])
		for i, a := range c.apps() {
			if i < choicesShown {
				f.Apps = append(f.Apps, c.viewOf(a))
				continue
			}
			if f.Unlisted++; f.More == "" && slices.Contains(f.Clients, a.ID) {
				more = append(more, a.ID)
			}
		}
	})
	f.More = cmp.Or(f.More, strings.Join(more, "\n"))
	return c.page(v, r, &view.Page{Title: "Create a JWT", Place: "JWT credentials", Content: f})
}

// createCredential takes that form.
func (c *Console) createCredential(v *visit, r *http.Request) endpoint.Response {
	f := &view.NewCredential{
		Label: wording.Typed(r.PostForm.Get("label")), User: wording.Typed(r.PostForm.Get("user")), Reach: r.PostForm.Get("reach"),
		Expires: r.PostForm.Get("expires"), Clients: r.PostForm["client"], More: r.PostForm.Get("more-clients"), Wrong: map[string]string{},
	}
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
func nameClients(f *view.NewCredential, apps []*model.App) {
	for line := range strings.Lines(f.More) {
		line = wording.Typed(line)
		i := slices.IndexFunc(apps, func(a *model.App) bool { return a.ID == line || strings.EqualFold(a.Name, line) })
		switch {
		case line == "":
		case i < 0:
			f.Wrong["clients"] = "There is no app " + line + "."
		case !slices.Contains(f.Clients, apps[i].ID):
			f.Clients = append(f.Clients, apps[i].ID)
		}
	}
}

// checkCredential says what makes no sense, and gives the end that was asked for. The day that is named still belongs to it.
func checkCredential(f *view.NewCredential, now time.Time) (expires time.Time) {
	if n := len([]rune(f.Label)); n == 0 || n > 100 {
		f.Wrong["label"] = "Give the credential a label of up to 100 characters."
	}
	if f.Expires != "" {
		day, err := time.Parse(time.DateOnly, f.Expires)
		if expires = day.AddDate(0, 0, 1); err != nil || !expires.After(now) {
			f.Wrong["expires"] = "Choose a day that is not over, or none."
		}
	}
	switch {
	case f.Reach == "all":
		f.Clients = nil
	case f.Reach != "some":
		f.Wrong["reach"] = "Choose one of these."
	case len(f.Clients) == 0 && f.Wrong["clients"] == "":
		f.Wrong["clients"] = "Choose at least one app."
	}
	return expires
}

// mint makes the credential, unless something is wrong, which goes into the form.
func (c locked) mint(f *view.NewCredential, expires time.Time) *model.Credential {
	u, wrong := c.userCalled(f.User)
	if u == nil {
		f.Wrong["user"] = wrong
	}
	for _, client := range f.Clients {
		if c.World.App(c.tx, client) == nil {
			f.Wrong["clients"] = "Choose apps from the list."
		}
	}
	if len(f.Wrong) > 0 {
		return nil
	}
	cred, err := c.World.AddCredential(c.tx, u.ID, f.Clients, expires)
	if err != nil {
		f.Wrong["label"] = err.Error()
		return nil
	}
	cred.Label = f.Label
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
