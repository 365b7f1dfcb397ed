package cli

import "github.com/ringcx-go/ringcx/internal/usage"

// subaccount is a stand-in until the package of sub-accounts is here.
func (a *app) subaccount() (string, error) {
	if id := a.Getenv("RINGCX_ACCOUNT"); id != "" {
		return id, nil
	}
	return "", usage.New("which sub-account?", "set RINGCX_ACCOUNT")
}
