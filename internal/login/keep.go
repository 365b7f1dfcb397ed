package login

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// draft is a Store in which one record is not written down: that of a login that may still come to nothing, or of one that was
// replaced. Everything else, such as the ledgers of the app, is in the Store behind it.
type draft struct {
	base  ringcx.Store
	key   string
	fresh bool   // a login begins with nothing, also when it is tried again
	alone bool   // the Store behind it does not answer, and is done without
	value []byte // the record; nil: there is none
}

// Load implements ringcx.Store.
func (d *draft) Load(ctx context.Context, key string) ([]byte, error) {
	switch {
	case key == d.key:
		return d.value, nil
	case d.alone:
		return nil, nil
	}
	return d.base.Load(ctx, key)
}

// Update implements ringcx.Store.
func (d *draft) Update(ctx context.Context, key string, fn func(old []byte, save func([]byte) error) error) error {
	switch {
	case key == d.key && d.fresh:
		return fn(nil, d.save)
	case key == d.key:
		return fn(d.value, d.save)
	case d.alone:
		return fn(nil, func([]byte) error { return nil })
	}
	return d.base.Update(ctx, key, fn)
}

func (d *draft) save(value []byte) error {
	d.value = value
	return nil
}

// Now is the time of the Store behind it.
func (d *draft) Now(ctx context.Context) (time.Time, error) {
	if s, ok := d.base.(profile.Timed); ok && !d.alone {
		return s.Now(ctx)
	}
	return time.Now(), nil
}

// mayReplaceStored refuses what only a newer program understands: it stays until 'ringcx logout --local' has forgotten it. What is
// damaged is replaced by a login, which is its way out.
func (a *Conversation) mayReplaceStored(acc *profile.Account) error {
	_, damage, err := a.ReadSecrets(acc.Store, acc.Profile)
	if err != nil {
		return err
	}
	if e := (&profile.DamagedCredentials{Profile: acc.Profile, Again: acc.Again(), Cause: damage}); e.Newer() {
		return e
	}
	var newer interface{ Newer() bool }
	if _, err := a.Session(acc).Status(a.Context); errors.As(err, &newer) && newer.Newer() {
		return err
	}
	return nil // whatever else is wrong, the login says
}

// mayStore finds out whether what a login brings can be stored, before anything is sent for it.
func (a *Conversation) mayStore(acc *profile.Account) error {
	for _, key := range []string{acc.Key, profile.SecretsKey(acc.Profile)} {
		if err := a.replaceable(acc, key); err != nil {
			return err
		}
	}
	return a.PlaceForProfile()
}

// replaceable finds out whether what the store has under a key can be replaced.
func (a *Conversation) replaceable(acc *profile.Account, key string) error {
	return acc.Store.Update(a.Context, key, func(old []byte, save func([]byte) error) error {
		if old == nil {
			return nil
		}
		return save(old)
	})
}

// replaced is what the Store had of a profile before a login.
type replaced struct{ record, secrets []byte }

// keep stores a login: credentials, record and profile, or nothing of it.
func (a *Conversation) keep(acc *profile.Account, record []byte, enter func(*profile.Settings) error) (was replaced, err error) {
	ctx := context.WithoutCancel(a.Context) // the vendor's part is done
	for range 3 {
		err = acc.Store.Update(ctx, acc.Key, func(old []byte, save func([]byte) error) error {
			was.record = old
			var err error
			if was.secrets, err = a.swapSecrets(ctx, acc); err != nil {
				return &unkept{"its credentials", err, nil}
			}
			putBack := func() error {
				return acc.Store.Update(ctx, profile.SecretsKey(acc.Profile), func(_ []byte, save func([]byte) error) error { return save(was.secrets) })
			}
			if err := save(record); err != nil {
				return &unkept{"its tokens", err, putBack()}
			}
			if err := a.ChangeSettings(enter); err != nil {
				return &unkept{a.SettingsPath(), err, errors.Join(save(old), putBack())}
			}
			return nil
		})
		if !errors.Is(err, ringcx.ErrTakenOver) {
			break
		}
	}
	return was, err
}

// swapSecrets stores the credentials of a login in place of those that were there.
func (a *Conversation) swapSecrets(ctx context.Context, acc *profile.Account) (was []byte, err error) {
	value, err := profile.EncodeSecrets(acc.Stored)
	if err != nil {
		return nil, err
	}
	err = acc.Store.Update(ctx, profile.SecretsKey(acc.Profile), func(old []byte, save func([]byte) error) error {
		was = old
		return save(value)
	})
	return was, err
}

// unkept is a login that worked, and that could not be stored.
type unkept struct {
	what       string
	cause      error
	unrestored error // why what was there before could not be put back; nil: it was
}

func (e *unkept) Error() string {
	text := fmt.Sprintf("the login worked, but %s could not be stored: %s", e.what, e.cause)
	if e.unrestored != nil {
		text += fmt.Sprintf(" (and what was there before could not be put back: %s)", e.unrestored)
	}
	return text
}

func (e *unkept) Unwrap() error { return e.cause }

