package cli

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/doctor"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/wording"
)

func newStatusCmd(a *app) *cobra.Command {
	var asJSON, explain bool
	cmd := &cobra.Command{
		Use: "status", Short: "Show the session without asking the vendor", Args: cmdline.NoArgs,
		Long: `Shows what is stored of the session, what the next call does and what the vendor still allows, without asking it.

Exit code 0 means that the next call brings a token as far as is known, or waits for one; 4 that a person has to log in, or
a new JWT is needed; 1 that the vendor refused the last attempt for another reason. Both are problems to 'ringcx doctor'. A
failure of the vendor's server or of the network is shown and is no error: the next call tries again.`,
		RunE: func(*cobra.Command, []string) error { return a.runStatus(asJSON, explain) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	cmd.Flags().BoolVar(&explain, "explain", false, "also show every way to a token, and what the next call does")
	return cmd
}

func (a *app) runStatus(asJSON, explain bool) error {
	acc, err := a.Found()
	if err != nil {
		return err
	}
	if acc.Broker != nil {
		return a.brokerStatus(acc, asJSON)
	}
	st, err := a.Session(acc).Status(a.Context)
	if err != nil {
		return err
	}
	chosen, _ := a.api.Sub.Given(acc)
	if asJSON {
		err = terminal.WriteJSON(a.Stdout, struct {
			Profile  string         `json:"profile"` // "": the account is the one of the source
			Source   string         `json:"source"`
			Method   profile.Method `json:"method"`
			ClientID string         `json:"clientId"`
			Account  string         `json:"account"` // the sub-account that was chosen, as it was given; "": none was
			Servers  endpoint       `json:"servers"`
			*ringcx.Status
		}{acc.Profile, acc.Source, acc.Method, acc.Config.ClientID, chosen, endpoint(acc.Config.Endpoint), st})
	} else {
		err = a.printStatus(acc, st)
	}
	if err == nil && explain && !asJSON {
		err = a.explain(st)
	}
	if err == nil && st.Next == "login required" {
		return ringcx.ErrLoginRequired
	}
	if err == nil {
		return doctor.RefusedLast(acc, st)
	}
	return err
}

// explain prints the ladder: the ways to a token from the cheapest to the dearest, and why each can be taken or not.
func (a *app) explain(st *ringcx.Status) error {
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	if _, err := fmt.Fprintln(a.Stdout, "\nWays to a token, the cheapest first:"); err != nil {
		return err
	}
	for _, r := range st.Ladder {
		mark := "no"
		switch {
		case r.Step == st.Next:
			mark = "next"
		case r.Possible:
			mark = "yes"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s%s\n", mark, r.Step, wording.Printable(r.Why), held(r.At))
	}
	return w.Flush()
}

func held(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return "; not before " + at.Local().Format(time.TimeOnly)
}

// endpoint is ringcx.Endpoint with the names that the rest of the JSON has.
type endpoint struct {
	RingCentral string `json:"ringCentral"`
	RingCX      string `json:"ringCX"`
}

func (a *app) printStatus(acc *profile.Account, st *ringcx.Status) error {
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	line := func(name, format string, values ...any) {
		fmt.Fprintf(w, name+"\t"+format+"\n", wording.Shown(values)...)
	}
	line("Session", "%s", acc.Name())
	if acc.Profile != "" {
		line("Chosen by", "%s", acc.Source)
	}
	direct := acc.Method.Password()
	if direct {
		line("User", "%s of RingCX", wording.First(acc.Stored.Username, "unknown"))
		line("RingCX", "%s, main account %s", acc.Config.Endpoint.RingCX, wording.First(st.MainAccountID, "unknown"))
	} else {
		line("App", "%s at %s", wording.Clip(acc.Config.ClientID), acc.Config.Endpoint.RingCentral)
		line("RingCX", "%s, main account %s, user %s", acc.Config.Endpoint.RingCX, wording.First(st.MainAccountID, "unknown"), wording.First(st.UserID, "unknown"))
	}
	if used := a.api.Sub.InUse(acc); used != "" {
		line("Sub-account", "%s", used)
	}
	line("Access token", "%s", wording.Ends(st.Expiry))
	line("Refresh token", "%s", map[bool]string{true: "at hand", false: "none"}[st.Refreshable])
	if !direct {
		line("RingCentral token", "%s; refresh token %s", wording.Ends(st.RingCentralExpiry), wording.Ends(st.RingCentralRefreshExpiry))
	}
	line("Next call", "%s%s", nextWords(st), until(st.NextAt))
	line("Requests left", "%s in this minute", doctor.RequestsLeft(st, ", "))
	if !st.QuietUntil.IsZero() {
		line("Quiet", "%s", strings.TrimSpace(until(st.QuietUntil)))
	}
	if math.Abs(st.SkewSeconds) >= 5 {
		line("Clock", "%s, which does no harm", wording.Skewed(st.SkewSeconds))
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
