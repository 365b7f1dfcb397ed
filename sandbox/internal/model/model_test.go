package model_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// key is that of all worlds here: it takes long to make.
var key = sync.OnceValues(func() (*token.Key, error) { return model.NewKey(1) })

// universe is a world with what holds it.
type universe struct {
	*model.World
	db *state.DB
}

// newUniverse makes the demo world of a seed.
func newUniverse(t *testing.T, seed uint64) universe {
	t.Helper()
	k, err := key()
	if err != nil {
		t.Fatal(err)
	}
	u := universe{db: state.New(nil, "")}
	u.World = model.NewWorld(u.db)
	u.SetKey(k)
	u.db.Check(u.Check)
	u.update(t, func(tx *state.Tx) error { return u.Fill(tx, seed) })
	return u
}

func (u universe) update(t *testing.T, fn func(tx *state.Tx) error) {
	t.Helper()
	if err := u.db.Update(fn); err != nil {
		t.Fatal(err)
	}
}

// demo are the rows of the world, in the words of a snapshot.
func (u universe) records(t *testing.T) (all []state.Record) {
	t.Helper()
	for r, err := range u.db.Records() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func TestTheSameSeedMakesTheSameWorld(t *testing.T) {
	one, same, other := newUniverse(t, 1), newUniverse(t, 1), newUniverse(t, 2)
	if !reflect.DeepEqual(one.records(t), same.records(t)) {
		t.Error("two worlds of one seed are not the same")
	}
	if reflect.DeepEqual(one.records(t), other.records(t)) {
		t.Error("another seed makes the same world")
	}
}

func TestACopyThatIsNotPutChangesNothing(t *testing.T) {
	u := newUniverse(t, 1)
	u.update(t, func(tx *state.Tx) error {
		id := u.DemoUser(tx).ID
		copied := u.User(tx, id)
		copied.First = "Changed"
		if got := u.User(tx, id); got.First != "Ada" || got == copied {
			t.Errorf("the row has changed with its copy: %+v", got)
		}
		u.PutUser(tx, copied)
		if got := u.User(tx, id); got.First != "Changed" {
			t.Errorf("a copy that was put changes nothing: %+v", got)
		}
		return nil
	})
}

func TestAnAgentThatWasReadStaysAsItWas(t *testing.T) {
	u := newUniverse(t, 1)
	u.update(t, func(tx *state.Tx) error {
		before := u.AgentOf(tx, u.DemoUser(tx).ID)
		u.ChangeAgent(tx, before.Agent.ID, func(a *model.Agent) { a.Username, a.User = "someone@example.com", 0 })
		if before.Agent.Username == "someone@example.com" || before.Agent.User == 0 {
			t.Error("what was read has changed")
		}
		after := u.Agent(tx, before.Agent.ID)
		if after.Agent.Username != "someone@example.com" || u.AgentOf(tx, u.DemoUser(tx).ID) != nil {
			t.Errorf("the change is not seen: %+v", after.Agent)
		}
		same := func(a, b string) bool { return a == b }
		if u.AgentNamed(tx, "someone@example.com", same) == nil || u.AgentNamed(tx, before.Agent.Username, same) != nil {
			t.Error("the agent is not found by the new name, or by the old one")
		}
		return nil
	})
}

func TestAnAgentIsAddedBesideThoseThatWereRead(t *testing.T) {
	u := newUniverse(t, 1)
	u.update(t, func(tx *state.Tx) error {
		account := u.DemoUser(tx).Account
		before := u.MainOf(tx, account)
		n := len(before.SubAccounts[0].Groups[0].Agents)
		added := u.AddAgent(tx, u.AddUser(tx, account, permission.Standard, "Eve", "Moss", "eve@example.com", true))
		if got := len(before.SubAccounts[0].Groups[0].Agents); got != n {
			t.Errorf("what was read has %d agents, before %d", got, n)
		}
		found := u.AgentNumbered(tx, fmt.Sprint(added.Agent.ID))
		if found == nil || found.Agent.First != "Eve" || len(found.Group.Agents) != n+1 {
			t.Errorf("the agent is %+v", found)
		}
		for _, number := range []string{"", "x", "0" + fmt.Sprint(added.Agent.ID), "99999999999"} {
			if got := u.AgentNumbered(tx, number); got != nil && number != "0"+fmt.Sprint(added.Agent.ID) {
				t.Errorf("%q leads to %+v", number, got.Agent)
			}
		}
		return nil
	})
}

func TestPeopleAreFoundByAddressesWhateverTheirCase(t *testing.T) {
	u := newUniverse(t, 1)
	u.update(t, func(tx *state.Tx) error {
		account := u.DemoUser(tx).Account
		u.AddUser(tx, account, permission.Standard, "Kim", "Str\u00f6m", "kim.strasse@example.com", false)
		for name, want := range map[string]string{
			"ada.reyes@example.com":             "Ada",
			"ADA.Reyes@EXAMPLE.com":             "Ada",
			"\u212aim.straSSe@EXample.C":        "",    // another address
			"\u212aim.stra\u017fse@example.com": "Kim", // the sign of Kelvin and the long s fold to k and s
			"ada.reyes@example.com ":            "",
			"":                                  "",
		} {
			got := u.Addressee(tx, name)
			if (got == nil) != (want == "") || got != nil && got.First != want {
				t.Errorf("%q leads to %+v, want %q", name, got, want)
			}
		}
		for name, want := range map[string]string{
			model.MainNumber:             "Ada",
			model.MainNumber[1:]:         "Ada",
			model.MainNumber + "*102":    "Ben",
			model.MainNumber + "*999":    "",
			"+1650555010":                "",
			"dana.whitfield@example.com": "", // RingCX alone knows her
		} {
			got := u.UserNamed(tx, name)
			if (got == nil) != (want == "") || got != nil && got.First != want {
				t.Errorf("%q signs in as %+v, want %q", name, got, want)
			}
		}
		return nil
	})
}

func TestAnAddressIsGivenToOneOnly(t *testing.T) {
	u := newUniverse(t, 1)
	u.update(t, func(tx *state.Tx) error {
		for email, refused := range map[string]bool{
			"new@example.com": false, "Ada.Reyes@example.com": true, "no address": true, "Ada <a@example.com>": true,
			strings.Repeat("a", 100) + "@example.com": true,
		} {
			if got, err := u.Mailbox(tx, email, "A", "B"); (err != nil) != refused || err == nil && got != email {
				t.Errorf("%q: %q (%v)", email, got, err)
			}
		}
		if got, err := u.Mailbox(tx, "", "Ada", "Reyes"); err != nil || got == "ada.reyes@example.com" || u.Addressee(tx, got) != nil {
			t.Errorf("made %q (%v)", got, err)
		}
		return nil
	})
}

func TestWhoMayPresentACredential(t *testing.T) {
	ours, theirs := &model.User{Account: 1}, &model.User{Account: 2}
	public, private := &model.App{ID: "public", Account: 1}, &model.App{ID: "private", Account: 1, Private: true}
	for _, c := range []struct {
		clients []string
		app     *model.App
		user    *model.User
		want    bool
	}{
		{nil, public, ours, true},
		{nil, public, theirs, false},
		{[]string{"public"}, public, theirs, true},
		{[]string{"public"}, private, ours, false},
		{[]string{"private"}, private, theirs, false},
		{[]string{}, public, ours, false},
	} {
		if got := (&model.Credential{Clients: c.clients}).Permits(c.app, c.user); got != c.want {
			t.Errorf("app %s, user of account %d, clients %q: %v", c.app.ID, c.user.Account, c.clients, got)
		}
	}
}

// restore has u become what records say, of which a test changed some.
func (u universe) restore(records []state.Record) error {
	return u.db.Restore(func(yield func(state.Record) error) error {
		for _, r := range records {
			if err := yield(r); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestAWorldThatLeadsNowhereIsRefusedAndNothingHasChanged(t *testing.T) {
	u := newUniverse(t, 1)
	saved := u.records(t)
	if err := u.restore(saved); err != nil {
		t.Fatalf("as it was saved: %v", err)
	}
	for _, c := range []struct{ kind, from, to string }{
		{"user", `"account":`, `"account":9`},
		{"user", `"role":"Standard"`, `"role":"King"`},
		{"app", `"account":`, `"account":9`},
		{"center", `"account":`, `"account":9`},
		{"world", `"nativeApp":"`, `"nativeApp":"9`},
		{"credential", `"user":`, `"user":9`},
	} {
		var damaged []state.Record
		for _, r := range saved {
			if r.Kind == c.kind {
				r.Value = json.RawMessage(strings.Replace(string(r.Value), c.from, c.to, 1))
			}
			damaged = append(damaged, r)
		}
		if err := u.restore(damaged); err == nil {
			t.Errorf("%s with %s is taken", c.kind, c.to)
		}
	}
	if !reflect.DeepEqual(u.records(t), saved) {
		t.Error("something has changed")
	}
}

func TestAnAgentOfAUserThatIsGoneStaysWithoutOne(t *testing.T) {
	u := newUniverse(t, 1)
	var agent model.Agent
	var user int64
	u.update(t, func(tx *state.Tx) error {
		ben := u.UserNamed(tx, "ben.okafor@example.com")
		user, agent = ben.ID, *u.AgentOf(tx, ben.ID).Agent
		return nil
	})
	var left []state.Record
	for _, r := range u.records(t) {
		if r.Kind != "user" || r.Key != fmt.Sprint(user) {
			left = append(left, r)
		}
	}
	if err := u.restore(left); err != nil {
		t.Fatal(err)
	}
	u.update(t, func(tx *state.Tx) error {
		if got := u.Agent(tx, agent.ID); got == nil || got.Agent.User != 0 || u.AgentOf(tx, user) != nil {
			t.Errorf("the agent is %+v", got)
		}
		return nil
	})
}

func TestAnAccountThatIsOpenedHasItsFirstUserAndRingCXIfItWants(t *testing.T) {
	u := newUniverse(t, 1)
	u.update(t, func(tx *state.Tx) error {
		with, first := u.OpenAccount(tx, "With", true, true)
		without, _ := u.OpenAccount(tx, "Without", true, false)
		if u.MainOf(tx, with.ID) == nil || u.MainOf(tx, without.ID) != nil {
			t.Error("RingCX is not where it was wanted")
		}
		if root := u.Root(tx, with.ID); root == nil || root.ID != first.ID || u.CountUsersOf(tx, with.ID) != 1 {
			t.Errorf("the first user is %+v", root)
		}
		admin := u.AddAdmin(tx, with.ID, "label", "admin@example.com", model.Login{Password: "p", Platform: model.PlatformID})
		if u.User(tx, admin.ID) != nil || u.Member(tx, admin.ID) == nil || len(u.UsersOf(tx, with.ID)) != 1 || len(u.MembersOf(tx, with.ID)) != 2 {
			t.Error("an administrator of RingCX is a user of RingCentral, or none of either")
		}
		if got := u.MemberNumbered(tx, with.ID, fmt.Sprint(admin.AdminID)); got == nil || got.ID != admin.ID {
			t.Errorf("number %d leads to %+v", admin.AdminID, got)
		}
		if got := u.MemberNumbered(tx, with.ID, "0"+fmt.Sprint(admin.AdminID)); got != nil {
			t.Errorf("a number with a zero before it leads to %+v", got)
		}
		return nil
	})
}

func TestACredentialIsFoundByItsAssertion(t *testing.T) {
	u := newUniverse(t, 1)
	u.update(t, func(tx *state.Tx) error {
		ends := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
		c, err := u.AddCredential(tx, u.DemoUser(tx).ID, nil, ends)
		if err != nil {
			return err
		}
		if got := u.Assertion(tx, c.JWT); got == nil || got.ID != c.ID || !got.Expires.Equal(ends) {
			t.Errorf("found %+v", got)
		}
		if u.Assertion(tx, c.JWT+"x") != nil {
			t.Error("another JWT leads to it")
		}
		if !u.Key().Verify(c.JWT) || u.Key().Verify(c.JWT[:len(c.JWT)-4]+"AAAA") {
			t.Error("it is not signed by the key of the world, or anything is")
		}
		return nil
	})
}
