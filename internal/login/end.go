package login

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// forgetSeen forgets a session, and says so if another program has stored a newer one since this command began: nobody who
// asked for this one to be forgotten has heard of that.
func (a *Conversation) forgetSeen(ctx context.Context, acc *profile.Account, s *ringcx.Session) error {
	key := acc.Key
	if st, err := s.Status(ctx); err == nil {
		key = st.Key
	}
	if key == "" {
		return s.Forget(ctx)
	}
	seen, err := acc.Store.Load(ctx, key)
	if err != nil {
		return err
	}
	newer := false
	err = acc.Store.Update(ctx, key, func(old []byte, save func([]byte) error) error {
		newer = old != nil && !bytes.Equal(old, seen)
		return save(nil)
	})
	if err == nil && newer {
		a.Inform("Another program has stored a newer session meanwhile, which was forgotten, too; at the vendor it lives on.\n")
	}
	return err
}

// notEnded is a session that lives on at the vendor and is kept here.
type notEnded struct {
	text, hint string
	temporary  bool // another try may end it
}

// Error says whose session it is, and how long it lives.
func (e *notEnded) Error() string { return e.text }

// Hint tells both ways on.
func (e *notEnded) Hint() string { return e.hint }

// Busy tells whether another try may end it.
func (e *notEnded) Busy() bool { return e.temporary }

// notEnded says why a session was not ended, and how long it lives.
func (a *Conversation) notEnded(acc *profile.Account, session *ringcx.Session, cause error) error {
	var vendor *ringcx.Error
	if !errors.As(cause, &vendor) {
		return cause
	}
	name, lives, command := acc.Name(), wording.First(a.lives(session), "until its tokens end"), profile.LogoutCommand(acc.Profile, false)
	again := "run '" + command + "' again later"
	if vendor.RetryAfter > 0 {
		again = "run '" + command + "' again in " + wording.Span(vendor.RetryAfter+time.Second)
	}
	local := "'" + profile.LogoutCommand(acc.Profile, true) + "' forgets it here and leaves it there"
	if gone := a.GoneSandbox(cause); gone != "" {
		again = gone + ", and " + again
	}
	if !vendor.Temporary() && acc.Bare() {
		return &notEnded{
			fmt.Sprintf("the credentials of %s are gone from the store, and without them the vendor did not end its session, which lives there %s: %s", name, lives, cause),
			fmt.Sprintf("set RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET and the servers as for the login, and run '%s' again; %s", command, local), false,
		}
	}
	if !vendor.Temporary() {
		return &notEnded{
			fmt.Sprintf("the vendor did not end the session of %s, which lives there %s: %s", name, lives, cause),
			wording.First(usage.Hint(vendor), again) + "; " + local, false,
		}
	}
	return &notEnded{fmt.Sprintf("the session of %s could not be ended and was kept, it lives at the vendor %s: %s", name, lives, cause), again + "; " + local, true}
}
