package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
)

// usersMost are the users that an account can have.
const usersMost = 10_000

// userRequest is what POST /_sandbox/users takes.
type userRequest struct {
	Account   jsonID `json:"account"` // 0: the demo account
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	Email     string `json:"email"`  // "": made of the names
	Role      string `json:"role"`   // "": Standard
	RingCX    bool   `json:"ringcx"` // linked to RingCX, as an agent of the first group
}

// fieldError is what is wrong with a field, by its name in userRequest.
type fieldError struct{ field, words string }

func (e *fieldError) Error() string { return e.words }

// enrol makes the user of a request. What cannot be is a *fieldError.
func (w *world) enrol(in *userRequest) (*user, error) {
	acct, err := w.account(int64(in.Account))
	if err != nil {
		return nil, err
	}
	r, err := permission.FindRole(cmp.Or(in.Role, permission.Standard.Name))
	if err != nil {
		return nil, &fieldError{"role", err.Error()}
	}
	first, last := strings.TrimSpace(in.FirstName), strings.TrimSpace(in.LastName)
	switch {
	case first == "" || utf8.RuneCountInString(first) > 50:
		return nil, &fieldError{"firstName", "give a first name of up to 50 letters"}
	case last == "" || utf8.RuneCountInString(last) > 50:
		return nil, &fieldError{"lastName", "give a last name of up to 50 letters"}
	case in.RingCX && acct.center == nil:
		return nil, &fieldError{"ringcx", "the account " + acct.name + " has no RingCX"}
	case len(acct.users) >= usersMost:
		return nil, &fieldError{"account", fmt.Sprintf("an account has at most %d users", usersMost)}
	}
	email, err := w.mailbox(strings.TrimSpace(in.Email), first, last)
	if err != nil {
		return nil, &fieldError{"email", err.Error()}
	}
	u := w.addUser(acct, r, first, last, email, in.RingCX)
	if u.linked {
		w.employ(u)
	}
	return u, nil
}

// mailbox is the address of a new user: the one that is asked for, or one made of the names.
func (w *world) mailbox(email, first, last string) (string, error) {
	if email == "" {
		name := plainWord(first) + "." + plainWord(last)
		for email = name + "@example.com"; w.addressee(email) != nil; {
			w.changes.touch(w)
			w.made++
			email = fmt.Sprintf("%s%d@example.com", name, w.made)
		}
		return email, nil
	}
	if a, err := mail.ParseAddress(email); err != nil || a.Address != email || len(email) > 100 {
		return "", errors.New("give an e-mail address such as sam.field@example.com")
	}
	if w.addressee(email) != nil {
		return "", errors.New("somebody has the e-mail address " + email + " already")
	}
	return email, nil
}

// addressee is the user of either vendor who has an e-mail address, nil if nobody has.
func (w *world) addressee(email string) *user {
	for _, u := range w.users {
		if strings.EqualFold(u.email, email) {
			return u
		}
	}
	return w.adminNamed(email, strings.EqualFold)
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

func userControlView(u *user) map[string]any {
	return map[string]any{
		"userId": u.id, "email": u.email, "enabled": u.enabled, "ringcx": u.linked, "role": u.role.Name,
	}
}

// controlNewUser makes a user of an account. Without a role it is a standard user, without ringcx RingCX does not know it.
func (s *Server) controlNewUser(r *http.Request) (any, error) {
	var in userRequest
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.world.enrol(&in)
	if err != nil {
		return nil, err
	}
	out := userControlView(u)
	out["accountId"], out["extension"], out["password"] = u.account.id, u.extension, u.password
	if u.seat != nil {
		out["agentId"] = u.seat.agent.id
	}
	return out, nil
}

// controlUser switches a user on or off, links it to RingCX, gives it another role, or another password, which also ends a
// lock; what is not given stays.
func (s *Server) controlUser(r *http.Request) (any, error) {
	var in struct {
		Enabled  *bool   `json:"enabled"`
		RingCX   *bool   `json:"ringcx"`
		Role     *string `json:"role"`
		Password *string `json:"password"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Password != nil && *in.Password == "" {
		return nil, errors.New("the password is empty")
	}
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.world.users[id]
	if u == nil {
		return nil, fmt.Errorf("%w: user %s", errNoSuchThing, r.PathValue("id"))
	}
	if in.Role != nil {
		as, err := permission.FindRole(*in.Role)
		if err != nil {
			return nil, err
		}
		u.role = as
	}
	if in.Enabled != nil {
		u.enabled = *in.Enabled
	}
	if in.RingCX != nil {
		u.linked = *in.RingCX
	}
	if in.Password != nil {
		u.password, u.wrong, u.locked = *in.Password, 0, time.Time{}
	}
	s.changes.touch(u)
	return userControlView(u), nil
}
