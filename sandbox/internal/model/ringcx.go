package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/seeded"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// MainAccount is the RingCX side of an account: a main account with its sub-accounts.
type MainAccount struct {
	ID          string       `json:"-"`
	Account     int64        `json:"account"` // of RingCentral
	Name        string       `json:"name"`
	SubAccounts []SubAccount `json:"subAccounts"`
}

// SubAccount is an account of RingCX that has agents.
type SubAccount struct {
	ID     string       `json:"id"`
	Name   string       `json:"name"`
	Groups []AgentGroup `json:"groups"`
}

// AgentGroup is a group of agents of a sub-account.
type AgentGroup struct {
	ID      int32   `json:"id"`
	Name    string  `json:"name"`
	Default bool    `json:"default"`
	Agents  []Agent `json:"agents"`
}

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

// Itself is the main account as an account among the others: a container that holds nothing itself.
func (m *MainAccount) Itself() *SubAccount { return &SubAccount{ID: m.ID, Name: m.Name} }

// Sub is the account with this id, nil if it is not one of m's.
func (m *MainAccount) Sub(id string) *SubAccount {
	if id == m.ID {
		return m.Itself()
	}
	i := slices.IndexFunc(m.SubAccounts, func(s SubAccount) bool { return s.ID == id })
	if i < 0 {
		return nil
	}
	return &m.SubAccounts[i]
}

// Group is the one with this id, nil if it is not one of s's.
func (s *SubAccount) Group(id string) *AgentGroup {
	i := slices.IndexFunc(s.Groups, func(g AgentGroup) bool { return fmt.Sprint(g.ID) == id })
	if i < 0 {
		return nil
	}
	return &s.Groups[i]
}

// Agent is the one with this id, nil if it is not one of g's.
func (g *AgentGroup) Agent(id string) *Agent {
	i := slices.IndexFunc(g.Agents, func(a Agent) bool { return fmt.Sprint(a.ID) == id })
	if i < 0 {
		return nil
	}
	return &g.Agents[i]
}

// indexOfAgents is an index of main accounts by something that their agents have.
func indexOfAgents[I comparable](of *state.Table[string, MainAccount], by func(*Agent) (I, bool)) *state.Index[I, string, MainAccount] {
	return state.NewIndexOfEach(of, func(_ string, m MainAccount) (out []I) {
		seen := map[I]struct{}{}
		for a := range m.agents() {
			if key, ok := by(a.Agent); ok {
				if _, twice := seen[key]; !twice {
					seen[key] = struct{}{}
					out = append(out, key)
				}
			}
		}
		return out
	})
}

// agents are those of all groups.
func (m *MainAccount) agents() func(yield func(Assignment) bool) {
	return func(yield func(Assignment) bool) {
		for i := range m.SubAccounts {
			sub := &m.SubAccounts[i]
			for j := range sub.Groups {
				group := &sub.Groups[j]
				for k := range group.Agents {
					if !yield(Assignment{m, sub, group, &group.Agents[k]}) {
						return
					}
				}
			}
		}
	}
}

func (m *MainAccount) anyAgent(is func(*Agent) bool) bool {
	for a := range m.agents() {
		if is(a.Agent) {
			return true
		}
	}
	return false
}

// changed is m with a change of some agents, and what leads to them, in memory of its own.
func (m *MainAccount) changed(is func(*Agent) bool, change func(*Agent)) MainAccount {
	out := m.copied()
	for a := range out.agents() {
		if is(a.Agent) {
			change(a.Agent)
		}
	}
	return out
}

// copied is m in memory of its own.
func (m *MainAccount) copied() MainAccount {
	out := *m
	out.SubAccounts = slices.Clone(m.SubAccounts)
	for i := range out.SubAccounts {
		sub := &out.SubAccounts[i]
		sub.Groups = slices.Clone(sub.Groups)
		for j := range sub.Groups {
			sub.Groups[j].Agents = slices.Clone(sub.Groups[j].Agents)
		}
	}
	return out
}

// MainOf is the RingCX of an account; nil: it has none. In a snapshot somebody may have written two: it is the last.
func (w *World) MainOf(tx *state.Tx, account int64) *MainAccount {
	for _, m := range w.mainOf.Backward(tx, account) {
		return &m
	}
	return nil
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
	for _, m := range index.Backward(tx, key) {
		for a := range m.agents() {
			if is(a.Agent) {
				last = &a
			}
		}
		return last
	}
	return nil
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

// AddMain gives an account its RingCX: one sub-account per name, each with two agent groups. The linked users are agents of
// the first group of the first sub-account; the others have agents without a RingCentral user.
func (w *World) AddMain(tx *state.Tx, account *Account, subAccounts []string) {
	seed := w.Seed(tx)
	base := 20_000 + seeded.Number(seed, w.Label(tx, "center"), 70_000)
	for w.hasMain(tx, base) {
		base++
	}
	m := MainAccount{ID: fmt.Sprint(base * 1000), Name: account.Name, Account: account.ID}
	for i, name := range subAccounts {
		sub := SubAccount{ID: fmt.Sprint(base*1000 + int64(i) + 1), Name: name}
		for g, groupName := range []string{"Default Agent Group", "Evening Team"} {
			first := int32(base*100) + int32(i*20+g*10) //nolint:gosec // at most 9,100,000
			group := AgentGroup{ID: first, Name: groupName, Default: g == 0}
			if i == 0 && g == 0 {
				group.Agents = linkedAgents(w.UsersOf(tx, account.ID), sub.ID, first)
			} else {
				group.Agents = standaloneAgents(seed, sub.ID, first)
			}
			sub.Groups = append(sub.Groups, group)
		}
		m.SubAccounts = append(m.SubAccounts, sub)
	}
	w.Mains.Put(tx, m.ID, m)
}

func (w *World) hasMain(tx *state.Tx, base int64) bool {
	_, there := w.Mains.Get(tx, fmt.Sprint(base*1000))
	return there
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
