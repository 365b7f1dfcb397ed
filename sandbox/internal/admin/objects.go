package admin

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// ID is an id that may be written as a number or as a string.
type ID int64

// UnmarshalJSON reads either.
func (id *ID) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(string(bytes.Trim(b, `"`)), 10, 64)
	if err != nil {
		return fmt.Errorf("%s is not an id", b)
	}
	*id = ID(n)
	return nil
}

// Account finds an account; 0 is the demo account. The lock is held.
func (a *Sandbox) Account(id int64) (*model.Account, error) {
	if id == 0 {
		id = a.World.DemoUser(a.Lock.Tx).Account
	}
	if acct := a.World.Account(a.Lock.Tx, id); acct != nil {
		return acct, nil
	}
	return nil, fmt.Errorf("%w: account %d", ErrNoSuchThing, id)
}

// NameOr is a name that was given, or another one if nobody could see it.
func NameOr(name, other string) string {
	if wording.Typed(name) == "" {
		return other
	}
	return name
}

// DeleteCredential deletes a JWT credential: nobody signs in with it any more. The lock is held.
func (a *Sandbox) DeleteCredential(cred *model.Credential) {
	cred.Deleted = true
	a.World.PutCredential(a.Lock.Tx, cred)
	if !a.Rules.Load().CredentialDeletionEndsSessions {
		return
	}
	for sess := range a.Platform.AllOpen() {
		if sess.Credential == cred.ID {
			a.Platform.End(sess, a.Now())
		}
	}
}
