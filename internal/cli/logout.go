package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

func (a *app) logout() *cobra.Command {
	var local, all bool
	cmd := &cobra.Command{
		Use: "logout", Short: "End the session at the vendor and forget it here", Args: cmdline.NoArgs,
		Long: `Ends the RingCentral session and the RingCX refresh token, and forgets the session, its credentials and its profile. If the
vendor cannot be told, because its limit of requests is used up or it is away, everything is kept for another try (exit code
75), unless --local forgets it all the same. A RingCX access token that somebody has copied ends by itself, within minutes;
the token of a deployment from before RingCX, which cannot be ended there, when it has not been used for an hour or two weeks.`,
		RunE: func(*cobra.Command, []string) error {
			if all && a.profile != "" {
				return usage.New("--all and --profile contradict each other", "give one of them")
			}
			if all && wording.First(a.serverURL, a.cxURL, a.clientID) != "" {
				return usage.New("--all and flags that name an account contradict each other", "leave out --server-url, --ringcx-server-url and --client-id")
			}
			if all {
				return a.logOutOfAll(local)
			}
			acc, err := a.resolve()
			if err != nil {
				return a.logOutOfNobody(err, local)
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
	own, all := a.variablesAlone(), len(s.Profiles)
	if own != nil {
		all++
	}
	if all == 0 {
		fmt.Fprintln(a.Stderr, "There is no profile to log out of.")
		return nil
	}
	var failed []string
	var causes []error
	hint := ""
	note := func(name string, err error) {
		if err != nil {
			hint = wording.First(hint, a.hintFor(err)) // while it is this profile's
			failed, causes = append(failed, fmt.Sprintf("%s: %s", name, err)), append(causes, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Profiles)) {
		note(name, a.logOutOf(name, local))
		if err := a.Context.Err(); err != nil {
			return err
		}
	}
	if own != nil {
		note(own.name(), a.logOut(own, local))
	}
	if len(failed) == 0 {
		return nil
	}
	text, later := fmt.Sprintf("%d of %d logins could not be logged out (%s)", len(failed), all, strings.Join(failed, "; ")), "run 'ringcx logout --all' again for the rest"
	if len(failed) < all {
		later = "the others are logged out; " + later
	}
	if !slices.ContainsFunc(causes, func(err error) bool { return !usage.IsBusy(err) }) {
		return &notEnded{text, later + ", or 'ringcx logout --all --local' to forget them here", true}
	}
	return usage.WithHint(errors.New(text), wording.First(hint, later))
}

// variablesAlone is the account that flags and variables give without a profile, if anything is stored of it; else nil.
func (a *app) variablesAlone() *account {
	acc, err := a.resolve()
	if err != nil || acc.profile != "" {
		return nil
	}
	if there, err := a.stored(acc, a.session(acc)); err != nil || !there {
		return nil
	}
	return acc
}

// logOutOf logs out of the profile of that name, whatever flags and variables say.
func (a *app) logOutOf(name string, local bool) error {
	acc, err := a.storedAccount(name)
	if err != nil {
		return err
	}
	return a.logOut(acc, local)
}

// logOutOfNobody logs out of what is stored under the name of a profile that config.toml does not have: the credentials
// say of which app and servers it is. If there is nothing, cause says why, unless there was nobody to log out.
func (a *app) logOutOfNobody(cause error, local bool) error {
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
	if err := checkProfileName(acc.profile); err != nil {
		return cause // a record of that name is none of a profile
	}
	_, known := acc.settings.Profiles[acc.profile]
	if says := wording.First(g.vars.app, g.flags.app, g.user) != ""; known || says && g.profile == "" {
		return cause
	}
	acc.key, a.inUse = acc.profile, acc.profile
	there, err := a.kept(acc)
	switch {
	case err != nil:
		return err
	case there && a.variable("RINGCX_STORE") == "": // in a store that others may share it can be theirs
		return a.logOutUnknown(acc, local)
	case nobody.id == "not-logged-in":
		a.Inform("Nobody is logged in (%s), so nothing was done.\n", acc.name())
		return nil
	}
	return cause
}

// logOutUnknown logs out of a profile that only the store knows.
func (a *app) logOutUnknown(acc *account, local bool) error {
	stored, damage, err := a.readSecrets(acc.store, acc.profile)
	if err != nil {
		return err
	}
	if e := (&damagedCredentials{acc.profile, "", damage}); e.Newer() && !local {
		return e
	}
	at := production
	if stored != nil && stored.lineage() != (lineage{}) {
		at, acc.stored, acc.jwt = stored.lineage(), stored, stored.JWT
		if want := a.given(); !want.flags.or(want.vars).agrees(at) && want.profile == "" {
			return profile{ClientID: at.app, RingCentral: at.ringCentral, RingCX: at.ringCX}.differs(acc.profile, want.flags.or(want.vars), unsetOrLogin)
		}
	} else if !local {
		return usage.WithHint(
			fmt.Errorf("the store has a session as %s, and nothing says whose it is or where", acc.profile),
			fmt.Sprintf("'%s' forgets it here and leaves it at the vendor", logoutCommand(acc.profile, true)),
		)
	}
	if err := a.configure(acc, at, acc.stored.ClientSecret); err != nil {
		return err
	}
	if acc.stored.ClientKey != "" {
		a.authenticate(acc, profile{ClientAuth: authKey})
	}
	return a.logOut(acc, local)
}

// kept tells whether the store has a session or credentials of a profile. Why a login failed is neither.
func (a *app) kept(acc *account) (bool, error) {
	for _, key := range []string{acc.profile, secretsKey(acc.profile)} {
		if value, err := acc.store.Load(a.Context, key); err != nil || value != nil && !bytes.Equal(value, failureOf(value)) {
			return true, err
		}
	}
	return false, nil
}

// otherStore says that the store has nothing of the profile, where that is all that is wrong: mostly it is not the store that
// the login went to.
func (a *app) otherStore(err error) error {
	acc := a.account
	if acc == nil || acc.profile == "" || !errors.Is(err, ringcx.ErrLoginRequired) || err.Error() != ringcx.ErrLoginRequired.Error() {
		return err
	}
	if there, failed := a.kept(acc); there || failed != nil {
		return err
	}
	return &notStored{
		"other-store", "this store has nothing of profile " + acc.profile,
		fmt.Sprintf("name the store that has with RINGCX_STORE, or log in again: %s", wording.First(acc.again(), "ringcx login --profile "+acc.profile)),
	}
}

// logOut ends the account's session at the servers it was stored for and no others, and forgets it. What could not be
// ended is kept, unless local says not to ask.
func (a *app) logOut(acc *account, local bool) error {
	var others *otherUser
	switch {
	case acc.damaged != nil && !local:
		return acc.damaged
	case errors.As(acc.damaged, &others):
		a.Inform("Forgot profile %s; what the store has under its name is another user's, and stays.\n", acc.profile)
		return a.changeSettings(func(s *settings) error { delete(s.Profiles, acc.profile); return nil })
	}
	if acc.bare() {
		if g := a.given(); g.flags.or(g.vars).or(production) == (lineage{acc.config.ClientID, acc.config.Endpoint.RingCentral, acc.config.Endpoint.RingCX}) {
			acc.config.ClientSecret = g.appSecret()
		}
	}
	session := a.session(acc)
	there, err := a.stored(acc, session)
	switch {
	case err != nil:
		return err
	case !there && acc.profile == "":
		a.Inform("Nobody is logged in (%s), so nothing was done; --profile NAME logs out of a stored login.\n", acc.name())
		return nil
	case acc.profile != "" && !local:
		if there, err = a.kept(acc); err == nil && !there {
			err = usage.WithHint(
				fmt.Errorf("this store has nothing of profile %s", acc.profile),
				fmt.Sprintf("name the store that has with RINGCX_STORE; '%s' forgets the profile alone", logoutCommand(acc.profile, true)),
			)
		}
		if err != nil {
			return err
		}
	}
	lives := a.lives(session)
	if err := a.endSessions(acc, session, local); err != nil {
		return err
	}
	if acc.profile != "" {
		if err := a.forgetProfile(acc); err != nil {
			return usage.WithHint(
				fmt.Errorf("logged out, but profile %s could not be forgotten: %w", acc.profile, err),
				wording.First(usage.Hint(err), "mend that")+"; then run '"+logoutCommand(acc.profile, true)+"'",
			)
		}
	}
	a.Inform("Logged out (%s).\n", acc.name())
	if (local || acc.method == byLegacy) && lives != "" {
		a.Inform("At the vendor the session was not ended: it lives there %s.\n", lives)
	}
	return nil
}

// bare tells a stored login of an app whose credentials are gone from the store: every login has stored some.
func (acc *account) bare() bool {
	return acc.profile != "" && !acc.method.password() && *acc.stored == (secrets{})
}

// lives says how long what is stored of a session lives at the vendor; "": nothing is, or it cannot be read.
func (a *app) lives(session *ringcx.Session) string {
	st, err := session.Status(context.WithoutCancel(a.Context))
	switch {
	case err != nil:
		return ""
	case st.RingCentralRefreshable && !st.RingCentralRefreshExpiry.IsZero():
		return "for " + wording.Span(time.Until(st.RingCentralRefreshExpiry))
	case !st.RingCentralExpiry.IsZero():
		return "for " + wording.Span(time.Until(st.RingCentralExpiry))
	case st.Refreshable:
		return "until its refresh token ends, which the vendor does not say"
	case time.Until(st.Expiry) > 0:
		return "for " + wording.Span(time.Until(st.Expiry))
	}
	return ""
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

// endSessions ends what is stored of an account, at the vendor unless local says not to ask.
func (a *app) endSessions(acc *account, session *ringcx.Session, local bool) error {
	if !local {
		if err := a.mayForget(acc); err != nil {
			return err
		}
	}
	for _, s := range []*ringcx.Session{a.beforeLogin(acc), session} {
		if s == nil {
			continue
		}
		end := s.Logout
		if local {
			end = func(ctx context.Context) error { return a.forgetSeen(ctx, acc, s) }
		}
		if err := end(a.Context); err != nil {
			return a.notEnded(acc, s, err)
		}
	}
	return nil
}

// mayForget finds out whether a profile can be forgotten, before its session is ended at the vendor.
func (a *app) mayForget(acc *account) error {
	if acc.profile == "" {
		return nil
	}
	if _, known := acc.settings.Profiles[acc.profile]; known {
		if err := a.placeForProfile(); err != nil {
			return err
		}
	}
	return a.replaceable(acc, secretsKey(acc.profile))
}

// forgetProfile removes the credentials and the profile itself. The session has ended: nobody's leaving changes that.
func (a *app) forgetProfile(acc *account) error {
	if err := a.writeSecrets(context.WithoutCancel(a.Context), acc.store, acc.profile, nil); err != nil {
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
