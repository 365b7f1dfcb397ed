package model

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
	"github.com/ringcx-go/ringcx/sandbox/internal/seeded"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// Account is a RingCentral account.
type Account struct {
	ID         int64  `json:"-"`
	Name       string `json:"name"`
	Production bool   `json:"production"` // false: made in the developer portal only, which RingCX does not accept
}

// User is a user (an extension) of an account, or an administrator that only RingCX knows.
type User struct {
	ID        int64     `json:"-"`
	Account   int64     `json:"account"`
	First     string    `json:"first"`
	Last      string    `json:"last"`
	Email     string    `json:"email"`
	Extension string    `json:"extension,omitempty"`
	Password  string    `json:"password,omitempty"`
	RoleName  string    `json:"role,omitempty"` // "": only RingCX knows the user
	Enabled   bool      `json:"enabled"`
	Linked    bool      `json:"linked"` // known to RingCX
	AdminID   int32     `json:"adminId"`
	Wrong     int       `json:"wrong,omitempty"` // wrong passwords in a row
	Locked    time.Time `json:"locked,omitzero"` // end of the lock that they brought
	Login     *Login    `json:"login,omitempty"` // nil: signs in to RingCX through RingCentral only
}

// Login is what an administrator without a RingCentral user signs in to RingCX with; the e-mail is the username.
type Login struct {
	Password string `json:"password"`
	Platform string `json:"platform"`
}

// complete mends what a record was read as. In older files everybody has the first role.
func (u *User) complete(id int64) error {
	u.ID = id
	if u.isAdmin() {
		u.RoleName = ""
		return nil
	}
	u.RoleName = cmp.Or(u.RoleName, permission.SuperAdmin.Name)
	_, err := permission.FindRole(u.RoleName)
	return err
}

func (u *User) isAdmin() bool { return u.Login != nil }

// Role says what u may do; nil if only RingCX knows u.
func (u *User) Role() *permission.Role {
	if u.isAdmin() {
		return nil
	}
	role, _ := permission.FindRole(u.RoleName) // a row names no other
	return role
}

// Name is that of a person.
func (u *User) Name() string { return u.First + " " + u.Last }

// Account is the one of an id.
func (w *World) Account(tx *state.Tx, id int64) *Account { return at(w.Accounts.Get(tx, id)) }

// User is the user of RingCentral with an id.
func (w *World) User(tx *state.Tx, id int64) *User {
	if u := w.Member(tx, id); u != nil && !u.isAdmin() {
		return u
	}
	return nil
}

// Member is the user of either vendor with an id, which is what RingCX tokens name.
func (w *World) Member(tx *state.Tx, id int64) *User { return at(w.Users.Get(tx, id)) }

// PutUser keeps a change of u.
func (w *World) PutUser(tx *state.Tx, u *User) { w.Users.Put(tx, u.ID, *u) }

// RingCentralUsers are the users of all accounts, without those that only RingCX knows.
func (w *World) RingCentralUsers(tx *state.Tx) iter.Seq2[int64, User] { return w.people.All(tx, false) }

// Admins are the administrators of all accounts that only RingCX knows.
func (w *World) Admins(tx *state.Tx) iter.Seq2[int64, User] { return w.people.All(tx, true) }

// CountUsers counts the users of RingCentral.
func (w *World) CountUsers(tx *state.Tx) int { return w.people.Len(tx, false) }

// CountAdmins counts the administrators that only RingCX knows.
func (w *World) CountAdmins(tx *state.Tx) int { return w.people.Len(tx, true) }

// CountUsersOf counts the users of RingCentral of an account.
func (w *World) CountUsersOf(tx *state.Tx, account int64) int {
	return w.usersOf.Len(tx, membership{account: account})
}

// UsersOf are the users of RingCentral of an account, in the order of their extensions.
func (w *World) UsersOf(tx *state.Tx, account int64) []User {
	return sorted(w.usersOf.All(tx, membership{account: account}), byExtension)
}

// MembersOf are the users of an account: those of RingCentral, then by username those that only RingCX knows.
func (w *World) MembersOf(tx *state.Tx, account int64) []User {
	admins := sorted(w.usersOf.All(tx, membership{account, true}), func(a, b User) int { return strings.Compare(a.Email, b.Email) })
	return append(w.UsersOf(tx, account), admins...)
}

func byExtension(a, b User) int {
	return cmp.Or(len(a.Extension)-len(b.Extension), cmp.Compare(a.Extension, b.Extension))
}

// Root is the user above all others of an account. Every account has one.
func (w *World) Root(tx *state.Tx, account int64) *User {
	var first *User
	for _, u := range w.usersOf.All(tx, membership{account: account}) {
		if first == nil || byExtension(u, *first) < 0 {
			first = &u
		}
	}
	return first
}

