package sandbox

import (
	"net/http"
	"strconv"
	"strings"
)

// accountView is an account with its people.
type accountView struct {
	ID         int64
	Name       string
	Production bool
	Main       string // number of the RingCX main account; "": no RingCX
	Subs       []choice
	Users      []userView
}

// userView is a user of RingCentral, or an administrator that only RingCX knows.
type userView struct {
	ID                     int64
	Name, Email, Extension string
	Password               string
	Enabled, Linked, Admin bool
}

// accountsPage lists them, and has the form for another account.
type accountsPage struct {
	Accounts []accountView
	Name     string
	Wrong    string
}

func (c *console) accountList(v *visit, r *http.Request) answer {
	return c.showAccounts(v, r, &accountsPage{})
}

func (c *console) showAccounts(v *visit, r *http.Request, page *accountsPage) answer {
	order := c.accountChoices()
	c.mu.Lock()
	for _, o := range order {
		id, _ := strconv.ParseInt(o.Value, 10, 64)
		if a := c.world.accounts[id]; a != nil {
			page.Accounts = append(page.Accounts, c.viewAccount(a))
		}
	}
	c.mu.Unlock()
	return c.page(v, r, "accounts.html", &consoleView{Title: "Accounts and users", Page: page})
}

func (c *console) viewAccount(a *account) accountView {
	out := accountView{ID: a.id, Name: a.name, Production: a.production}
	if a.center != nil {
		out.Main = a.center.id
		for _, s := range a.center.subAccounts {
			out.Subs = append(out.Subs, choice{s.id, s.name})
		}
	}
	for _, u := range a.everybody() {
		view := userView{
			ID: u.id, Name: u.first + " " + u.last, Email: u.email, Extension: u.extension, Password: u.password,
			Enabled: u.enabled, Linked: u.linked, Admin: u.login != nil,
		}
		if u.login != nil {
			view.Password = u.login.Password
		}
		out.Users = append(out.Users, view)
	}
	return out
}

// changeUser switches a user on or off, or links it to RingCX.
func (c *console) changeUser(_ *visit, r *http.Request) answer {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.world.cxUser(id)
	if u == nil {
		return c.missing("There is no such user.")
	}
	switch change := r.PostForm.Get("change"); {
	case change == "enable", change == "disable":
		u.enabled = change == "enable"
	case (change == "link" || change == "unlink") && u.login == nil:
		u.linked = change == "link"
	default:
		return c.refusal(http.StatusBadRequest, "Refused", "This cannot be changed about that user.")
	}
	c.changes.touch(u)
	return c.done("accounts", "user")
}

// createAccount makes an account with one user.
func (c *console) createAccount(v *visit, r *http.Request) answer {
	page := &accountsPage{Name: strings.TrimSpace(r.PostForm.Get("name"))}
	if n := len([]rune(page.Name)); n == 0 || n > 100 {
		page.Wrong = "Give the account a name of up to 100 characters."
		return c.showAccounts(v, r, page)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.world.openAccount(page.Name, r.PostForm.Get("production") == "yes", r.PostForm.Get("ringcx") == "yes")
	return c.done("accounts", "account")
}
