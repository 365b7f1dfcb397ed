package cli

import (
	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

func newLogoutCmd(a *app) *cobra.Command {
	var local, all bool
	cmd := &cobra.Command{
		Use: "logout", Short: "End the session at the vendor and forget it here", Args: cmdline.NoArgs,
		Long: `Ends the RingCentral session and the RingCX refresh token, and forgets the session, its credentials and its profile. If the
vendor cannot be told, because its limit of requests is used up or it is away, everything is kept for another try (exit code
75), unless --local forgets it all the same. A RingCX access token that somebody has copied ends by itself, within minutes;
the token of a deployment from before RingCX, which cannot be ended there, when it has not been used for an hour or two weeks.`,
		RunE: func(*cobra.Command, []string) error {
			if all && a.Profile != "" {
				return usage.New("--all and --profile contradict each other", "give one of them")
			}
			if all && wording.First(a.ServerURL, a.RingCXURL, a.ClientID) != "" {
				return usage.New("--all and flags that name an account contradict each other", "leave out --server-url, --ringcx-server-url and --client-id")
			}
			if all {
				return a.logins.LogOutOfAll(local)
			}
			if err := a.NotByBroker("the broker's login is that of all its callers", "whoever runs the broker ends it there; a login of this machine is ended with 'ringcx logout --profile NAME' or --all"); err != nil {
				return err
			}
			acc, err := a.Resolve()
			if err != nil {
				return a.logins.LogOutOfNobody(err, local)
			}
			return a.logins.LogOut(acc, local)
		},
	}
	cmd.Flags().BoolVar(&local, "local", false, "only forget, without asking the vendor to end the session")
	cmd.Flags().BoolVar(&all, "all", false, "log out of every profile")
	return cmd
}
