package model

import (
	"fmt"
	"slices"

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
		for a := range m.agents() {
			if key, ok := by(a.Agent); ok {
				out = append(out, key)
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
	_, m, ok := w.mainOf.Last(tx, account)
	return at(m, ok)
}

// HasRingCX reports whether an account has its RingCX.
func (w *World) HasRingCX(tx *state.Tx, account int64) bool { return w.mainOf.Len(tx, account) > 0 }

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
