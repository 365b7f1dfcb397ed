package console

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

func (c *Console) accountList(v *visit, r *http.Request) endpoint.Response {
	return c.showAccounts(v, r, &view.Accounts{User: admin.UserRequest{RingCX: true}})
}

func (c *Console) showAccounts(v *visit, r *http.Request, page *view.Accounts) endpoint.Response {
	for _, known := range permission.Roles {
		page.Roles = append(page.Roles, known.Name)
	}
	page.User.Role = cmp.Or(page.User.Role, permission.Standard.Name)
	c.do(func(c locked) {
		page.Listing = newListing(r, "accounts", "page", "Users")
		c.listUsers(page)
		page.Choose = c.accountPicker("Account", page.Account, page.Wrong["account"])
	})
	return c.page(v, r, &view.Page{Title: "Accounts and users", Content: page})
}

// listUsers fills in the accounts with the users that were asked for.
func (c locked) listUsers(page *view.Accounts) {
	all := inOrder(c.World.Accounts.All(c.tx), c.accountOrder())
	for _, a := range all {
		var shown []*model.User
		for _, u := range c.World.MembersOf(c.tx, a.ID) {
			if page.Takes(c.words(&u)) {
				shown = append(shown, &u)
			}
		}
		if len(shown) > 0 {
			page.Accounts = append(page.Accounts, c.viewAccount(a, shown))
		}
	}
}

// viewAccount is an account with some of its users.
func (c locked) viewAccount(a *model.Account, users []*model.User) view.Account {
	out := view.Account{ID: a.ID, Name: a.Name, Production: a.Production}
	if main := c.World.MainOf(c.tx, a.ID); main != nil {
		out.Main = main.ID
		for _, s := range main.SubAccounts {
			out.Subs = append(out.Subs, view.Choice{Value: s.ID, Label: s.Name})
		}
	}
	for _, u := range users {
		row := view.User{
			ID: u.ID, Name: u.First + " " + u.Last, Email: u.Email, Extension: u.Extension, Password: u.Password,
			Enabled: u.Enabled, Linked: u.Linked, Admin: u.Login != nil,
		}
		if u.Login != nil {
			row.Password = u.Login.Password
		} else {
			row.Role = u.RoleName
		}
		out.Users = append(out.Users, row)
	}
	return out
}

// changeUser switches a user on or off, links it to RingCX, or gives it another role.
func (c *Console) changeUser(_ *visit, r *http.Request) endpoint.Response {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	return within(c, func(c locked) endpoint.Response {
		u := c.World.Member(c.tx, id)
		if u == nil {
			return c.missing("There is no such user.")
		}
		before := *u
		var in admin.UserChange
		switch change, role := r.PostForm.Get("change"), r.PostForm.Get("role"); {
		case change == "enable", change == "disable":
			in.Enabled = new(change == "enable")
		case (change == "link" || change == "unlink") && u.Login == nil:
			in.RingCX = new(change == "link")
		case change == "role" && u.Login == nil:
			in.Role = &role
		default:
			return c.refusal(http.StatusBadRequest, "Refused", "This cannot be changed about that user.")
		}
		if err := c.ChangeUser(u, &in); err != nil {
			return c.refusal(http.StatusBadRequest, "Refused", "There is no such role.")
		}
		notice := "user"
		if before.Enabled == u.Enabled && before.Linked == u.Linked && before.RoleName == u.RoleName {
			notice = "same"
		}
		return c.toUsers(r, notice, u)
	})
}

// createAccount makes an account with one user.
func (c *Console) createAccount(v *visit, r *http.Request) endpoint.Response {
	page := &view.Accounts{Name: wording.Typed(r.PostForm.Get("name")), User: admin.UserRequest{RingCX: true}}
	if n := len([]rune(page.Name)); n == 0 || n > 100 {
		page.Wrong = map[string]string{"name": "Give the account a name of up to 100 characters."}
		return c.showAccounts(v, r, page)
	}
	return within(c, func(c locked) endpoint.Response {
		_, u := c.World.OpenAccount(c.tx, page.Name, r.PostForm.Get("production") == "yes", r.PostForm.Get("ringcx") == "yes")
		return c.toUsers(r, "account", u)
	})
}

// createUser makes a user of an account.
func (c *Console) createUser(v *visit, r *http.Request) endpoint.Response {
	in := admin.UserRequest{
		FirstName: r.PostForm.Get("firstName"), LastName: r.PostForm.Get("lastName"), Email: r.PostForm.Get("email"),
		Role: r.PostForm.Get("role"), RingCX: r.PostForm.Get("ringcx") == "yes",
	}
	page := &view.Accounts{Account: wording.Typed(r.PostForm.Get("account")), Wrong: map[string]string{}}
	var u *model.User
	var err error
	c.do(func(c locked) {
		if a, why := c.accountCalled(page.Account); a == nil {
			page.Wrong["account"] = why
		} else {
			in.Account = admin.ID(a.ID)
			u, err = c.CreateUser(&in)
		}
	})
	var wrong *admin.FieldError
	if errors.As(err, &wrong) {
		page.Wrong[wrong.Field] = sentence(wrong)
	}
	if page.User = in; len(page.Wrong) > 0 {
		return c.showAccounts(v, r, page)
	}
	return c.toUsers(r, "new-user", u)
}

// toUsers leads to a user in the list: where the form was, or where a new one is found.
func (c *Console) toUsers(r *http.Request, notice string, u *model.User) endpoint.Response {
	if notice == "account" || notice == "new-user" {
		r.PostForm.Set("find", strconv.FormatInt(u.ID, 10))
	}
	return c.doneIn(r, "accounts", notice, "#user-"+strconv.FormatInt(u.ID, 10))
}