// MemberNumbered finds a user of an account by the number that RingCX gives it.
func (w *World) MemberNumbered(tx *state.Tx, account int64, number string) *User {
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || strconv.FormatInt(n, 10) != number {
		return nil
	}
	var found *User
	for _, u := range w.numbers.All(tx, userNumber{account, int32(n)}) {
		if found == nil || !u.isAdmin() {
			found = &u
		}
	}
	return found
}

// Addressee is the user of either vendor who has an e-mail address, whatever its case.
func (w *World) Addressee(tx *state.Tx, email string) *User {
	_, u, ok := w.mailboxes.First(tx, folded(email))
	return at(u, ok)
}

// UserNamed finds a user of RingCentral by e-mail address, or by the company number with or without "*" and an extension.
func (w *World) UserNamed(tx *state.Tx, name string) *User {
	for _, u := range w.mailboxes.All(tx, folded(name)) {
		if !u.isAdmin() {
			return &u
		}
	}
	number, extension, _ := strings.Cut(strings.TrimPrefix(name, "+"), "*")
	if number != strings.TrimPrefix(MainNumber, "+") {
		return nil
	}
	if extension == "" {
		return w.DemoUser(tx)
	}
	for _, u := range w.people.All(tx, false) {
		if u.Extension == extension {
			return &u
		}
	}
	return nil
}

// AdminNamed finds an administrator that only RingCX knows by a name that is the same.
func (w *World) AdminNamed(tx *state.Tx, username string, same func(a, b string) bool) *User {
	for _, u := range w.people.All(tx, true) {
		if same(u.Email, username) {
			return &u
		}
	}
	return nil
}

// Mailbox is the address of a new user: the one that is asked for, or one made of the names.
func (w *World) Mailbox(tx *state.Tx, email, first, last string) (string, error) {
	if email == "" {
		name := plainWord(first) + "." + plainWord(last)
		for email = name + "@example.com"; w.Addressee(tx, email) != nil; {
			email = fmt.Sprintf("%s%d@example.com", name, w.made(tx))
		}
		return email, nil
	}
	if a, err := mail.ParseAddress(email); err != nil || a.Address != email || len(email) > 100 {
		return "", errors.New("give an e-mail address such as sam.field@example.com")
	}
	if w.Addressee(tx, email) != nil {
		return "", errors.New("somebody has the e-mail address " + email + " already")
	}
	return email, nil
}

// plainWord is what of a name can stand in an e-mail address.
func plainWord(name string) string {
	word := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, strings.ToLower(name))
	return cmp.Or(word, "user")
}

// AddAccount makes an account without users. A world with such a one is not complete.
func (w *World) AddAccount(tx *state.Tx, name string, production bool) *Account {
	a := Account{ID: w.nextID(tx, "account"), Name: name, Production: production}
	w.Accounts.Put(tx, a.ID, a)
	return &a
}

// OpenAccount makes an account with one user, who is linked to RingCX if the account has it.
func (w *World) OpenAccount(tx *state.Tx, name string, production, ringcx bool) (*Account, *User) {
	a := w.AddAccount(tx, name, production)
	email := fmt.Sprintf("robin.sand%d@example.com", w.CountUsers(tx))
	u := w.AddUser(tx, a.ID, permission.SuperAdmin, "Robin", "Sand", email, ringcx)
	if ringcx {
		w.AddMain(tx, a, []string{a.Name + " Main"})
	}
	return a, u
}

// AddUser makes a user of an account.
func (w *World) AddUser(tx *state.Tx, account int64, as *permission.Role, first, last, email string, linked bool) *User {
	u := User{
		ID: w.nextID(tx, "user"), Account: account, First: first, Last: last, Email: email, RoleName: as.Name,
		Extension: fmt.Sprint(101 + w.CountUsers(tx)), Enabled: true, Linked: linked,
	}
	seed := w.Seed(tx)
	u.Password = seeded.Password(seed, "password of "+u.Email)
	for u.AdminID == 0 || w.numbers.Len(tx, userNumber{account, u.AdminID}) > 0 {
		u.AdminID = int32(1000 + seeded.Number(seed, w.Label(tx, "admin"), 90_000)) //nolint:gosec // at most 91,000
	}
	w.PutUser(tx, &u)
	return &u
}

// AddAdmin gives an account an administrator that only RingCX knows. The label, not the number of objects made, decides
// about the ids, so that a demo administrator changes no other demo object.
func (w *World) AddAdmin(tx *state.Tx, account int64, label, username string, login Login) *User {
	u := User{Account: account, First: "Dana", Last: "Whitfield", Email: username, Enabled: true, Linked: true, Login: &login}
	for round := 0; u.ID == 0 || w.numbers.Len(tx, userNumber{account, u.AdminID}) > 0 || w.Member(tx, u.ID) != nil; round++ {
		n := seeded.Number(w.Seed(tx), fmt.Sprintf("%s %d", label, round), 1_000_000)
		u.ID, u.AdminID = (1_000_000+n)*1000+900, 100_000+int32(n) //nolint:gosec // at most 1,100,000
	}
	w.PutUser(tx, &u)
	return &u
}
