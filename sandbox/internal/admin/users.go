package admin

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
)

// usersMost are the users that an account can have.
const usersMost = 10_000

// UserRequest is what POST /_sandbox/users takes.
type UserRequest struct {
	Account   ID     `json:"account"` // 0: the demo account
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	Email     string `json:"email"`  // "": made of the names
	Role      string `json:"role"`   // "": Standard
	RingCX    bool   `json:"ringcx"` // linked to RingCX, as an agent of the first group
}

// FieldError is what is wrong with a field, by its name in UserRequest.
type FieldError struct{ Field, words string }

// Error says it without naming the field.
func (e *FieldError) Error() string { return e.words }

// CreateUser makes the user of a request. What cannot be is a *FieldError. The lock is held.
func (a *Sandbox) CreateUser(in *UserRequest) (*model.User, error) {
	w, tx := a.World, a.Lock.Tx
	acct, err := a.Account(int64(in.Account))
	if err != nil {
		return nil, err
	}
	r, err := permission.FindRole(cmp.Or(in.Role, permission.Standard.Name))
	if err != nil {
		return nil, &FieldError{"role", err.Error()}
	}
	first, last := strings.TrimSpace(in.FirstName), strings.TrimSpace(in.LastName)
	switch {
	case first == "" || utf8.RuneCountInString(first) > 50:
		return nil, &FieldError{"firstName", "give a first name of up to 50 letters"}
	case last == "" || utf8.RuneCountInString(last) > 50:
		return nil, &FieldError{"lastName", "give a last name of up to 50 letters"}
	case in.RingCX && w.MainOf(tx, acct.ID) == nil:
		return nil, &FieldError{"ringcx", "the account " + acct.Name + " has no RingCX"}
	case w.CountUsersOf(tx, acct.ID) >= usersMost:
		return nil, &FieldError{"account", fmt.Sprintf("an account has at most %d users", usersMost)}
	}
	email, err := w.Mailbox(tx, strings.TrimSpace(in.Email), first, last)
	if err != nil {
		return nil, &FieldError{"email", err.Error()}
	}
	u := w.AddUser(tx, acct.ID, r, first, last, email, in.RingCX)
	if u.Linked {
		w.AddAgent(tx, u)
	}
	return u, nil
}

// UserChange is what POST /_sandbox/users/{id} takes. What is nil stays.
type UserChange struct {
	Enabled  *bool   `json:"enabled"`
	RingCX   *bool   `json:"ringcx"` // linked to RingCX
	Role     *string `json:"role"`
	Password *string `json:"password"` // another one also ends a lock
}

// Check tells what is wrong with a change, whoever it is for.
func (in *UserChange) Check() error {
	if in.Password != nil && *in.Password == "" {
		return errors.New("the password is empty")
	}
	return nil
}

// ChangeUser makes a change that was checked, or nothing of it. The lock is held.
func (a *Sandbox) ChangeUser(u *model.User, in *UserChange) error {
	if in.Role != nil {
		as, err := permission.FindRole(*in.Role)
		if err != nil {
			return err
		}
		u.RoleName = as.Name
	}
	if in.Enabled != nil {
		u.Enabled = *in.Enabled
	}
	if in.RingCX != nil {
		u.Linked = *in.RingCX
	}
	if in.Password != nil {
		u.Password, u.Wrong, u.Locked = *in.Password, 0, time.Time{}
	}
	a.World.PutUser(a.Lock.Tx, u)
	return nil
}
