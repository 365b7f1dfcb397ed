package sandbox

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// credentialView is what is shown of a JWT credential.
type credentialView struct {
	ID, Label, JWT, Owner, Email string
	Apps                         []string // names; nil: all apps of the account
	Expires                      string   // "": never
	State                        string   // "active", "expired" or "deleted"
	order                        int
}

func (c *console) viewCredential(cred *credential, now time.Time) credentialView {
	out := credentialView{
		ID: cred.id, Label: cred.label, JWT: cred.jwt, Owner: cred.user.first + " " + cred.user.last, Email: cred.user.email,
		State: "active", order: cred.order,
	}
	for _, id := range cred.clients {
		name := id
		if a := c.world.apps[id]; a != nil {
			name = a.name
		}
		out.Apps = append(out.Apps, name)
	}
	if !cred.expires.IsZero() {
		out.Expires = cred.expires.UTC().Format("2006-01-02 15:04") + " UTC"
		if !now.Before(cred.expires) {
			out.State = "expired"
		}
	}
	if cred.deleted {
		out.State = "deleted"
	}
	return out
}

func (c *console) credentialList(v *visit, r *http.Request) answer {
	now := c.Now()
	c.mu.Lock()
	all := make([]credentialView, 0, len(c.world.credentials))
	for _, cred := range c.world.credentials {
		all = append(all, c.viewCredential(cred, now))
	}
	c.mu.Unlock()
	slices.SortFunc(all, func(a, b credentialView) int { return cmp.Compare(a.order, b.order) })
	return c.page(v, r, "credentials.html", &consoleView{Title: "JWT credentials", Page: all})
}

func (c *console) credentialPage(v *visit, r *http.Request) answer {
	c.mu.Lock()
	cred := c.world.credentials[r.PathValue("id")]
	var page credentialView
	if cred != nil {
		page = c.viewCredential(cred, c.Now())
	}
	c.mu.Unlock()
	if cred == nil {
		return c.missing("There is no such JWT credential. A reset of the sandbox forgets those that were made in it.")
	}
	return c.page(v, r, "credential.html", &consoleView{Title: page.Label, Place: "JWT credentials", Page: page})
}

// newCredentialForm is the form to create a JWT, with what was filled in and what is wrong with it.
type newCredentialForm struct {
	Label, User, Reach, Expires string
	Clients                     []string
	Users                       []choice
	Apps                        []appView
	Wrong                       map[string]string
}

func (c *console) credentialForm(v *visit, r *http.Request) answer {
	f := &newCredentialForm{Reach: "all"}
	if id := r.URL.Query().Get("client_id"); id != "" { // the vendor's link for customers of an app
		f.Reach, f.Clients = "some", []string{id}
	}
	return c.askCredential(v, r, f)
}

func (c *console) askCredential(v *visit, r *http.Request, f *newCredentialForm) answer {
	f.Apps, f.Users = c.apps(), c.userChoices()
	return c.page(v, r, "credential-new.html", &consoleView{Title: "Create a JWT", Place: "JWT credentials", Page: f})
}

// userChoices are the users of RingCentral, the demo user first.
func (c *console) userChoices() []choice {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := c.world.demoUser()
	out := []choice{}
	for _, u := range c.world.users {
		if u != first {
			out = append(out, choice{strconv.FormatInt(u.id, 10), u.first + " " + u.last + ", " + u.account.name})
		}
	}
	slices.SortFunc(out, func(a, b choice) int { return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Value, b.Value)) })
	mine := choice{strconv.FormatInt(first.id, 10), first.first + " " + first.last + ", " + first.account.name}
	return append([]choice{mine}, out...)
}

// createCredential takes that form.
func (c *console) createCredential(v *visit, r *http.Request) answer {
	f := &newCredentialForm{
		Label: typed(r.PostForm.Get("label")), User: r.PostForm.Get("user"), Reach: r.PostForm.Get("reach"),
		Expires: r.PostForm.Get("expires"), Clients: r.PostForm["client"], Wrong: map[string]string{},
	}
	expires := f.check(c.Now())
	c.mu.Lock()
	cred := c.mint(f, expires)
	c.mu.Unlock()
	if cred == nil {
		return c.askCredential(v, r, f)
	}
	return c.done("credentials/"+url.PathEscape(cred.id), "credential", "")
}

// check says what makes no sense, and gives the end that was asked for. The day that is named still belongs to it.
func (f *newCredentialForm) check(now time.Time) (expires time.Time) {
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
	case len(f.Clients) == 0:
		f.Wrong["clients"] = "Choose at least one app."
	}
	return expires
}

// mint makes the credential, unless something is wrong, which goes into the form. c.mu is held.
func (c *console) mint(f *newCredentialForm, expires time.Time) *credential {
	id, _ := strconv.ParseInt(f.User, 10, 64)
	u := c.world.users[id]
	if u == nil {
		f.Wrong["user"] = "Choose a user from the list."
	}
	for _, client := range f.Clients {
		if c.world.apps[client] == nil {
			f.Wrong["clients"] = "Choose apps from the list."
		}
	}
	if len(f.Wrong) > 0 {
		return nil
	}
	cred, err := c.world.addCredential(u, f.Clients, expires)
	if err != nil {
		f.Wrong["label"] = err.Error()
		return nil
	}
	cred.label = f.Label
	return cred
}

// deleteCredential revokes a JWT: apps that use it cannot sign in any more.
func (c *console) deleteCredential(_ *visit, r *http.Request) answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	cred := c.world.credentials[r.PathValue("id")]
	if cred == nil {
		return c.missing("There is no such JWT credential.")
	}
	c.withdraw(cred)
	return c.done("credentials", "deleted", "")
}
