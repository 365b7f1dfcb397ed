package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/subaccount"
)

// accountsPath is where the vendor tells a login which accounts it may use.
const accountsPath = "/voice/api/v1/admin/accounts"

// accountFlag lets a command, and those below it, be told the sub-account.
func (a *app) accountFlag(cmd *cobra.Command) {
	cmd.PersistentFlags().StringVar(&a.account, "account", "", "sub-account to work in (default: $RINGCX_ACCOUNT, then what 'ringcx accounts use' said)")
}

// SignedIn is that of the account, once for each run: what finds the sub-account and what calls in it are one session.
func (a *app) SignedIn() (*ringcx.Session, *profile.Account, error) {
	if a.session != nil {
		return a.session, a.Account, nil
	}
	session, acc, err := a.Accounts.SignedIn()
	if err == nil {
		a.session = session
	}
	return session, acc, err
}

// givenAccount is the sub-account as a flag, a variable or the profile names it, and where; "" if none does. What a profile
// keeps is for its own login.
func (a *app) givenAccount(acc *profile.Account) (given, source string) {
	if a.account != "" {
		return a.account, "--account"
	}
	if given = a.Variable("RINGCX_ACCOUNT"); given != "" {
		source = "RINGCX_ACCOUNT"
		if a.AccountFile != "" {
			source += " in " + a.AccountFile
		}
		return given, source
	}
	if acc != nil && acc.Profile != "" {
		if given = acc.Settings.Profiles[acc.Profile].Account; given != "" {
			return given, "profile " + acc.Profile
		}
	}
	return "", ""
}

// accountInUse is the sub-account that is given, with its name if that is known, and where it comes from; "" if none is. Nobody is
// asked whether it is there.
func (a *app) accountInUse(acc *profile.Account) string {
	given, source := a.givenAccount(acc)
	if given == "" {
		return ""
	}
	return a.chooser(nil, acc).Kept(given).String() + ", from " + source
}

// subaccount is the ID of the sub-account that a call works in. It is looked up among those of the login, so that a wrong one
// is refused before the call; what is known from before costs no request.
func (a *app) subaccount() (string, error) {
	if a.chosen != nil {
		return a.chosen.ID, nil
	}
	session, acc, err := a.SignedIn()
	if err != nil {
		return "", err
	}
	return a.choose(a.chooser(session, acc), acc)
}

// subaccountUnasked is subaccount for a call that is shown and not sent: nobody is asked, nor does anybody have to be logged in.
func (a *app) subaccountUnasked() (string, error) {
	if a.chosen != nil {
		return a.chosen.ID, nil
	}
	acc, err := a.Resolve()
	if err != nil || acc.Damaged != nil {
		return a.choose(&subaccount.Chooser{}, nil)
	}
	return a.choose(a.chooser(nil, acc), acc)
}

func (a *app) choose(c *subaccount.Chooser, acc *profile.Account) (string, error) {
	given, source := a.givenAccount(acc)
	chosen, err := c.Choose(a.Context, given)
	if err != nil {
		return "", err
	}
	if source == "" {
		source = "being the only one"
	}
	if a.Verbose {
		a.Inform("ringcx: the sub-account is %s, from %s\n", chosen.String(), source)
	}
	a.chosen = &chosen
	return chosen.ID, nil
}

// chooser finds sub-accounts of an account: by a session, or without one among those seen before.
func (a *app) chooser(session *ringcx.Session, acc *profile.Account) *subaccount.Chooser {
	server := acc.Config.Endpoint.Canonical().RingCX
	c := &subaccount.Chooser{Login: subaccount.Key(server, acc.Config.ClientID, acc.Profile, acc.Stored.Username, acc.Stored.User, acc.JWT)}
	if dir := a.CacheDir(); dir != "" {
		c.Cache = &subaccount.Cache{Path: filepath.Join(dir, "accounts.json")}
	}
	if session != nil {
		c.List = func(ctx context.Context) ([]subaccount.Account, error) {
			var all []subaccount.Account
			err := a.lister(session).Each(ctx, server+accountsPath, 0, func(page []json.RawMessage) error {
				more, err := accountsOf(page)
				all = append(all, more...)
				return err
			})
			var refused *apicmd.CallError
			if errors.As(err, &refused) && refused.Status == http.StatusForbidden {
				return nil, fmt.Errorf("%w: %w", subaccount.ErrNotListed, err)
			}
			return all, err
		}
	}
	return c
}

// accountsOf are the accounts of a list. An ID may be a number or a text.
func accountsOf(list []json.RawMessage) ([]subaccount.Account, error) {
	var all []subaccount.Account
	for _, raw := range list {
		var row struct {
			ID   json.RawMessage `json:"accountId"`
			Name string          `json:"accountName"`
		}
		if err := json.Unmarshal(raw, &row); err != nil {
			return nil, fmt.Errorf("GET %s: the answer is not a list of accounts", accountsPath)
		}
		if id := rows.Text(row.ID); id != "" {
			all = append(all, subaccount.Account{ID: id, Name: row.Name})
		}
	}
	return all, nil
}
