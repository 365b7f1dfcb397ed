package cli

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
)

func (a *app) logout() *cobra.Command {
	var local, all bool
	cmd := &cobra.Command{
		Use: "logout", Short: "End the session at the vendor and forget it here", Args: noArgs,
		Long: `Ends the RingCentral session and the RingCX refresh token, and forgets the session, its credentials and its profile. What
the vendor says to it is told, and changes nothing. A RingCX access token that somebody has copied ends by itself, within
minutes.`,
		RunE: func(*cobra.Command, []string) error {
			if all && a.profile != "" {
				return &usageError{"--all and --profile contradict each other", "give one of them"}
			}
			if all {
				return a.logOutOfAll(local)
			}
			acc, err := a.resolve()
			if err != nil {
				return err
			}
			return a.logOut(acc, local)
		},
	}
	cmd.Flags().BoolVar(&local, "local", false, "only forget, without asking the vendor to end the session")
	cmd.Flags().BoolVar(&all, "all", false, "log out of every profile")
	return cmd
}

// logOutOfAll goes on where one fails, and says at the end which did.
func (a *app) logOutOfAll(local bool) error {
	s, err := a.readSettings()
	if err != nil {
		return err
	}
	if len(s.Profiles) == 0 {
		fmt.Fprintln(a.Stderr, "There is no profile to log out of.")
		return nil
	}
	var failed []string
	var causes []error
	for _, name := range slices.Sorted(maps.Keys(s.Profiles)) {
		if err := a.logOutOf(name, local); err != nil {
			failed, causes = append(failed, fmt.Sprintf("%s: %s", name, err)), append(causes, err)
		}
		if err := a.Context.Err(); err != nil {
			return err
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return &hintedError{
		fmt.Errorf("%d of %d profiles could not be logged out (%s)", len(failed), len(s.Profiles), strings.Join(failed, "; ")),
		first(hintFor(causes[0]), "the others are logged out; run 'ringcx logout --all' again for the rest"),
	}
}

// logOutOf logs out of the profile of that name, whatever the environment says.
func (a *app) logOutOf(name string, local bool) error {
	a.profile = name
	acc, err := a.open()
	if err != nil {
		return err
	}
	return a.logOut(acc, local)
}

// logOut ends what is stored for the profile, at the servers it was stored for and no others, whatever the environment
// says now. Without a profile it ends what the credentials of the environment stored.
func (a *app) logOut(acc *account, local bool) error {
	saved, known := acc.settings.Profiles[acc.profile]
	switch {
	case known:
		acc.key, acc.jwt, acc.method = acc.profile, "", saved.Method.or(byJWT)
		if err := a.configureSaved(acc, saved); err != nil {
			return err
		}
	case acc.jwt == "":
		acc.key, local = acc.profile, true // nobody knows where it came from
		if left, err := a.leftBehind(acc); err != nil || !left {
			if err == nil {
				fmt.Fprintf(a.Stderr, "Nobody is logged in (%s), so nothing was done.\n", acc.name())
			}
			return err
		}
	}
	local = local || acc.damaged != nil // without the secret the vendor does not listen
	if local {
		acc.config.HTTPClient = &http.Client{Transport: offline{}}
	}
	if err := a.session(acc).Logout(a.Context); err != nil {
		var vendor *ringcx.Error
		if !errors.As(err, &vendor) {
			return err
		}
		if !local {
			fmt.Fprintf(a.Stderr, "The vendor did not end the session: %s\nIt ends there by itself when its tokens expire.\n", strings.ReplaceAll(err.Error(), "\n", "; "))
		}
	}
	if acc.key == acc.profile {
		if err := a.writeSecrets(a.Context, acc.store, acc.profile, nil); err != nil {
			return err
		}
	}
	if known {
		if err := a.saveProfile(acc.profile, nil); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.Stderr, "Logged out (%s).\n", acc.name())
	return nil
}

// leftBehind reports whether something is stored for a profile that is not in config.toml.
func (a *app) leftBehind(acc *account) (bool, error) {
	for _, key := range []string{acc.profile, secretsKey(acc.profile)} {
		if value, err := acc.store.Load(a.Context, key); value != nil || err != nil {
			return true, err
		}
	}
	return false, nil
}

// configureSaved makes the configuration of the profile alone, without flags and environment.
func (a *app) configureSaved(acc *account, saved profile) error {
	c := &ringcx.Config{
		ClientID: saved.ClientID, ClientSecret: acc.stored.ClientSecret, HTTPClient: a.client(), UserAgent: "ringcx-cli/" + ringcx.Version,
		Endpoint: ringcx.Endpoint{RingCentral: saved.RingCentral, RingCX: saved.RingCX}, AllowHTTP: a.allowedHTTP(saved),
	}
	acc.config = c
	a.authenticate(acc, saved)
	if err := c.Validate(); err != nil {
		return &usageError{err.Error(), hintFor(err)}
	}
	return nil
}

// offline sends nothing.
type offline struct{}

var errOffline = errors.New("nothing was sent")

func (offline) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return nil, errOffline
}
