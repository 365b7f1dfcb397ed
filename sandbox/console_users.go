package sandbox

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
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
	Password, Role         string
	Enabled, Linked, Admin bool
}

// accountsPage lists them, and has the forms for another user and another account.
type accountsPage struct {
	listing
	Accounts []accountView
	Choose   *picker // the account of another user
	Roles    []string
	Name     string // of the account that was filled in
	Account  string // of the user that was filled in
	User     userRequest
	Wrong    map[string]string
}

func (c *console) accountList(v *visit, r *http.Request) answer {
	return c.showAccounts(v, r, &accountsPage{User: userRequest{RingCX: true}})
}

func (c *console) showAccounts(v *visit, r *http.Request, page *accountsPage) answer {
	for _, known := range permission.Roles {
		page.Roles = append(page.Roles, known.Name)
	}
	page.User.Role = cmp.Or(page.User.Role, permission.Standard.Name)
	c.mu.Lock()
	page.listing = newListing(r, "accounts", "page", "Users")
	c.listUsers(page)
	page.Choose = c.accountPicker("Account", page.Account, page.Wrong["account"])
	c.mu.Unlock()
	return c.page(v, r, "accounts.html", &consoleView{Title: "Accounts and users", Page: page})
}

// listUsers fills in the accounts with the users that were asked for. c.mu is held.
func (c *console) listUsers(page *accountsPage) {
	all := slices.Collect(maps.Values(c.world.accounts))
	c.sortAccounts(all)
	for _, a := range all {
		var shown []*user
		for _, u := range a.everybody() {
			if page.takes(u.words()) {
				shown = append(shown, u)
			}
		}
		if len(shown) > 0 {
			page.Accounts = append(page.Accounts, c.viewAccount(a, shown))
		}
	}
}

// viewAccount is an account with some of its users.
func (c *console) viewAccount(a *account, users []*user) accountView {
	out := accountView{ID: a.id, Name: a.name, Production: a.production}
	if a.center != nil {
		out.Main = a.center.id
		for _, s := range a.center.subAccounts {
			out.Subs = append(out.Subs, choice{s.id, s.name})
		}
	}
	for _, u := range users {
		view := userView{
			ID: u.id, Name: u.first + " " + u.last, Email: u.email, Extension: u.extension, Password: u.password,
			Enabled: u.enabled, Linked: u.linked, Admin: u.login != nil,
		}
		if u.login != nil {
			view.Password = u.login.Password
		} else {
			view.Role = u.role.Name
		}
		out.Users = append(out.Users, view)
	}
	return out
}

// changeUser switches a user on or off, links it to RingCX, or gives it another role.
func (c *console) changeUser(_ *visit, r *http.Request) answer {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.world.cxUser(id)
	if u == nil {
		return c.missing("There is no such user.")
	}
	before := *u
	switch change := r.PostForm.Get("change"); {
	case change == "enable", change == "disable":
		u.enabled = change == "enable"
	case (change == "link" || change == "unlink") && u.login == nil:
		u.linked = change == "link"
	case change == "role" && u.login == nil:
		as, err := permission.FindRole(r.PostForm.Get("role"))
		if err != nil {
			return c.refusal(http.StatusBadRequest, "Refused", "There is no such role.")
		}
		u.role = as
	default:
		return c.refusal(http.StatusBadRequest, "Refused", "This cannot be changed about that user.")
	}
	notice := "user"
	if before.enabled == u.enabled && before.linked == u.linked && before.role == u.role {
		notice = "same"
	}
	c.changes.touch(u)
	return c.toUsers(r, notice, u)
}

// createAccount makes an account with one user.
func (c *console) createAccount(v *visit, r *http.Request) answer {
	page := &accountsPage{Name: typed(r.PostForm.Get("name")), User: userRequest{RingCX: true}}
	if n := len([]rune(page.Name)); n == 0 || n > 100 {
		page.Wrong = map[string]string{"name": "Give the account a name of up to 100 characters."}
		return c.showAccounts(v, r, page)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, u := c.world.openAccount(page.Name, r.PostForm.Get("production") == "yes", r.PostForm.Get("ringcx") == "yes")
	return c.toUsers(r, "account", u)
}

// createUser makes a user of an account.
func (c *console) createUser(v *visit, r *http.Request) answer {
	in := userRequest{
		FirstName: r.PostForm.Get("firstName"), LastName: r.PostForm.Get("lastName"), Email: r.PostForm.Get("email"),
		Role: r.PostForm.Get("role"), RingCX: r.PostForm.Get("ringcx") == "yes",
	}
	page := &accountsPage{Account: typed(r.PostForm.Get("account")), Wrong: map[string]string{}}
	c.mu.Lock()
	var u *user
	var err error
	if a, why := c.accountCalled(page.Account); a == nil {
		page.Wrong["account"] = why
	} else {
		in.Account = jsonID(a.id)
		u, err = c.world.enrol(&in)
	}
	c.mu.Unlock()
	var wrong *fieldError
	if errors.As(err, &wrong) {
		page.Wrong[wrong.field] = sentence(wrong)
	}
	if page.User = in; len(page.Wrong) > 0 {
		return c.showAccounts(v, r, page)
	}
	return c.toUsers(r, "new-user", u)
}

// toUsers leads to a user in the list: where the form was, or where a new one is found.
func (c *console) toUsers(r *http.Request, notice string, u *user) answer {
	if notice == "account" || notice == "new-user" {
		r.PostForm.Set("find", strconv.FormatInt(u.id, 10))
	}
	return c.doneIn(r, "accounts", notice, "#user-"+strconv.FormatInt(u.id, 10))
}
