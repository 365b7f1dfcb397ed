// Package subaccount finds the sub-account that a call works in, among those that a login may use. It keeps what it has
// seen of them, so that a call in one that is known costs no request more.
package subaccount

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Account is a sub-account, or a main account that can be worked in.
type Account struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"` // "": it is not known

	Believed bool `json:"-"` // nobody could be asked whether it is there
}

// ErrNotListed is that the vendor does not tell a login which accounts it may use.
var ErrNotListed = errors.New("this login may not list accounts")

// Chooser finds the account that is meant.
type Chooser struct {
	// List asks the vendor for all accounts that the login may use. It fails with ErrNotListed if the vendor does not tell.
	// Without it nobody is asked: for what shows a call and does not send it.
	List  func(context.Context) ([]Account, error)
	Cache *Cache // of accounts seen before; nil: none
	Login string // whose accounts those are, as Key makes it
	Sure  bool   // for what changes something: of what was seen before, IDs alone are taken for what they were
}

// fresh is how long the names of accounts are taken for what they were, and a list for whole. An ID means the same for ever.
const fresh = 24 * time.Hour

// Choose is the account with an ID or a name; if that is "", it is the one that the login may use, provided there is no
// other. What is not known is asked for, once. A login that may not ask is believed. The error about one that is not there is a
// mistake of the caller.
func (c *Chooser) Choose(ctx context.Context, given string) (Account, error) {
	seen := c.Cache.get(c.Login)
	if i := slices.IndexFunc(seen.Accounts, func(acc Account) bool { return acc.ID == given }); i >= 0 {
		return seen.Accounts[i], nil
	}
	if seen.is(fresh) && (!c.Sure || c.List == nil) {
		acc, err := Find(seen.Accounts, given)
		switch {
		case err == nil:
			return acc, nil
		case seen.Refused:
			return believed(given)
		case c.List == nil: // as the vendor would say
			return Account{}, err
		}
	}
	if c.List == nil {
		return believed(given)
	}
	return c.Ask(ctx, given)
}

// Ask is Choose by what the vendor says now.
func (c *Chooser) Ask(ctx context.Context, given string) (Account, error) {
	all, err := c.List(ctx)
	if errors.Is(err, ErrNotListed) {
		c.Cache.put(c.Login, seen{Refused: true})
		return believed(given)
	}
	if err != nil {
		return Account{}, err
	}
	c.Saw(all)
	return Find(all, given)
}

// Saw keeps a whole list of accounts that was got for another reason.
func (c *Chooser) Saw(all []Account) { c.Cache.put(c.Login, seen{Accounts: all}) }

// Kept is what is known of an account without asking anybody: the ID alone, if nothing is.
func (c *Chooser) Kept(id string) Account {
	for _, acc := range c.Cache.get(c.Login).Accounts {
		if acc.ID == id {
			return acc
		}
	}
	return Account{ID: id}
}

// IsID tells what can be the ID of an account from what no path can be made of.
func IsID(word string) bool {
	_, err := apispec.Fill("/{id}", "id", word)
	return err == nil
}

// Hint is how an account is chosen.
const Hint = "'ringcx accounts list' shows them; choose one with 'ringcx accounts use ID', or for one call with --account ID"

// Unkept is a remedy, as errors here have it, for a login without a profile that keeps a choice.
func Unkept(remedy string) string {
	return strings.NewReplacer("'ringcx accounts use ID', or for one call with --account ID", "--account ID or RINGCX_ACCOUNT",
		", or for all with 'ringcx accounts use ID'", "").Replace(remedy)
}

// Find is the account with an ID or a name, which is compared without regard to case, or the only one if given is "".
func Find(all []Account, given string) (Account, error) {
	given = strings.TrimSpace(given)
	var found []Account
	for _, acc := range all {
		switch {
		case acc.ID == given:
			return acc, nil
		case given == "" || strings.EqualFold(strings.TrimSpace(acc.Name), given):
			found = append(found, acc)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(all) == 0:
		return Account{}, usage.New("this login may use no sub-account", "an administrator of RingCX gives it one")
	case given == "":
		return Account{}, usage.New("this login may use several sub-accounts, and none is chosen: "+named(all), Hint)
	case len(found) > 1:
		return Account{}, usage.New(fmt.Sprintf("%d sub-accounts have the name %q: %s", len(found), wording.Clip(given), named(found)), "give the ID of one of them")
	}
	return Account{}, usage.New(
		fmt.Sprintf("there is no sub-account %q for this login (there is %s)", wording.Clip(given), named(nearest(all, given))), Hint)
}

// nearest are all accounts, those most like given first.
func nearest(all []Account, given string) []Account {
	distance := func(acc Account) int {
		return min(wording.Distance(given, acc.ID), wording.Distance(strings.ToLower(given), strings.ToLower(acc.Name)))
	}
	all = slices.Clone(all)
	if len(given) <= 64 { // more is no slip of the keyboard
		slices.SortStableFunc(all, func(a, b Account) int { return distance(a) - distance(b) })
	}
	return all
}

// named are accounts in a sentence, at most eight.
func named(all []Account) string {
	const most = 8
	var words []string
	for _, acc := range all[:min(most, len(all))] {
		words = append(words, acc.String())
	}
	if len(all) > most {
		words = append(words, fmt.Sprintf("%d more", len(all)-most))
	}
	return wording.Listed(words)
}

// String is the ID with the name, as people know the account.
func (acc Account) String() string {
	if acc.Name == "" {
		return wording.OneLine(acc.ID)
	}
	return wording.OneLine(acc.ID + " " + acc.Name)
}

// believed is an account that cannot be looked up. It has to be an ID: a name leads nowhere in a path.
func believed(given string) (Account, error) {
	n, err := strconv.ParseInt(given, 10, 64)
	switch {
	case given == "":
		return Account{}, usage.New("no sub-account is chosen", "choose one for a call with --account ID or RINGCX_ACCOUNT, or for all with 'ringcx accounts use ID'")
	case err != nil || n < 0 || strconv.FormatInt(n, 10) != given: // 007 is a name
		return Account{}, usage.New(
			fmt.Sprintf("%q is not the ID of a sub-account, and a name cannot be looked up here", wording.Clip(given)),
			"give the ID, such as 21000001; where the login may list accounts, 'ringcx accounts list' learns their names")
	}
	return Account{ID: given, Believed: true}, nil
}
