package doctor

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/store/file"
	"github.com/ringcx-go/ringcx/store/keyring"
)

// storeLimit is how long the store may take to answer.
const storeLimit = 3 * time.Second

// storeGrace is how long it may take to say that it has not answered.
const storeGrace = 300 * time.Millisecond

// loginLimit is how long a login that is tried may take, with the waits that the vendor's limits ask for.
const loginLimit = 40 * time.Second

// gatherer collects facts of the account that a command works with.
type gatherer struct{ *profile.Accounts }

// Gather collects the facts, with a login that is tried if login says so. What cannot be had is left out, and never keeps
// the rest from being looked at. startSandbox is the command that starts the sandbox of a server's address, "" if it is none.
func Gather(accounts *profile.Accounts, startSandbox func(server string) string, login bool) *Facts {
	a := &gatherer{accounts}
	f := &Facts{now: time.Now(), startSandbox: startSandbox}
	if a.askBroker(f) {
		return f
	}
	acc := a.readAll(f)
	f.proxies = ringcx.ProxyProblems(a.Getenv)
	var wg sync.WaitGroup
	if acc != nil {
		f.describe(acc)
		wg.Go(func() { a.visit(f) })
	}
	a.lookAtFiles(f)
	if acc != nil && f.storeErr == nil {
		a.lookAtSession(f, acc)
	}
	wg.Wait()
	if acc != nil && f.storeErr == nil && login && !f.offline() {
		a.tryLogin(f, acc)
	}
	return f
}

// readAll reads the settings, and tries the store: if it does not work, an empty one in memory takes its place.
func (a *gatherer) readAll(f *Facts) *profile.Account {
	if err := a.ReadEnvFile(); err != nil {
		f.unread = append(f.unread, problem("env-file", usage.Hint(err), "%s", err))
		return nil
	}
	f.clashes = a.clashes()
	s, err := a.ReadSettings()
	if err != nil {
		f.unread = append(f.unread, problem("config", usage.Hint(err), "%s", err))
		return nil
	}
	g := a.Given()
	if f.profile = g.Profile; f.profile == "" {
		f.profile, _ = s.Usual(a.Dir)
	}
	f.profiles, f.fallback = slices.Sorted(maps.Keys(s.Profiles)), s.Default
	for _, name := range slices.Sorted(maps.Keys(s.Unfit)) {
		a.Mute(s.Unfit[name].Problem) // it is a finding
	}
	a.tryStore(f)
	acc, err := a.Resolve()
	var missing *profile.NotStored
	if errors.As(err, &missing) { // the servers are looked at all the same
		f.missing = missing
		acc = &profile.Account{Store: a.Store, Settings: s, Stored: &profile.Secrets{}, Source: g.From, Method: profile.ByJWT}
		err = a.Configure(acc, g.Flags.Or(g.Vars).Or(profile.Production), "")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Unfit)) {
		if unfit := s.Unfit[name]; err == nil || err.Error() != unfit.Problem {
			f.unread = append(f.unread, note("profile-invalid", unfit.Remedy, "%s", unfit.Problem))
		}
	}
	if err != nil {
		f.unread = append(f.unread, problem("settings", usage.Hint(err), "%s", err))
		return nil
	}
	f.profile = wording.First(acc.Profile, f.profile)
	_, f.known = s.Profiles[acc.Profile]
	f.source = acc.Source
	a.lookAtOthers(f, acc)
	f.unused = g.Unused(acc)
	f.replaced = acc.Stored.ClientSecret != "" && acc.Config.ClientSecret != "" && acc.Stored.ClientSecret != acc.Config.ClientSecret
	return acc
}

// lookAtOthers reads what is stored of the profiles that are not used. One that cannot be read may be the login of the account that
// variables give, of which nobody knows then: commands log in beside it.
func (a *gatherer) lookAtOthers(f *Facts, acc *profile.Account) {
	ctx, cancel := context.WithTimeout(a.Context, storeLimit)
	defer cancel()
	own := profile.NewLineage(acc.Config.ClientID, acc.Config.Endpoint.RingCentral, acc.Config.Endpoint.RingCX)
	for _, name := range f.profiles {
		saved, known := acc.Settings.Fit(name)
		if name == acc.Profile || !known {
			continue
		}
		var found []Finding
		if _, damage, err := profile.SecretsIn(ctx, acc.Store, name); err == nil && damage != nil {
			found = undecodable("credentials", &profile.DamagedCredentials{Profile: name, Again: saved.Method.Command(name), Cause: damage})
		} else if err == nil {
			other := *acc
			other.Key = name
			_, err = a.Session(&other).Status(ctx)
			found = undecodable("session", err)
		}
		for _, one := range found {
			if acc.Profile != "" || saved.Lineage() != own {
				one.Level = LevelNote
			}
			f.unread = append(f.unread, one)
		}
	}
}

