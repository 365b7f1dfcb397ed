package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/sandbox/internal/model"
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

// enrol makes the user of a request. What cannot be is a *fieldError. s.mu is held.
func (s *Server) enrol(in *userRequest) (*model.User, error) {
	w, tx := s.world, s.mu.Tx
	acct, err := s.account(int64(in.Account))
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
	case in.RingCX && w.MainOf(tx, acct.ID) == nil:
		return nil, &fieldError{"ringcx", "the account " + acct.Name + " has no RingCX"}
	case w.CountUsersOf(tx, acct.ID) >= usersMost:
		return nil, &fieldError{"account", fmt.Sprintf("an account has at most %d users", usersMost)}
	}
	email, err := w.Mailbox(tx, strings.TrimSpace(in.Email), first, last)
	if err != nil {
		return nil, &fieldError{"email", err.Error()}
	}
	u := w.AddUser(tx, acct.ID, r, first, last, email, in.RingCX)
	if u.Linked {
		w.AddAgent(tx, u)
	}
	return u, nil
}

func userControlView(u *model.User) map[string]any {
	return map[string]any{
		"userId": u.ID, "email": u.Email, "enabled": u.Enabled, "ringcx": u.Linked, "role": u.RoleName,
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
	u, err := s.enrol(&in)
	if err != nil {
		return nil, err
	}
	out := userControlView(u)
	out["accountId"], out["extension"], out["password"] = u.Account, u.Extension, u.Password
	if at := s.world.AgentOf(s.mu.Tx, u.ID); at != nil {
		out["agentId"] = at.Agent.ID
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
	u := s.world.User(s.mu.Tx, id)
	if u == nil {
		return nil, fmt.Errorf("%w: user %s", errNoSuchThing, r.PathValue("id"))
	}
	if in.Role != nil {
		as, err := permission.FindRole(*in.Role)
		if err != nil {
			return nil, err
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
	s.world.PutUser(s.mu.Tx, u)
	return userControlView(u), nil
}
