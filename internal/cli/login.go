package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/login"
	"github.com/ringcx-go/ringcx/internal/usage"
)

func newLoginCmd(a *app) *cobra.Command {
	var f login.Options
	cmd := &cobra.Command{
		Use: "login", Short: "Log in once, so that later commands need no credentials",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage.New("login takes no argument; other users of the machine could read a secret there", "set RC_USER_JWT, or use --jwt-file FILE")
			}
			return nil
		},
		Long: `Logs in and stores what later renewals need: the client secret, the JWT or password and the tokens, readable by you
alone. Without a flag it is the JWT in RC_USER_JWT, if that is set, else the way the profile was logged in to before,
else the browser. On a terminal it asks for what is missing.

--jwt      the JWT of a user. REST API app, JWT auth flow, refresh tokens on, scope Read Accounts, private. The JWT is
           made in the Developer Portal under Credentials.
--browser  RingCentral's sign-in page, with PKCE. An app with the authorization code flow and the redirect URI
           http://127.0.0.1:PORT/callback; RingCentral wants it registered exactly, so name the port with --port.
           --no-browser prints the page's address for a browser elsewhere, and takes the address where that ends up.
--direct   a RingCX user without a RingCentral login: user name, password, platform ID. No app is needed.
--legacy   the same at a deployment from before RingCX, such as --ringcx-server-url https://portal.vacd.biz.

The account must be a production account with RingCX. Servers that are not production are named before anything is sent. The
login goes to the profile that --profile, RINGCX_PROFILE or the directory names; else one at a sandbox on this machine to the
profile "sandbox", and any other to "default". A profile of another app or server is replaced only when you say so; one of
the same is, and the session that it had is ended at the vendor, unless that takes a request that others may need.`,
		Example: `  export RC_APP_CLIENT_ID=… RC_APP_CLIENT_SECRET=… RC_USER_JWT=…
  ringcx login --jwt
  ringcx login --jwt-file jwt.txt --profile sales
  ringcx login --browser --client-id ID --port 8700
  ringcx login --direct --username ada@example.com --platform-id na1
  ringcx login --import .env`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.TimeoutGiven = cmd.Flags().Changed("timeout")
			return a.logins.Run(&f)
		},
	}
	loginFlagsOf(cmd, &f)
	return cmd
}

// loginFlagsOf gives a command the flags of a login.
func loginFlagsOf(cmd *cobra.Command, f *login.Options) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.JWT, "jwt", false, "log in with the JWT of the environment ($RC_USER_JWT)")
	flags.StringVar(&f.JWTFile, "jwt-file", "", "log in with the JWT in `FILE`, - for standard input")
	flags.BoolVar(&f.Browser, "browser", false, "log in at RingCentral's sign-in page")
	flags.BoolVar(&f.NoBrowser, "no-browser", false, "print the address of the page instead of opening it")
	cmdline.NumberFlag(flags, &f.Port, "port", 0, "port on this machine where the page sends the answer (default: a free one)")
	flags.StringVar(&f.RedirectURI, "redirect-uri", "", "redirect `URI` of the app, if it is not http://127.0.0.1:PORT/callback")
	flags.DurationVar(&f.Timeout, "timeout", 5*time.Minute, "how long to wait for somebody to sign in, and at most for each request")
	flags.BoolVar(&f.Direct, "direct", false, "log in to RingCX itself, with user name and password")
	flags.BoolVar(&f.Legacy, "legacy", false, "log in to a deployment from before RingCX")
	flags.StringVar(&f.Username, "username", "", "user name (default: $RINGCX_USERNAME)")
	flags.StringVar(&f.PlatformID, "platform-id", "", "platform `ID` (default: $RINGCX_PLATFORM_ID)")
	flags.StringVar(&f.PasswordFile, "password-file", "", "read the password from `FILE`, - for standard input (default: $RINGCX_PASSWORD)")
	flags.BoolVar(&f.StayLoggedIn, "stay-logged-in", false, "with --legacy: a session lives two weeks after its last use, not an hour")
	flags.StringVar(&f.KeyFile, "client-key", "", "the app signs with the private key in `FILE` (PEM) in place of a secret")
	flags.StringVar(&f.KeyID, "client-key-id", "", "`ID` of that key at the vendor")
	flags.BoolVar(&f.SecretJWT, "client-secret-jwt", false, "the app signs with its secret and does not send it")
	flags.StringVar(&f.ImportFile, "import", "", "take everything from a `FILE` of NAME=value lines (.env), which is not needed afterwards")
	flags.BoolVar(&f.Replace, "replace", false, "replace a login of another app or at other servers without asking")
}