// describe takes from the account what the judges need.
func (f *Facts) describe(acc *profile.Account) {
	f.resolved, f.password, f.again = true, acc.Method.Password(), wording.First(acc.Again(), "ringcx login")
	f.servers, f.clientID = acc.Config.Endpoint, acc.Config.ClientID
	if f.password {
		f.servers.RingCentral = ""
	}
	f.servers.RingCentral, f.servers.RingCX = strings.TrimRight(f.servers.RingCentral, "/"), strings.TrimRight(f.servers.RingCX, "/")
	f.secret, f.jwt, f.damaged = acc.Config.ClientSecret != "", acc.JWT, acc.Damaged
}

// clashes are variables that mean the same and say different things. The first of each pair is the one that counts.
func (a *gatherer) clashes() [][2]string {
	var all [][2]string
	for _, pair := range [][2]string{
		{"RC_APP_CLIENT_ID", "RC_CLIENT_ID"}, {"RC_APP_CLIENT_SECRET", "RC_CLIENT_SECRET"}, {"RC_USER_JWT", "RC_JWT"},
	} {
		if one, other := a.Variable(pair[0]), a.Variable(pair[1]); one != "" && other != "" && one != other {
			all = append(all, pair)
		}
	}
	return all
}

// tryStore reads from the store, and writes to it unless it is files alone, which are looked at as files.
func (a *gatherer) tryStore(f *Facts) {
	kind, _, _ := strings.Cut(wording.First(a.Variable("RINGCX_STORE"), "file"), ":")
	f.store = kind
	store, err := a.OpenStore()
	if err == nil {
		switch s := store.(type) {
		case *profile.LazyStore:
			s.Warn = func(text string) { f.warnings = append(f.warnings, text) }
		case *file.Store:
			s.Tell = f.addLoose
		case *keyring.Store:
			s.Tell = f.addLoose
		}
		ctx, cancel := context.WithTimeout(a.Context, storeLimit)
		defer cancel()
		err = within(ctx, func() error { return exercise(ctx, store, f.profile) })
	}
	if err != nil {
		f.storeErr, a.Store = err, new(ringcx.Memory)
	}
}

func (f *Facts) addLoose(text string) {
	if !slices.Contains(f.loose, text) {
		f.loose = append(f.loose, text)
	}
}

// exercise uses the store as the command does, under a key of its own.
func exercise(ctx context.Context, store ringcx.Store, name string) error {
	for _, key := range []string{name, profile.SecretsKey(name)} {
		if _, err := store.Load(ctx, key); err != nil {
			return err
		}
	}
	switch s := store.(type) {
	case *file.Store:
		return nil
	case *keyring.Store:
		_, err := keyring.System{}.Get("ringcx", "doctor")
		return err
	default:
		return s.Update(ctx, "doctor.check", func(_ []byte, save func([]byte) error) error {
			return errors.Join(save([]byte(`{}`)), save(nil))
		})
	}
}

// within is f, or the end of ctx if f does not heed it at once: what f says then is better.
func within(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(storeGrace):
		return ctx.Err()
	}
}

// lookAtSession reads what is known of the lineage. Before the first login that worked, that is what a failed one left.
func (a *gatherer) lookAtSession(f *Facts, acc *profile.Account) {
	if f.missing != nil {
		return
	}
	ctx, cancel := context.WithTimeout(a.Context, storeLimit)
	defer cancel()
	f.status, f.statusErr = a.Session(acc).Status(ctx)
	if f.statusErr != nil || acc.Key != "" || f.status.Generation > 0 || f.status.LastError != nil {
		return
	}
	own := acc.Config.Endpoint
	for _, name := range []string{f.profile, profile.NameFor(profile.NewLineage(acc.Config.ClientID, own.RingCentral, own.RingCX))} {
		other := *acc
		other.Key = name
		if st, err := a.Session(&other).Status(ctx); err == nil && st.LastError != nil {
			f.status = st
		}
	}
}

// tryLogin logs in beside the stored lineage, and out again. Without a JWT it asks for a token, as every command does.
func (a *gatherer) tryLogin(f *Facts, acc *profile.Account) {
	if f.missing != nil || f.statusErr != nil {
		return
	}
	ctx, cancel := context.WithTimeout(a.Context, loginLimit)
	defer cancel()
	f.probed = true
	aside := *acc
	aside.Key = "doctor.login" // no profile can have that name
	if aside.Grant() == nil {
		_, f.probeErr = a.Session(acc).Token(ctx)
		return
	}
	session := a.Session(&aside)
	f.probeErr = session.Login(ctx)
	if st, err := session.Status(ctx); err == nil {
		f.probe = st
	}
	if err := session.Logout(context.WithoutCancel(ctx)); err != nil {
		f.probeErr = errors.Join(f.probeErr, session.Forget(context.WithoutCancel(ctx)))
	}
	if st, err := session.Status(ctx); err == nil && f.status != nil { // what that has left of the budget
		f.status.LoginsLeft, f.status.ExchangesLeft, f.status.QuietUntil = st.LoginsLeft, st.ExchangesLeft, st.QuietUntil
	}
}

// offline tells that a login cannot work, so that none is tried.
func (f *Facts) offline() bool {
	for _, c := range f.contacts {
		if c.err != nil {
			return true
		}
	}
	return len(f.contacts) == 0 || len(f.contacts) < 2 && !f.password
}
