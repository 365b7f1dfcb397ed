package console

import (
	"cmp"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// searchWords say what each table is searched for.
var searchWords = map[string]string{
	"accounts": "Find a user or an account", "apps": "Find an app or an account", "credentials": "Find a label or a user",
	"sessions": "Find a holder, an app or a token in the log",
}

// newListing reads what is asked for.
func newListing(r *http.Request, path, param, what string) view.Listing {
	q := r.URL.Query()
	page, _ := strconv.Atoi(q.Get(param))
	return view.Listing{
		Path: path, Param: param, What: what, Ask: searchWords[path], Find: wording.Cut(wording.Typed(q.Get("find")), journal.PathShown), Page: max(1, min(page, 1<<20)),
	}
}

// choicesShown are the choices of a field that are listed.
const choicesShown = 50

// userPicker is the field for a user: what was given as a user becomes the e-mail address.
func (c locked) userPicker(label string, f view.Form) *view.Picker {
	choices, total := c.userChoices("")
	if u, _ := c.userCalled(f.Given.Get("user")); u != nil {
		f.Given.Set("user", u.Email)
	}
	return &view.Picker{ID: "user", Label: label, How: "an e-mail address, an ID, or a name that nobody else has", Choices: choices, Total: total}
}

// accountPicker is the field for an account, accountOf what was given there.
func (c locked) accountPicker(label string) *view.Picker {
	choices, total := c.accountChoices("")
	return &view.Picker{ID: "account", Label: label, How: "an ID, or a name that no other has", Choices: choices, Total: total}
}

func (c locked) accountOf(f view.Form) admin.ID {
	a, wrong := c.accountCalled(f.Given.Get("account"))
	if a == nil {
		f.Wrong["account"] = wrong
		return 0
	}
	return admin.ID(a.ID)
}

// suggest answers with the choices that a text finds, for a field that is being filled in.
func (c *Console) suggest(_ *visit, r *http.Request) endpoint.Response {
	q := r.URL.Query()
	var found []view.Choice
	c.do(func(c locked) {
		switch find := wording.Typed(q.Get("find")); q.Get("of") {
		case "user":
			found, _ = c.userChoices(find)
		case "account":
			found, _ = c.accountChoices(find)
		}
	})
	return endpoint.NewResponse(http.StatusOK, endpoint.TypeHTML, view.Choices(found)).With("Cache-Control", "no-store")
}

// userChoices are the users of RingCentral that a text finds, the demo user first, and how many there are.
func (c locked) userChoices(find string) (shown []view.Choice, total int) {
	var all []*model.User
	for _, u := range c.World.RingCentralUsers(c.tx) {
		if contains(c.words(&u), find) {
			all = append(all, &u)
		}
	}
	first := c.World.DemoUser(c.tx).ID
	slices.SortFunc(all, func(a, b *model.User) int {
		return cmp.Or(rank(b.ID == first)-rank(a.ID == first), cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last), cmp.Compare(a.Email, b.Email))
	})
	for _, u := range all[:min(len(all), choicesShown)] {
		shown = append(shown, view.Choice{Value: u.Email, Label: u.Name() + ", " + c.World.Account(c.tx, u.Account).Name})
	}
	return shown, len(all)
}

// accountChoices are the accounts that a text finds, that of the demo first, and how many there are.
func (c locked) accountChoices(find string) (shown []view.Choice, total int) {
	var all []*model.Account
	for id, a := range c.World.Accounts.All(c.tx) {
		if contains(a.Name+" "+strconv.FormatInt(id, 10), find) {
			all = append(all, &a)
		}
	}
	slices.SortFunc(all, c.accountOrder())
	for _, a := range all[:min(len(all), choicesShown)] {
		shown = append(shown, view.Choice{Value: strconv.FormatInt(a.ID, 10), Label: a.Name})
	}
	return shown, len(all)
}

// accountOrder is by name, the account of the demo first.
func (c locked) accountOrder() func(a, b *model.Account) int {
	first := c.World.DemoUser(c.tx).Account
	return func(a, b *model.Account) int {
		return cmp.Or(rank(b.ID == first)-rank(a.ID == first), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	}
}

// inOrder are rows of a table in another order.
func inOrder[K, V any](rows iter.Seq2[K, V], order func(a, b *V) int) []*V {
	var out []*V
	for _, row := range rows {
		out = append(out, &row)
	}
	slices.SortFunc(out, order)
	return out
}

func rank(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// words are what a user is found by.
func (c locked) words(u *model.User) string {
	return u.First + " " + u.Last + " " + u.Email + " " + u.Extension + " " + strconv.FormatInt(u.ID, 10) + " " + c.World.Account(c.tx, u.Account).Name
}

// userCalled is the user that a text names: by e-mail address, ID, or a name that nobody else has. If there is none, wrong
// says what to do.
func (c locked) userCalled(text string) (u *model.User, wrong string) {
	id, _ := strconv.ParseInt(text, 10, 64)
	var named, near []*model.User
	for _, row := range c.World.RingCentralUsers(c.tx) {
		u := &row
		switch {
		case u.ID == id || strings.EqualFold(u.Email, text):
			return u, ""
		case strings.EqualFold(u.First+" "+u.Last, text):
			named = append(named, u)
		case text != "" && contains(c.words(u), text):
			near = append(near, u)
		}
	}
	switch {
	case len(named) == 1:
		return named[0], ""
	case len(named)+len(near) == 0:
		return nil, "Choose a user from the list."
	}
	shown, total := c.userChoices(text)
	var emails []string
	for _, o := range shown[:min(len(shown), 5)] {
		emails = append(emails, o.Value)
	}
	return nil, fmt.Sprintf("%d users are found by that. Give the e-mail address of one: %s.", total, strings.Join(emails, ", "))
}

// accountCalled is the account that a text names: by ID, or by a name that no other has; "" is that of the demo. If there is
// none, wrong says what to do.
func (c locked) accountCalled(text string) (a *model.Account, wrong string) {
	if text == "" {
		return c.World.Account(c.tx, c.World.DemoUser(c.tx).Account), ""
	}
	id, _ := strconv.ParseInt(text, 10, 64)
	if a := c.World.Account(c.tx, id); a != nil {
		return a, ""
	}
	var named []*model.Account
	for _, a := range c.World.Accounts.All(c.tx) {
		if strings.EqualFold(a.Name, text) {
			named = append(named, &a)
		}
	}
	switch len(named) {
	case 0:
		return nil, "Choose an account from the list."
	case 1:
		return named[0], ""
	}
	return nil, fmt.Sprintf("%d accounts are called so. Give the ID of one.", len(named))
}
