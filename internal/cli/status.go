package cli

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
)

func (a *app) status() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status", Short: "Show the session without asking the vendor", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			session, acc, err := a.signedIn()
			if err != nil {
				return err
			}
			st, err := session.Status(a.Context)
			if err != nil {
				return err
			}
			if asJSON {
				err = writeJSON(a.Stdout, struct {
					Profile  string          `json:"profile"`
					Endpoint ringcx.Endpoint `json:"endpoint"`
					*ringcx.Status
				}{acc.profile, acc.config.Endpoint, st})
			} else {
				err = a.printStatus(acc, st)
			}
			if err == nil && st.Next == "login required" {
				return ringcx.ErrLoginRequired
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return cmd
}

func (a *app) printStatus(acc *account, st *ringcx.Status) error {
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	line := func(name, format string, values ...any) { fmt.Fprintf(w, name+"\t"+format+"\n", values...) }
	where := acc.profile
	if acc.key != acc.profile {
		where = "credentials of the environment"
	}
	line("Profile", "%s", where)
	line("App", "%s at %s", acc.config.ClientID, acc.config.Endpoint.RingCentral)
	line("RingCX", "%s, main account %s, user %s", acc.config.Endpoint.RingCX, first(st.MainAccountID, "unknown"), first(st.UserID, "unknown"))
	line("Access token", "%s", ends(st.Expiry))
	line("Refresh token", "%s", map[bool]string{true: "at hand", false: "none"}[st.Refreshable])
	line("RingCentral token", "%s; refresh token %s", ends(st.RingCentralExpiry), ends(st.RingCentralRefreshExpiry))
	line("Next call", "%s%s", nextWords(st), until(st.NextAt))
	line("Requests left", "%d logins, %d exchanges in this minute", st.LoginsLeft, st.ExchangesLeft)
	if !st.QuietUntil.IsZero() {
		line("Quiet", "%s", until(st.QuietUntil))
	}
	if st.Failure != "" {
		line("Last failure", "%s, at %s", st.Failure, st.FailureAt.Local().Format(time.DateTime))
	}
	return w.Flush()
}

func nextWords(st *ringcx.Status) string {
	if st.Next == "use the token" {
		return "uses the token, without a request"
	}
	return st.Next
}

func until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " until " + t.Local().Format(time.TimeOnly)
}

func ends(t time.Time) string {
	left := time.Until(t)
	switch {
	case t.IsZero():
		return "none"
	case left < 0:
		return "ended " + (-left).Round(time.Second).String() + " ago"
	}
	return "ends in " + left.Round(time.Second).String()
}
