package cli_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/cli"
)

func TestNoOperationIsCalledLikeACommandBesideIt(t *testing.T) {
	var names []string
	for _, c := range cli.Pages().Commands() {
		if c.Name() != "api" {
			continue
		}
		for _, below := range c.Commands() {
			names = append(names, strings.ToLower(below.Name()))
		}
	}
	if !slices.Contains(names, "list") {
		t.Fatalf("the commands below api are %q", names)
	}
	for _, op := range apispec.Default().Operations {
		if slices.Contains(names, strings.ToLower(op.ID)) {
			t.Errorf("'ringcx api %s' is two things", op.ID)
		}
	}
}

func TestACallForAnAccountThatIsNotThereIsRefusedHoweverItNamesIt(t *testing.T) {
	p := newPerson(t)
	id := p.subaccount()
	delete(p.env, "RINGCX_ACCOUNT")
	var asked []string
	before(p, func(_ http.ResponseWriter, r *http.Request) bool {
		asked = append(asked, r.URL.Path)
		return false
	})
	path := func(account string) string { return "/voice/api/v1/admin/accounts/" + account + "/agentGroups" }
	for _, c := range []struct {
		want int
		says string
		args []string
	}{
		{2, "there is no sub-account", []string{path("99999")}},
		{2, "there is no sub-account", []string{"POST", path("99999"), "-f", "groupName=a"}},
		{2, "there is no sub-account", []string{"getAgentGroupList", "--account-id", "99999"}},
		{2, "and --account is " + id, []string{path("99999"), "--account", id}},
		{2, "there is no sub-account", []string{"getAgentGroupList", "--account-id", id, "--account", "5"}},
		{2, "and --account is RingCX Demo Support", []string{"getAgentGroupList", "--account-id", id, "--account", "RingCX Demo Support"}},
		{2, "and --account is RingCX Demo Support", []string{path(id), "--account", "RingCX Demo Support"}},
		{0, "", []string{path(id)}},
		{0, "", []string{path(id), "--account", "RingCX Demo Sales"}},
		{0, "", []string{"getAgentGroupList", "--account-id", id, "--account", id}},
	} {
		asked = nil
		_, errs := p.pipes(c.want, append([]string{"api"}, c.args...)...)
		sent := slices.ContainsFunc(asked, func(path string) bool { return strings.HasSuffix(path, "/agentGroups") })
		if !strings.Contains(errs, c.says) || sent != (c.want == 0) {
			t.Errorf("%q: asked was %q, said was %s", c.args, asked, errs)
		}
	}
}

func TestAMethodBesideAPathIsNoOperation(t *testing.T) {
	p := newPerson(t)
	for _, method := range []string{"DELETE", "delete"} {
		if out, _ := p.types(0, "api", method, "/voice/api/v1/admin/users/1", "--dry-run"); !strings.HasPrefix(out, "DELETE http") {
			t.Errorf("%s of a path is\n%s", method, out)
		}
	}
	if _, errs := p.types(2, "api", "delete"); !strings.Contains(errs, "delete needs ") {
		t.Errorf("the operation is not found: %s", errs)
	}
}
