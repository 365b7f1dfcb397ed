// Package login is the conversation of a login: what it asks for, tells and stores, how it ends, and how a logout ends it.
package login

import (
	"context"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Conversation is how a command logs in and out: what it asks for, tells, stores and ends.
type Conversation struct {
	*env.Env
	*tell.Teller
	*terminal.Terminal
	*profile.Accounts

	HintOf      func(error) string // what to do about an error
	GoneSandbox func(error) string // what to do where the sandbox of an account does not run; "": that is not why the error came
}

// Failed is a login that did not work. It is an error (1), not a call for a login (4).
type Failed struct {
	cause error
	hint  string // "": that of the cause
}

// Error is what went wrong, without the call for a login.
func (e *Failed) Error() string {
	return strings.TrimPrefix(e.cause.Error(), ringcx.ErrLoginRequired.Error()+": ")
}

// Unwrap is why it did not work.
func (e *Failed) Unwrap() error { return e.cause }

// Hint tells what to do about it.
func (e *Failed) Hint() string { return wording.First(e.hint, usage.Hint(e.cause)) }

// Run finds out how to log in, with what, and to which profile, and does so. What is stored for the profile stays
// until the login has worked.
func (a *Conversation) Run(f *Options) error {
	m, err := f.chosen()
	if err != nil {
		return err
	}
	if f.TimeoutGiven && f.Timeout <= 0 {
		return usage.New("--timeout must be positive", "give a duration such as 90s or 5m")
	}
	if f.TimeoutGiven {
		a.Timeout = f.Timeout // no request may take longer than all
	}
	acc, err := a.open(f)
	if err != nil {
		return err
	}
	t, err := a.settle(acc, m, f)
	if err != nil {
		return err
	}
	if err := a.Configure(acc, t.at, ""); err != nil {
		return err
	}
	if err := a.PlaceForProfile(); err != nil {
		return err
	}
	if err := a.mayReplaceStored(acc); err != nil {
		return err
	}
	if err := a.mayReplace(t, f.Replace); err != nil {
		return err
	}
	switch acc.Method {
	case profile.ByBrowser:
		return a.loginByBrowser(acc, t, f)
	case profile.ByDirect, profile.ByLegacy:
		return a.loginByPassword(acc, t, f)
	}
	return a.loginByJWT(acc, t, f)
}

// open reads what the login is made with and beside.
func (a *Conversation) open(f *Options) (*profile.Account, error) {
	if err := a.ImportFile(f.ImportFile); err != nil {
		return nil, err
	}
	if err := a.NotByBroker("commands use the broker's login, and not the one that would be made", "unset RINGCX_BROKER, or name the login: ringcx login --profile NAME"); err != nil {
		return nil, err
	}
	return a.Open()
}

// logIn logs in, and stores what later renewals need and how it was done: all of it, or nothing. Then the session that has
// begun at the vendor is ended again.
func (a *Conversation) logIn(acc *profile.Account, p profile.Profile, t *target) error {
	defer terminal.HoldPipe()()
	a.Account = acc
	if err := profile.CheckCredential(acc); err != nil {
		return &Failed{cause: err}
	}
	if err := a.mayStore(acc); err != nil {
		return err
	}
	a.tellServers(t)
	begun := &draft{base: acc.Store, key: acc.Key, fresh: true}
	own := *acc
	own.Store = begun
	session := a.Session(&own)
	err := session.Login(a.Context)
	if err != nil {
		err = &Failed{cause: err}
	}
	var st *ringcx.Status
	if err == nil {
		st, err = session.Status(context.WithoutCancel(a.Context))
	}
	var was replaced
	if err == nil {
		t.complete(acc, &p, st)
		was, err = a.keep(acc, begun.value, func(s *profile.Settings) error {
			t.save(s, p)
			acc.Settings = s
			return nil
		})
	}
	if err != nil {
		a.takeBack(acc, session, begun)
		return err
	}
	a.tellLogin(acc, st)
	a.endReplaced(acc, t, was, p.User)
	return a.tellOfOthers(acc, t)
}

// complete enters whose login it is and where it was made, in its profile and beside its secrets.
func (t *target) complete(acc *profile.Account, p *profile.Profile, st *ringcx.Status) {
	if p.User = st.UserID; acc.Method.Password() {
		p.User = acc.Stored.Username
	}
	acc.Stored.Bind(t.at)
	acc.Stored.User = p.User
	p.ClientID, p.RingCentral, p.RingCX, p.Method = t.at.App, t.at.RingCentral, t.at.RingCX, acc.Method
}

// tellLogin says who is logged in now, and what comes next.
func (a *Conversation) tellLogin(acc *profile.Account, st *ringcx.Status) {
	who := "RingCX user " + acc.Stored.Username
	if !acc.Method.Password() {
		who = "RingCentral user " + wording.First(st.UserID, "?")
	}
	a.Inform("Logged in to RingCX main account %s as %s (profile %s).\nThe token lives %s and is renewed when it is used. Next: ringcx token, ringcx accounts list\n",
		wording.First(st.MainAccountID, "?"), who, acc.Profile, wording.Span(time.Until(st.Expiry)))
}
