package accountcmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/subaccount"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// Path is where the vendor tells a login which accounts it may use.
const Path = "/voice/api/v1/admin/accounts"

// Given is the sub-account as a flag, a variable or the profile names it, and where; "" if none does. What a profile
// keeps is for its own login.
func (c *Commands) Given(acc *profile.Account) (given, source string) {
	if c.name != "" {
		return c.name, "--account"
	}
	if given = c.Variable("RINGCX_ACCOUNT"); given != "" {
		source = "RINGCX_ACCOUNT"
		if c.AccountFile != "" {
			source += " in " + c.AccountFile
		}
		return given, source
	}
	if acc != nil && acc.Profile != "" {
		if given = string(acc.Settings.Profiles[acc.Profile].Account); given != "" {
			return given, "profile " + acc.Profile
		}
	}
	return "", ""
}

// InUse is the sub-account that is given, with its name if that is known, and where it comes from; "" if none is. Nobody is
// asked whether it is there.
func (c *Commands) InUse(acc *profile.Account) string {
	given, source := c.Given(acc)
	if given == "" {
		return ""
	}
	return c.chooser(nil, acc).Kept(given).String() + ", from " + source
}

// ID is that of the sub-account that a call works in. It is looked up among those of the login, so that a wrong one
// is refused before the call; what is known from before costs no request. For a call that changes something only IDs are known
// from before.
func (c *Commands) ID(changes bool) (string, error) {
	if c.chosen != nil && (c.sure || !changes) {
		return c.chosen.ID, nil
	}
	session, acc, err := c.SignedIn()
	if err != nil {
		return "", err
	}
	among := c.chooser(session, acc)
	among.Sure = changes
	id, err := c.choose(among, acc)
	c.sure = changes && err == nil
	return id, err
}

// Chosen is the sub-account that was found, with its name if that is known; "" before.
func (c *Commands) Chosen() string {
	if c.chosen == nil {
		return ""
	}
	return c.chosen.String()
}

// Unasked is ID for a call that is shown and not sent: nobody is asked, nor does anybody have to be logged in.
func (c *Commands) Unasked() (string, error) {
	if c.chosen != nil {
		return c.chosen.ID, nil
	}
	acc, err := c.Resolve()
	if err != nil || acc.Damaged != nil {
		return c.choose(&subaccount.Chooser{}, nil)
	}
	return c.choose(c.chooser(nil, acc), acc)
}

func (c *Commands) choose(among *subaccount.Chooser, acc *profile.Account) (string, error) {
	given, source := c.Given(acc)
	chosen, err := among.Choose(c.Context, given)
	var misuse *usage.Error
	if errors.As(err, &misuse) && acc != nil && acc.Profile == "" {
		misuse = usage.New(misuse.Problem, subaccount.Unkept(misuse.Remedy))
		err = misuse
	}
	switch {
	case errors.As(err, &misuse) && given != "" && source != "--account":
		return "", usage.New(misuse.Problem+"; it is the one that "+source+" names", misuse.Remedy)
	case err != nil:
		return "", err
	}
	if source == "" {
		source = "being the only one"
	}
	if c.Passed != "" && c.name == "" && given != c.Passed {
		c.Warn("RINGCX_ACCOUNT of the environment does not count: " + c.AccountFile + " stands for all variables of an account")
	}
	if c.Verbose {
		c.Inform("ringcx: the sub-account is %s, from %s\n", chosen.String(), source)
	}
	c.chosen = &chosen
	return chosen.ID, nil
}

// chooser finds sub-accounts of an account: by a session, or without one among those seen before.
func (c *Commands) chooser(session profile.Login, acc *profile.Account) *subaccount.Chooser {
	server := acc.Config.Endpoint.Canonical().RingCX
	found := &subaccount.Chooser{Login: subaccount.Key(server, acc.Config.ClientID, acc.Profile, acc.Stored.Username, acc.Stored.User, acc.JWT)}
	if dir := c.CacheDir(); dir != "" && acc.Broker == nil { // callers of one broker may have accounts of their own
		found.Cache = &subaccount.Cache{Path: filepath.Join(dir, "accounts.json")}
	}
	if session != nil {
		found.List = func(ctx context.Context) ([]subaccount.Account, error) {
			var all []subaccount.Account
			err := c.Lister(session).Each(ctx, server+Path, 0, "accountId", func(page []json.RawMessage) error {
				more, odd := accountsOf(page)
				all = append(all, more...)
				c.warnOdd(odd)
				return nil
			})
			var refused *apicmd.CallError
			if errors.As(err, &refused) && refused.Status == http.StatusForbidden {
				return nil, fmt.Errorf("%w: %w", subaccount.ErrNotListed, err)
			}
			return all, err
		}
	}
	return found
}

// accountsOf are the accounts of a list, and how many of its rows are none. An ID may be a number or a text, of which a path
// can be made.
func accountsOf(list []json.RawMessage) (all []subaccount.Account, odd int) {
	for _, raw := range list {
		var row struct {
			ID   json.RawMessage `json:"accountId"`
			Name json.RawMessage `json:"accountName"`
		}
		id := ""
		if json.Unmarshal(raw, &row) == nil && len(row.ID) > 0 && strings.ContainsRune(`"0123456789`, rune(row.ID[0])) {
			id = rows.Text(row.ID)
		}
		if !subaccount.IsID(id) {
			odd++
			continue
		}
		acc := subaccount.Account{ID: id}
		_ = json.Unmarshal(row.Name, &acc.Name) // what is no text is no name
		all = append(all, acc)
	}
	return all, odd
}

func (c *Commands) warnOdd(n int) {
	if n > 0 {
		c.Warn(fmt.Sprintf("of the list of accounts %d cannot be used: without an ID of which a path can be made", n))
	}
}