// Hint tells what to do about it.
func (e *unkept) Hint() string {
	return wording.First(usage.Hint(e.cause), "mend that") + "; then log in again"
}

// farewell is how long a server may take to end a session that nobody will use.
const farewell = 10 * time.Second

// takeBack ends at the vendor what a login has begun there that came to nothing. Why it failed is remembered, for the doctor,
// where nothing else is.
func (a *Conversation) takeBack(acc *profile.Account, session *ringcx.Session, begun *draft) {
	begun.fresh = false
	failure := failureOf(begun.value)
	lives, err := a.endUnused(session, begun)
	switch {
	case lives == "":
	case err != nil:
		a.Inform("The session that this login has begun could not be ended at the vendor, where it lives %s: %s\n", lives, wording.ErrorLine(err.Error()))
	case acc.Method == profile.ByLegacy:
		a.Inform("The session that this login has begun cannot be ended at the vendor, where it lives %s.\n", lives)
	}
	if failure == nil {
		return
	}
	_ = acc.Store.Update(context.WithoutCancel(a.Context), acc.Key, func(old []byte, save func([]byte) error) error {
		if old != nil {
			return nil
		}
		return save(failure)
	})
}

// failureOf is what a record says of a failure, and what the app was allowed, without any token; nil: nothing.
func failureOf(record []byte) []byte {
	var fields map[string]json.RawMessage
	if json.Unmarshal(record, &fields) != nil || fields["failure"] == nil {
		return nil
	}
	tokens := fields["ringcentral"]
	maps.DeleteFunc(fields, func(name string, _ json.RawMessage) bool {
		return !slices.Contains([]string{"version", "app", "identity", "generation", "failure"}, name)
	})
	var token struct {
		Scope string `json:"scope"`
	}
	if json.Unmarshal(tokens, &token) == nil && token.Scope != "" {
		fields["ringcentral"], _ = json.Marshal(map[string]string{"access_token": "ended", "scope": token.Scope})
	}
	value, err := json.Marshal(fields)
	if err != nil {
		return nil
	}
	return value
}

// endUnused ends at the vendor a session that is not stored any more, or never was, and tells how long it lived there: "" if
// there is none.
func (a *Conversation) endUnused(session *ringcx.Session, d *draft) (lives string, err error) {
	if d.value == nil {
		return "", nil
	}
	ctx := context.WithoutCancel(a.Context)
	if _, err := session.Status(ctx); err != nil {
		d.alone = true
	}
	if lives = a.lives(session); lives == "" {
		return "", nil
	}
	if a.Timeout == 0 || a.Timeout > farewell {
		a.Timeout = farewell
	}
	err = session.Logout(ctx)
	var vendor *ringcx.Error
	if err != nil && !errors.As(err, &vendor) {
		d.alone = true
		err = session.Logout(ctx)
	}
	return lives, err
}

// sparedLogins is how many requests of the minute have to be left for a login to end its own session from before: all but its
// own. Logins that follow each other would wait for what has been spent on that.
const sparedLogins = 4

// endReplaced ends at the vendor the session that a login has replaced, as a logout would, and says whose that was if it was
// another user's. A user's own goes on where others may need the minute's requests. One of another app or at other servers is left alone, as the login has said.
func (a *Conversation) endReplaced(acc *profile.Account, t *target, was replaced, user string) {
	old := &profile.Secrets{}
	if was.secrets != nil && json.Unmarshal(was.secrets, old) != nil {
		return
	}
	before := wording.First(old.User, t.saved.User)
	if t.others || t.saved == (profile.Profile{}) || t.at != t.old || before == "" {
		return
	}
	d := &draft{base: acc.Store, key: acc.Key, value: was.record}
	prev := &profile.Account{Profile: acc.Profile, Settings: acc.Settings, Store: d, Key: acc.Key, Stored: old, JWT: old.JWT, Method: t.saved.Method.Or(profile.ByJWT)}
	lives, err := "", a.Configure(prev, t.old, old.ClientSecret)
	if err == nil {
		a.Authenticate(prev, t.saved)
		session := a.Session(prev)
		if st, err := session.Status(context.WithoutCancel(a.Context)); err == nil && before == user && st.LoginsLeft < sparedLogins {
			a.Inform("The session from before goes on at the vendor, %s: to end it would take one of the minute's few requests.\n", wording.First(a.lives(session), "until it ends"))
			return
		}
		lives, err = a.endUnused(session, d)
	}
	whose := "The session from before"
	if before != user {
		whose = "The session of that login"
		a.Inform("Profile %s was the login of user %s, which this one has replaced.\n", acc.Profile, before)
	}
	switch {
	case lives == "":
	case err != nil:
		a.Inform("%s could not be ended at the vendor, where it lives %s: %s\n", whose, lives, wording.ErrorLine(err.Error()))
	case prev.Method == profile.ByLegacy:
		a.Inform("%s cannot be ended at the vendor, where it lives %s.\n", whose, lives)
	default:
		a.Inform("%s was ended at the vendor.\n", whose)
	}
}
