package login

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// LogOutOfAll goes on where one fails, and says at the end which did.
func (a *Conversation) LogOutOfAll(local bool) error {
	s, err := a.ReadSettings()
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
			hint = wording.First(hint, a.HintOf(err)) // while it is this profile's
			failed, causes = append(failed, fmt.Sprintf("%s: %s", name, err)), append(causes, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Profiles)) {
		note(name, a.LogOutOf(name, local))
		if err := a.Context.Err(); err != nil {
			return err
		}
	}
	if own != nil {
		note(own.Name(), a.LogOut(own, local))
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
func (a *Conversation) variablesAlone() *profile.Account {
	acc, err := a.Resolve()
	if err != nil || acc.Profile != "" || acc.Broker != nil {
		return nil
	}
	if there, err := a.stored(acc, a.Session(acc)); err != nil || !there {
		return nil
	}
	return acc
}

// LogOutOf logs out of the profile of that name, whatever flags and variables say.
func (a *Conversation) LogOutOf(name string, local bool) error {
	acc, err := a.StoredAccount(name)
	if err != nil {
		return err
	}
	return a.LogOut(acc, local)
}

// LogOutOfNobody logs out of what is stored under the name of a profile that config.toml does not have: the credentials
// say of which app and servers it is. If there is nothing, cause says why, unless there was nobody to log out.
func (a *Conversation) LogOutOfNobody(cause error, local bool) error {
	var nobody *profile.NotStored
	if !errors.As(cause, &nobody) {
		return cause
	}
	acc, err := a.Open()
	if err != nil {
		return err
	}
	g := a.Given()
	if acc.Profile = g.Profile; acc.Profile == "" {
		acc.Profile, _ = acc.Settings.Usual(a.Dir)
	}
	if err := profile.CheckName(acc.Profile); err != nil {
		return cause // a record of that name is none of a profile
	}
	_, known := acc.Settings.Profiles[acc.Profile]
	if says := wording.First(g.Vars.App, g.Flags.App, g.User) != ""; known || says && g.Profile == "" {
		return cause
	}
	acc.Key, a.InUse = acc.Profile, acc.Profile
	there, err := a.kept(acc)
	switch {
	case err != nil:
		return err
	case there && a.Variable("RINGCX_STORE") == "": // in a store that others may share it can be theirs
		return a.logOutUnknown(acc, local)
	case nobody.ID == "not-logged-in":
		a.Inform("Nobody is logged in (%s), so nothing was done.\n", acc.Name())
		return nil
	}
	return cause
}

// logOutUnknown logs out of a profile that only the store knows.
func (a *Conversation) logOutUnknown(acc *profile.Account, local bool) error {
	stored, damage, err := a.ReadSecrets(acc.Store, acc.Profile)
	if err != nil {
		return err
	}
	if e := (&profile.DamagedCredentials{Profile: acc.Profile, Again: "", Cause: damage}); e.Newer() && !local {
		return e
	}
	at := profile.Production
	if stored != nil && stored.Lineage() != (profile.Lineage{}) {
		at, acc.Stored, acc.JWT = stored.Lineage(), stored, stored.JWT
		if want := a.Given(); !want.Flags.Or(want.Vars).Agrees(at) && want.Profile == "" {
			return profile.Profile{ClientID: at.App, RingCentral: at.RingCentral, RingCX: at.RingCX}.Differs(acc.Profile, want.Flags.Or(want.Vars), profile.UnsetOrLogin)
		}
	} else if !local {
		return usage.WithHint(
			fmt.Errorf("the store has a session as %s, and nothing says whose it is or where", acc.Profile),
			fmt.Sprintf("'%s' forgets it here and leaves it at the vendor", profile.LogoutCommand(acc.Profile, true)),
		)
	}
	if err := a.Configure(acc, at, acc.Stored.ClientSecret); err != nil {
		return err
	}
	if acc.Stored.ClientKey != "" {
		a.Authenticate(acc, profile.Profile{ClientAuth: profile.AuthKey})
	}
	return a.LogOut(acc, local)
}

// kept tells whether the store has a session or credentials of a profile. Why a login failed is neither.
func (a *Conversation) kept(acc *profile.Account) (bool, error) {
	for _, key := range []string{acc.Profile, profile.SecretsKey(acc.Profile)} {
		if value, err := acc.Store.Load(a.Context, key); err != nil || value != nil && !bytes.Equal(value, failureOf(value)) {
			return true, err
		}
	}
	return false, nil
}

// OtherStore says that the store has nothing of the profile, where that is all that is wrong: mostly it is not the store that
// the login went to.
func (a *Conversation) OtherStore(err error) error {
	acc := a.Account
	if acc == nil || acc.Profile == "" || !errors.Is(err, ringcx.ErrLoginRequired) || err.Error() != ringcx.ErrLoginRequired.Error() {
		return err
	}
	if there, failed := a.kept(acc); there || failed != nil {
		return err
	}
	return &profile.NotStored{
		ID: "other-store", Text: "this store has nothing of profile " + acc.Profile,
		Remedy: fmt.Sprintf("name the store that has with RINGCX_STORE, or log in again: %s", wording.First(acc.Again(), "ringcx login --profile "+acc.Profile)),
	}
}

// LogOut ends the account's session at the servers it was stored for and no others, and forgets it. What could not be
// ended is kept, unless local says not to ask.
func (a *Conversation) LogOut(acc *profile.Account, local bool) error {
	var others *profile.OtherUser
	switch {
	case acc.Damaged != nil && !local:
		return acc.Damaged
	case errors.As(acc.Damaged, &others):
		a.Inform("Forgot profile %s; what the store has under its name is another user's, and stays.\n", acc.Profile)
		return a.ChangeSettings(func(s *profile.Settings) error { delete(s.Profiles, acc.Profile); return nil })
	}
	if acc.Bare() {
		if g := a.Given(); g.Flags.Or(g.Vars).Or(profile.Production) == (profile.Lineage{App: acc.Config.ClientID, RingCentral: acc.Config.Endpoint.RingCentral, RingCX: acc.Config.Endpoint.RingCX}) {
			acc.Config.ClientSecret = g.AppSecret()
		}
	}
	session := a.Session(acc)
	there, err := a.stored(acc, session)
	switch {
	case err != nil:
		return err
	case !there && acc.Profile == "":
		a.Inform("Nobody is logged in (%s), so nothing was done; --profile NAME logs out of a stored login.\n", acc.Name())
		return nil
	case acc.Profile != "" && !local:
		if there, err = a.kept(acc); err == nil && !there {
			err = usage.WithHint(
				fmt.Errorf("this store has nothing of profile %s", acc.Profile),
				fmt.Sprintf("name the store that has with RINGCX_STORE; '%s' forgets the profile alone", profile.LogoutCommand(acc.Profile, true)),
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
	if acc.Profile != "" {
		if err := a.forgetProfile(acc); err != nil {
			return usage.WithHint(
				fmt.Errorf("logged out, but profile %s could not be forgotten: %w", acc.Profile, err),
				wording.First(usage.Hint(err), "mend that")+"; then run '"+profile.LogoutCommand(acc.Profile, true)+"'",
			)
		}
	}
	a.Inform("Logged out (%s).\n", acc.Name())
	if (local || acc.Method == profile.ByLegacy) && lives != "" {
		a.Inform("At the vendor the session was not ended: it lives there %s.\n", lives)
	}
	return nil
}

// lives says how long what is stored of a session lives at the vendor; "": nothing is, or it cannot be read.
func (a *Conversation) lives(session *ringcx.Session) string {
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
func (a *Conversation) beforeLogin(acc *profile.Account) *ringcx.Session {
	if acc.Profile == "" || acc.JWT == "" {
		return nil
	}
	own := *acc
	own.Key = ""
	session := a.Session(&own)
	if there, err := a.stored(&own, session); err != nil || !there {
		return nil // also if it cannot be read: nothing depends on it
	}
	return session
}

// stored tells whether the Store has anything of the session, even what cannot be read.
func (a *Conversation) stored(acc *profile.Account, session *ringcx.Session) (bool, error) {
	key := acc.Key
	if key == "" {
		st, err := session.Status(a.Context)
		if err != nil {
			return true, nil //nolint:nilerr // what is damaged is there
		}
		key = st.Key
	}
	value, err := acc.Store.Load(a.Context, key)
	return value != nil, err
}

// endSessions ends what is stored of an account, at the vendor unless local says not to ask.
func (a *Conversation) endSessions(acc *profile.Account, session *ringcx.Session, local bool) error {
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
func (a *Conversation) mayForget(acc *profile.Account) error {
	if acc.Profile == "" {
		return nil
	}
	if _, known := acc.Settings.Profiles[acc.Profile]; known {
		if err := a.PlaceForProfile(); err != nil {
			return err
		}
	}
	return a.replaceable(acc, profile.SecretsKey(acc.Profile))
}

// forgetProfile removes the credentials and the profile itself. The session has ended: nobody's leaving changes that.
func (a *Conversation) forgetProfile(acc *profile.Account) error {
	if err := a.WriteSecrets(context.WithoutCancel(a.Context), acc.Store, acc.Profile, nil); err != nil {
		return err
	}
	if _, known := acc.Settings.Profiles[acc.Profile]; !known {
		return nil
	}
	return a.ChangeSettings(func(s *profile.Settings) error {
		delete(s.Profiles, acc.Profile)
		if s.Default == acc.Profile && acc.Profile == profile.Sandbox {
			s.Default = "" // nobody chose it, see loginTarget.save
		}
		return nil
	})
}
