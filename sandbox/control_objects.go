package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// jsonID is an id that may be written as a number or as a string.
type jsonID int64

func (id *jsonID) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(string(bytes.Trim(b, `"`)), 10, 64)
	if err != nil {
		return fmt.Errorf("%s is not an id", b)
	}
	*id = jsonID(n)
	return nil
}

// account finds an account; 0 is the demo account. s.mu is held.
func (s *Server) account(id int64) (*model.Account, error) {
	if id == 0 {
		id = s.world.DemoUser(s.mu.Tx).Account
	}
	if a := s.world.Account(s.mu.Tx, id); a != nil {
		return a, nil
	}
	return nil, fmt.Errorf("%w: account %d", errNoSuchThing, id)
}

// named is a name that was given, or another one if nobody could see it.
func named(name, other string) string {
	if wording.Typed(name) == "" {
		return other
	}
	return name
}

// controlAccount makes an account with one user, who is linked to RingCX if the account has it.
func (s *Server) controlAccount(r *http.Request) (any, error) {
	var in struct {
		Name       string `json:"name"`
		Production bool   `json:"production"`
		RingCX     bool   `json:"ringcx"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	acct, u := s.world.OpenAccount(s.mu.Tx, named(in.Name, "Another Account"), in.Production, in.RingCX)
	return map[string]any{"accountId": acct.ID, "userId": u.ID, "email": u.Email, "password": u.Password}, nil
}

// controlCredential mints a JWT credential. Without a user it is for the demo user, without clientIds for every app of
// the user's account, without expires for ever.
func (s *Server) controlCredential(r *http.Request) (any, error) {
	var in struct {
		User      jsonID    `json:"user"`
		ClientIDs []string  `json:"clientIds"`
		Expires   time.Time `json:"expires"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.world.User(s.mu.Tx, int64(in.User))
	if in.User == 0 {
		u = s.world.DemoUser(s.mu.Tx)
	}
	if u == nil {
		return nil, fmt.Errorf("%w: user %d", errNoSuchThing, in.User)
	}
	c, err := s.world.AddCredential(s.mu.Tx, u.ID, in.ClientIDs, in.Expires)
	if err != nil {
		return nil, err
	}
	return map[string]string{"jwt": c.JWT, "id": c.ID}, nil
}

func (s *Server) controlDeleteCredential(r *http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.Credential(s.mu.Tx, r.PathValue("id"))
	if c == nil {
		return nil, fmt.Errorf("%w: credential %s", errNoSuchThing, r.PathValue("id"))
	}
	s.withdraw(c)
	return map[string]string{"id": c.ID}, nil
}

// withdraw deletes a JWT credential: nobody signs in with it any more. s.mu is held.
func (s *Server) withdraw(cred *model.Credential) {
	cred.Deleted = true
	s.world.PutCredential(s.mu.Tx, cred)
	if !s.rules.Load().CredentialDeletionEndsSessions {
		return
	}
	for sess := range s.platform.AllOpen() {
		if sess.Credential == cred.ID {
			s.platform.End(sess, s.Now())
		}
	}
}
