package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

// center is the RingCX side of an account: a main account with its sub-accounts.
type center struct {
	id, name    string
	account     *account
	subAccounts []*subAccount
}

type subAccount struct {
	id, name string
	groups   []*agentGroup
}

type agentGroup struct {
	id        int32
	name      string
	isDefault bool
	agents    []*agent
}

type agent struct {
	id         int32
	user       *user // nil: not linked to a RingCentral user
	first      string
	last       string
	username   string
	supervisor bool
}

// main is the main account as an account among the others: a container that holds nothing itself.
func (c *center) main() *subAccount { return &subAccount{id: c.id, name: c.name} }

// sub is the account with this id, nil if it is not one of the center's.
func (c *center) sub(id string) *subAccount {
	if id == c.id {
		return c.main()
	}
	i := slices.IndexFunc(c.subAccounts, func(s *subAccount) bool { return s.id == id })
	if i < 0 {
		return nil
	}
	return c.subAccounts[i]
}

func (s *subAccount) group(id string) *agentGroup {
	i := slices.IndexFunc(s.groups, func(g *agentGroup) bool { return fmt.Sprint(g.id) == id })
	if i < 0 {
		return nil
	}
	return s.groups[i]
}

func (g *agentGroup) agent(id string) *agent {
	i := slices.IndexFunc(g.agents, func(a *agent) bool { return fmt.Sprint(a.id) == id })
	if i < 0 {
		return nil
	}
	return g.agents[i]
}

// usersOf lists the users of an account in the order of their extensions.
func (w *world) usersOf(a *account) []*user {
	var out []*user
	for _, u := range w.users {
		if u.account == a {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(x, y *user) int { return strings.Compare(x.extension, y.extension) })
	return out
}

// addCenter gives an account its RingCX: one sub-account per name, each with two agent groups. The linked users are
// agents of the first group of the first sub-account; the others have agents without a RingCentral user.
func (w *world) addCenter(a *account, subAccounts []string) {
	base := 20_000 + number(w.seed, w.label("center"), 70_000)
	for w.centers[fmt.Sprint(base*1000)] != nil {
		base++
	}
	c := &center{id: fmt.Sprint(base * 1000), name: a.name, account: a}
	for i, name := range subAccounts {
		sub := &subAccount{id: fmt.Sprint(base*1000 + int64(i) + 1), name: name}
		for g, groupName := range []string{"Default Agent Group", "Evening Team"} {
			first := int32(base%10_000*100) + int32(i*20+g*10)
			group := &agentGroup{id: first, name: groupName, isDefault: g == 0}
			if i == 0 && g == 0 {
				group.agents = w.linkedAgents(a, sub, first)
			} else {
				group.agents = standaloneAgents(sub, first)
			}
			sub.groups = append(sub.groups, group)
		}
		c.subAccounts = append(c.subAccounts, sub)
	}
	a.center, w.centers[c.id] = c, c
}

func (w *world) linkedAgents(a *account, sub *subAccount, first int32) []*agent {
	var out []*agent
	for _, u := range w.usersOf(a) {
		if !u.linked {
			continue
		}
		n := len(out) + 1
		mailbox, domain, _ := strings.Cut(u.email, "@")
		out = append(out, &agent{
			id:   first*10 + int32(n), //nolint:gosec // a handful of users
			user: u, first: u.first, last: u.last, supervisor: n == 1,
			username: fmt.Sprintf("%s+%s_%d@%s", mailbox, sub.id, n, domain), // observed shape
		})
	}
	return out
}

func standaloneAgents(sub *subAccount, first int32) []*agent {
	out := make([]*agent, 0, 3)
	for n, name := range []string{"Noor Haddad", "Iris Vogel", "Tomas Silva"} {
		given, family, _ := strings.Cut(name, " ")
		out = append(out, &agent{
			id: first*10 + int32(n) + 1, first: given, last: family,
			username: fmt.Sprintf("%s.%s+%s_%d@example.com", strings.ToLower(given), strings.ToLower(family), sub.id, n+1),
		})
	}
	return out
}

// agentsOf lists where u is an agent.
func (c *center) agentsOf(u *user) (sub *subAccount, g *agentGroup, a *agent) {
	for _, sub := range c.subAccounts {
		for _, g := range sub.groups {
			for _, a := range g.agents {
				if a.user == u {
					return sub, g, a
				}
			}
		}
	}
	return nil, nil, nil
}
