package sandbox

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/seeded"
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
	password   string // "": signs in through RingCentral only
	disabled   bool
}

// cxLogin is what an administrator without a RingCentral user signs in to RingCX with; the e-mail is the username.
type cxLogin struct {
	Password string `json:"password"`
	Platform string `json:"platform"`
}

// seat is a place where somebody is an agent.
type seat struct {
	center *center
	sub    *subAccount
	group  *agentGroup
	agent  *agent
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

// everybody lists the users of an account: those of RingCentral, then those that only RingCX knows.
func (a *account) everybody() []*user { return append(slices.Clip(a.users), a.admins...) }

// rootUser is the user above all others of an account.
func (a *account) rootUser() *user { return a.users[0] }

// userNumbered finds a user of an account by the number that RingCX gives it, nil if there is none.
func (a *account) userNumbered(number string) *user {
	all := a.everybody()
	i := slices.IndexFunc(all, func(u *user) bool { return fmt.Sprint(u.adminID) == number })
	if i < 0 {
		return nil
	}
	return all[i]
}

// cxUser finds a user by the id that RingCX tokens name, nil if there is none.
func (w *world) cxUser(id int64) *user { return cmp.Or(w.users[id], w.admins[id]) }

// addAdmin gives a center an administrator without a RingCentral user. The label, not the number of objects made,
// decides about the ids, so that a demo administrator changes no other demo object.
func (w *world) addAdmin(a *account, label, username string, login cxLogin) *user {
	u := &user{account: a, first: "Dana", last: "Whitfield", email: username, enabled: true, linked: true, login: &login}
	taken := func(o *user) bool { return o.adminID == u.adminID || o.id == u.id }
	for round := 0; u.id == 0 || slices.ContainsFunc(a.everybody(), taken) || w.admins[u.id] != nil; round++ {
		n := seeded.Number(w.seed, fmt.Sprintf("%s %d", label, round), 1_000_000)
		u.id, u.adminID = (1_000_000+n)*1000+900, 100_000+int32(n) //nolint:gosec // at most 1,100,000
	}
	w.addKnownAdmin(u)
	w.changes.touch(u)
	return u
}

func (w *world) addKnownAdmin(u *user) {
	w.admins[u.id] = u
	u.account.admins = append(u.account.admins, u)
	slices.SortFunc(u.account.admins, func(x, y *user) int { return strings.Compare(x.email, y.email) })
}

func (w *world) addDemoAdmin(a *account) {
	password := seeded.Text(w.seed, "password of the demo administrator", 20)
	u := w.addAdmin(a, "demo administrator", "dana.whitfield@example.com", cxLogin{password, cxPlatformID})
	w.demo.AdminUsername, w.demo.AdminPassword, w.demo.PlatformID = u.email, password, cxPlatformID
}

// adminNamed finds an administrator without a RingCentral user by a name that is the same, nil if there is none.
func (w *world) adminNamed(username string, same func(a, b string) bool) *user {
	for _, u := range w.admins {
		if same(u.email, username) {
			return u
		}
	}
	return nil
}

// seat puts the agents of a center where they are found.
func (w *world) seat(c *center) {
	for _, sub := range c.subAccounts {
		for _, g := range sub.groups {
			for _, a := range g.agents {
				at := &seat{c, sub, g, a}
				w.agents[a.id], w.usernames[a.username] = at, at
				if a.user != nil && a.user.seat == nil {
					a.user.seat = at
				}
			}
		}
	}
}

// agentNamed finds an agent by a username that is the same, nil if there is none.
func (w *world) agentNamed(username string, same func(a, b string) bool) *seat {
	if at := w.usernames[username]; at != nil {
		return at
	}
	for name, at := range w.usernames {
		if same(name, username) {
			return at
		}
	}
	return nil
}

// agentNumbered finds an agent by the id, as text or as a number; nil if there is none.
func (w *world) agentNumbered(id string) *seat {
	n, err := strconv.ParseInt(id, 10, 32)
	if err != nil {
		return nil
	}
	return w.agents[int32(n)]
}

// addCenter gives an account its RingCX: one sub-account per name, each with two agent groups. The linked users are
// agents of the first group of the first sub-account; the others have agents without a RingCentral user.
func (w *world) addCenter(a *account, subAccounts []string) {
	base := 20_000 + seeded.Number(w.seed, w.label("center"), 70_000)
	for w.centers[fmt.Sprint(base*1000)] != nil {
		base++
	}
	c := &center{id: fmt.Sprint(base * 1000), name: a.name, account: a}
	for i, name := range subAccounts {
		sub := &subAccount{id: fmt.Sprint(base*1000 + int64(i) + 1), name: name}
		for g, groupName := range []string{"Default Agent Group", "Evening Team"} {
			first := int32(base*100) + int32(i*20+g*10) //nolint:gosec // at most 9,100,000
			group := &agentGroup{id: first, name: groupName, isDefault: g == 0}
			if i == 0 && g == 0 {
				group.agents = linkedAgents(a, sub, first)
			} else {
				group.agents = w.standaloneAgents(sub, first)
			}
			sub.groups = append(sub.groups, group)
		}
		c.subAccounts = append(c.subAccounts, sub)
	}
	a.center, w.centers[c.id] = c, c
	w.seat(c)
	w.changes.touch(c)
}

func linkedAgents(a *account, sub *subAccount, first int32) []*agent {
	var out []*agent
	for _, u := range a.users {
		if u.linked {
			out = append(out, linkedAgent(u, sub, first, len(out)+1))
		}
	}
	return out
}

// linkedAgent is the n-th agent of a group, who is a user of RingCentral. The first one supervises.
func linkedAgent(u *user, sub *subAccount, group int32, n int) *agent {
	mailbox, domain, _ := strings.Cut(u.email, "@")
	return &agent{
		id:   group*10 + int32(n), //nolint:gosec // see usersMost
		user: u, first: u.first, last: u.last, supervisor: n == 1,
		username: fmt.Sprintf("%s+%s_%d@%s", mailbox, sub.id, n, domain), // observed shape
	}
}

// employ makes u an agent of the first group of its account.
func (w *world) employ(u *user) {
	c := u.account.center
	sub := c.subAccounts[0]
	g := sub.groups[0]
	n := len(g.agents) + 1
	for w.agents[linkedAgent(u, sub, g.id, n).id] != nil {
		n++
	}
	a := linkedAgent(u, sub, g.id, n)
	g.agents = append(g.agents, a)
	u.seat = &seat{c, sub, g, a}
	w.agents[a.id], w.usernames[a.username] = u.seat, u.seat
	w.changes.touch(c)
}

func (w *world) standaloneAgents(sub *subAccount, first int32) []*agent {
	out := make([]*agent, 0, 3)
	for n, name := range []string{"Noor Haddad", "Iris Vogel", "Tomas Silva"} {
		given, family, _ := strings.Cut(name, " ")
		username := fmt.Sprintf("%s.%s+%s_%d@example.com", strings.ToLower(given), strings.ToLower(family), sub.id, n+1)
		out = append(out, &agent{
			id: first*10 + int32(n) + 1, first: given, last: family, username: username,
			password: seeded.Text(w.seed, "password of "+username, 20),
		})
	}
	return out
}
