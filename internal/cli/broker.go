package cli

import (
	"time"

	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// brokerStatus shows what is known of a broker's login: that it answers, and its token. The broker is asked, as nothing of it is
// stored here.
func (a *app) brokerStatus(acc *profile.Account, asJSON bool) error {
	t, err := acc.Broker.Token(a.Context)
	if err != nil {
		return err
	}
	if asJSON {
		return terminal.WriteJSON(a.Stdout, map[string]any{
			"source": acc.Source, "broker": acc.Broker.String(), "expiry": t.Expiry.UTC().Format(time.RFC3339Nano),
			"renewAt": t.RenewAt().UTC().Format(time.RFC3339Nano), "expiresIn": int(time.Until(t.Expiry).Seconds()),
		})
	}
	w, line := a.lines()
	line("Session", acc.Name())
	if used := a.api.Sub.InUse(acc); used != "" {
		line("Sub-account", used)
	}
	line("Access token", wording.Ends(t.Expiry))
	line("Next token", "from "+t.RenewAt().Local().Format(time.TimeOnly)+" on, by the broker")
	return w.Flush()
}

// notAsked refuses to ask RingCX about a login that is a broker's: the broker forwards nothing that is about signing in.
func notAsked(acc *profile.Account) error {
	if acc.Broker == nil {
		return nil
	}
	return usage.New(
		"RINGCX_BROKER is set, and the broker does not let its callers ask RingCX about its login",
		"'ringcx token --claims' tells what the token says of itself, and 'ringcx accounts list' what it may use",
	)
}
