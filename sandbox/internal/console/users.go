package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
)

func (c *Console) accountList(v *visit, r *http.Request) endpoint.Response {
	return c.showAccounts(v, r, view.Form{Given: url.Values{"ringcx": {"yes"}}})
}

func (c *Console) showAccounts(v *visit, r *http.Request, f view.Form) endpoint.Response {
	f.Given.Set("role", cmp.Or(f.Given.Get("role"), permission.Standard.Name))
	page := &view.Accounts{Listing: newListing(r, "accounts", "page", "Users"), Form: f}
	for _, known := range permission.Roles {
		page.Roles = append(page.Roles, known.Name)
	}
	c.do(func(c locked) {
		c.listUsers(page)
		page.Choose = c.accountPicker("Account")
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
			page.Accounts = append(page.Accounts, view.Account{Account: a, Main: c.World.MainOf(c.tx, a.ID), Users: shown})
		}
	}
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
	f := filledIn(r, "name")
	name, withRingCX := f.Given.Get("name"), f.Given.Get("ringcx") == "yes"
	if checkName(f, "name", "Give the account a name of up to 100 characters."); len(f.Wrong) > 0 {
		f.Given.Set("ringcx", "yes") // of the other form
		return c.showAccounts(v, r, f)
	}
	return within(c, func(c locked) endpoint.Response {
		_, u := c.World.OpenAccount(c.tx, name, f.Given.Get("production") == "yes", withRingCX)
		return c.toUsers(r, "account", u)
	})
}

// createUser makes a user of an account.
func (c *Console) createUser(v *visit, r *http.Request) endpoint.Response {
	f := filledIn(r, "account")
	in := admin.UserRequest{
		FirstName: f.Given.Get("firstName"), LastName: f.Given.Get("lastName"), Email: f.Given.Get("email"),
		Role: f.Given.Get("role"), RingCX: f.Given.Get("ringcx") == "yes",
	}
	var u *model.User
	var err error
	c.do(func(c locked) {
		if in.Account = c.accountOf(f); in.Account != 0 {
			u, err = c.CreateUser(&in)
		}
	})
	if wrong, is := errors.AsType[*admin.FieldError](err); is {
		f.Wrong[wrong.Field] = sentence(wrong)
	}
	if len(f.Wrong) > 0 {
		return c.showAccounts(v, r, f)
	}
	return c.toUsers(r, "new-user", u)
}

// toUsers leads to a user in the list: where the form was, or where a new one is found.
func (c *Console) toUsers(r *http.Request, notice string, u *model.User) endpoint.Response {
	if notice == "account" || notice == "new-user" {
		r.PostForm.Set("find", strconv.FormatInt(u.ID, 10))
	}
	return c.doneIn(r, "accounts", notice, "user-"+strconv.FormatInt(u.ID, 10))
}
