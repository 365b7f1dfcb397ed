package model

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/seeded"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// Agent takes and places calls.
type Agent struct {
	ID         int32  `json:"id"`
	User       int64  `json:"user,omitempty"` // of RingCentral; 0: not linked to one
	First      string `json:"first"`
	Last       string `json:"last"`
	Username   string `json:"username"`
	Supervisor bool   `json:"supervisor"`
	Password   string `json:"password,omitempty"` // "": signs in through RingCentral only
	Disabled   bool   `json:"disabled"`
}

// Assignment is where somebody is an agent. What it points to is not to be changed.
type Assignment struct {
	Main  *MainAccount
	Sub   *SubAccount
	Group *AgentGroup
	Agent *Agent
}

// Agent finds an agent by id, of several the last.
func (w *World) Agent(tx *state.Tx, id int32) *Assignment {
	return lastIn(tx, w.agents, id, func(a *Agent) bool { return a.ID == id })
}

// AgentNumbered finds an agent by the id as text.
func (w *World) AgentNumbered(tx *state.Tx, id string) *Assignment {
	n, err := strconv.ParseInt(id, 10, 32)
	if err != nil {
		return nil
	}
	return w.Agent(tx, int32(n))
}

// AgentOf is where a user of RingCentral is an agent first.
func (w *World) AgentOf(tx *state.Tx, user int64) *Assignment {
	_, m, _ := w.linked.First(tx, user)
	for a := range m.agents() {
		if a.Agent.User == user && user != 0 {
			return &a
		}
	}
	return nil
}

// AgentNamed finds an agent by a username that is the same, best by the very one. Of agents with one username, who are in
// several groups, it is the last.
func (w *World) AgentNamed(tx *state.Tx, username string, same func(a, b string) bool) *Assignment {
	last := lastIn(tx, w.usernames, username, func(a *Agent) bool { return a.Username == username })
	if last != nil {
		return last
	}
	for _, m := range w.Mains.All(tx) {
		for a := range m.agents() {
			if same(a.Agent.Username, username) {
				return &a
			}
		}
	}
	return nil
}

// lastIn is the last of the agents that an index leads to.
func lastIn[I comparable](tx *state.Tx, index *state.Index[I, string, MainAccount], key I, is func(*Agent) bool) (last *Assignment) {
	_, m, _ := index.Last(tx, key)
	for a := range m.agents() {
		if is(a.Agent) {
			found := a // only what is found is worth memory of its own
			last = &found
		}
	}
	return last
}

// ChangeAgent changes an agent that there is.
func (w *World) ChangeAgent(tx *state.Tx, id int32, change func(*Agent)) {
	m := w.Agent(tx, id).Main.copied()
	var last *Agent
	for a := range m.agents() {
		if a.Agent.ID == id {
			last = a.Agent
		}
	}
	change(last)
	w.Mains.Put(tx, m.ID, m)
}

func linkedAgents(users []User, sub string, first int32) []Agent {
	var out []Agent
	for _, u := range users {
		if u.Linked {
			out = append(out, linkedAgent(&u, sub, first, len(out)+1))
		}
	}
	return out
}

// linkedAgent is the n-th agent of a group, who is a user of RingCentral. The first one supervises.
func linkedAgent(u *User, sub string, group int32, n int) Agent {
	mailbox, domain, _ := strings.Cut(u.Email, "@")
	return Agent{
		ID:   group*10 + int32(n), //nolint:gosec // an account has at most 10,000 users
		User: u.ID, First: u.First, Last: u.Last, Supervisor: n == 1,
		Username: fmt.Sprintf("%s+%s_%d@%s", mailbox, sub, n, domain), // observed shape
	}
}

// AddAgent makes u an agent of the first group of its account, which has RingCX.
func (w *World) AddAgent(tx *state.Tx, u *User) *Assignment {
	m := w.MainOf(tx, u.Account).copied()
	sub := &m.SubAccounts[0]
	group := &sub.Groups[0]
	n := len(group.Agents) + 1
	for w.agents.Len(tx, linkedAgent(u, sub.ID, group.ID, n).ID) > 0 {
		n++
	}
	group.Agents = append(group.Agents, linkedAgent(u, sub.ID, group.ID, n))
	w.Mains.Put(tx, m.ID, m)
	return &Assignment{&m, sub, group, &group.Agents[len(group.Agents)-1]}
}

func standaloneAgents(seed uint64, sub string, first int32) []Agent {
	out := make([]Agent, 0, 3)
	for n, name := range []string{"Noor Haddad", "Iris Vogel", "Tomas Silva"} {
		given, family, _ := strings.Cut(name, " ")
		username := fmt.Sprintf("%s.%s+%s_%d@example.com", strings.ToLower(given), strings.ToLower(family), sub, n+1)
		out = append(out, Agent{
			ID: first*10 + int32(n) + 1, First: given, Last: family, Username: username,
			Password: seeded.Text(seed, "password of "+username, 20),
		})
	}
	return out
}
