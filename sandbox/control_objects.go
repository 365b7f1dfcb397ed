package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
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

// account finds an account; 0 is the demo account.
func (w *world) account(id int64) (*account, error) {
	if id == 0 {
		return w.apps[w.demo.ClientID].account, nil
	}
	if a := w.accounts[id]; a != nil {
		return a, nil
	}
	return nil, fmt.Errorf("%w: account %d", errNoSuchThing, id)
}

// named is a name that was given, or another one if nobody could see it.
func named(name, other string) string {
	if typed(name) == "" {
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
	acct, u := s.world.openAccount(named(in.Name, "Another Account"), in.Production, in.RingCX)
	return map[string]any{"accountId": acct.id, "userId": u.id, "email": u.email, "password": u.password}, nil
}

// openAccount makes an account with one user, who is linked to RingCX if the account has it.
func (w *world) openAccount(name string, production, ringcx bool) (*account, *user) {
	acct := w.addAccount(name, production)
	u := w.addUser(acct, permission.SuperAdmin, "Robin", "Sand", fmt.Sprintf("robin.sand%d@example.com", len(w.users)), ringcx)
	if ringcx {
		w.addCenter(acct, []string{acct.name + " Main"})
	}
	return acct, u
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
	u := s.world.users[int64(in.User)]
	if in.User == 0 {
		u = s.world.demoUser()
	}
	if u == nil {
		return nil, fmt.Errorf("%w: user %d", errNoSuchThing, in.User)
	}
	c, err := s.world.addCredential(u, in.ClientIDs, in.Expires)
	if err != nil {
		return nil, err
	}
	return map[string]string{"jwt": c.jwt, "id": c.id}, nil
}

func (s *Server) controlDeleteCredential(r *http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.credentials[r.PathValue("id")]
	if c == nil {
		return nil, fmt.Errorf("%w: credential %s", errNoSuchThing, r.PathValue("id"))
	}
	s.withdraw(c)
	return map[string]string{"id": c.id}, nil
}

// withdraw deletes a JWT credential: nobody signs in with it any more. s.mu is held.
func (s *Server) withdraw(cred *credential) {
	cred.deleted = true
	s.changes.touch(cred)
	if !s.rules.Load().CredentialDeletionEndsSessions {
		return
	}
	for _, sess := range slices.Collect(s.platform.allOpen()) {
		if sess.credential == cred {
			s.platform.end(sess, s.Now())
		}
	}
}
