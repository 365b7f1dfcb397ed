package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
)

func (a *app) logout() *cobra.Command {
	var local, all bool
	cmd := &cobra.Command{
		Use: "logout", Short: "End the session at the vendor and forget it here", Args: noArgs,
		Long: `Ends the RingCentral session and the RingCX refresh token, and forgets the session, its credentials and its profile. If the
vendor cannot be told, because its limit of requests is used up or it is away, everything is kept for another try (exit code
75), unless --local forgets it all the same. A RingCX access token that somebody has copied ends by itself, within minutes.`,
		RunE: func(*cobra.Command, []string) error {
			if all && a.profile != "" {
				return &usageError{"--all and --profile contradict each other", "give one of them"}
			}
			if all && first(a.serverURL, a.cxURL, a.clientID) != "" {
				return &usageError{"--all and flags that name an account contradict each other", "leave out --server-url, --ringcx-server-url and --client-id"}
			}
			if all {
				return a.logOutOfAll(local)
			}
			acc, err := a.resolve()
			if err != nil {
				return a.logOutOfNobody(err)
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
	text := fmt.Sprintf("%d of %d profiles could not be logged out (%s)", len(failed), len(s.Profiles), strings.Join(failed, "; "))
	later := "the others are logged out; run 'ringcx logout --all' again for the rest"
	if !slices.ContainsFunc(causes, func(err error) bool { return !isBusy(err) }) {
		return &notEnded{text, later + ", or 'ringcx logout --all --local' to forget them here", true}
	}
	return &hintedError{errors.New(text), first(hintFor(causes[0]), later)}
}

// logOutOf logs out of the profile of that name, whatever flags and variables say.
func (a *app) logOutOf(name string, local bool) error {
	acc, err := a.storedAccount(name)
	if err != nil {
		return err
	}
	return a.logOut(acc, local)
}

// logOutOfNobody forgets what is stored under the name of a profile that config.toml does not have: nobody knows where it
// came from. If there is nothing, cause says why, unless there was nobody to log out.
func (a *app) logOutOfNobody(cause error) error {
	var nobody *notStored
	if !errors.As(cause, &nobody) {
		return cause
	}
	acc, err := a.open()
	if err != nil {
		return err
	}
	g := a.given()
	if acc.profile = g.profile; acc.profile == "" {
		acc.profile, _ = acc.settings.usual(a.Dir)
	}
	if _, known := acc.settings.Profiles[acc.profile]; known {
		return cause
	}
	left := false
	for _, key := range []string{acc.profile, secretsKey(acc.profile)} {
		value, err := acc.store.Load(a.Context, key)
		if err != nil {
			return err
		}
		left = left || value != nil
	}
	switch {
	case left:
		acc.key = acc.profile
		if err := a.configure(acc, production, ""); err != nil {
			return err
		}
		return a.logOut(acc, true)
	case nobody.id == "not-logged-in":
		a.inform("Nobody is logged in (%s), so nothing was done.\n", acc.name())
		return nil
	}
	return cause
}

// logOut ends the account's session at the servers it was stored for and no others, and forgets it. What could not be
// ended is kept, unless local says not to ask.
func (a *app) logOut(acc *account, local bool) error {
	if acc.damaged != nil && !local {
		return acc.damaged
	}
	session := a.session(acc)
	if there, err := a.stored(acc, session); err != nil {
		return err
	} else if !there && acc.profile == "" {
		a.inform("Nobody is logged in (%s), so nothing was done; --profile NAME logs out of a stored login.\n", acc.name())
		return nil
	}
	for _, s := range []*ringcx.Session{a.beforeLogin(acc), session} {
		if s == nil {
			continue
		}
		end := s.Logout
		if local {
			end = s.Forget
		}
		if err := end(a.Context); err != nil {
			return a.notEnded(acc, s, err)
		}
	}
	if acc.profile != "" {
		if err := a.forgetProfile(acc); err != nil {
			return err
		}
	}
	a.inform("Logged out (%s).\n", acc.name())
	return nil
}

// beforeLogin is the session that the credentials of a profile had while they were only in variables; nil: none.
func (a *app) beforeLogin(acc *account) *ringcx.Session {
	if acc.profile == "" || acc.jwt == "" {
		return nil
	}
	own := *acc
	own.key = ""
	session := a.session(&own)
	if there, err := a.stored(&own, session); err != nil || !there {
		return nil // also if it cannot be read: nothing depends on it
	}
	return session
}

// stored tells whether the Store has anything of the session, even what cannot be read.
func (a *app) stored(acc *account, session *ringcx.Session) (bool, error) {
	key := acc.key
	if key == "" {
		st, err := session.Status(a.Context)
		if err != nil {
			return true, nil //nolint:nilerr // what is damaged is there
		}
		key = st.Key
	}
	value, err := acc.store.Load(a.Context, key)
	return value != nil, err
}

// forgetProfile removes the credentials and the profile itself.
func (a *app) forgetProfile(acc *account) error {
	if err := a.writeSecrets(a.Context, acc.store, acc.profile, nil); err != nil {
		return err
	}
	if _, known := acc.settings.Profiles[acc.profile]; !known {
		return nil
	}
	return a.changeSettings(func(s *settings) error {
		delete(s.Profiles, acc.profile)
		if s.Default == acc.profile && acc.profile == sandboxProfile {
			s.Default = "" // nobody chose it, see loginTarget.save
		}
		return nil
	})
}

// notEnded is a session that lives on at the vendor and is kept here.
type notEnded struct {
	text, hint string
	temporary  bool // another try may end it
}

func (e *notEnded) Error() string { return e.text }

// Hint tells both ways on.
func (e *notEnded) Hint() string { return e.hint }

func (e *notEnded) busy() bool { return e.temporary }

// notEnded says why a session was not ended, and how long it lives.
func (a *app) notEnded(acc *account, session *ringcx.Session, cause error) error {
	var vendor *ringcx.Error
	if !errors.As(cause, &vendor) {
		return cause
	}
	name, lives := acc.name(), "until its refresh token ends, which the vendor does not say"
	if st, err := session.Status(context.WithoutCancel(a.Context)); err == nil {
		switch {
		case st.RingCentralRefreshable && !st.RingCentralRefreshExpiry.IsZero():
			lives = "for " + span(time.Until(st.RingCentralRefreshExpiry))
		case !st.RingCentralExpiry.IsZero():
			lives = "for " + span(time.Until(st.RingCentralExpiry))
		}
	}
	again := "run 'ringcx logout' again later"
	if vendor.RetryAfter > 0 {
		again = "run 'ringcx logout' again in " + span(vendor.RetryAfter+time.Second)
	}
	local := "'ringcx logout --local' forgets it here and leaves it there"
	if !vendor.Temporary() {
		return &notEnded{
			fmt.Sprintf("the vendor did not end the session of %s, which lives there %s: %s", name, lives, cause),
			first(hintFor(vendor), again) + "; " + local, false,
		}
	}
	return &notEnded{fmt.Sprintf("the session of %s could not be ended and was kept, it lives at the vendor %s: %s", name, lives, cause), again + "; " + local, true}
}
