package cli_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestOneOddRowOfTheAccountsCostsThatRowOnly(t *testing.T) {
	for _, odd := range []string{`null`, `7`, `"x"`, `[]`, `{}`, `{"accountId":null}`, `{"accountId":{"id":1}}`, `{"accountId":[7]}`, `{"accountId":true}`, `{"accountId":"7/../8"}`, `{"accountId":".."}`} {
		p := newPerson(t)
		before(p, func(w http.ResponseWriter, r *http.Request) bool {
			switch {
			case strings.HasSuffix(r.URL.Path, "/admin/accounts"):
				_, _ = io.WriteString(w, `[{"accountId":"46517001","accountName":"Sales"},`+odd+`,{"accountId":46517002,"accountName":[1]}]`)
			case strings.Contains(r.URL.Path, "/agentGroups"):
				_, _ = io.WriteString(w, `[]`)
			default:
				return false
			}
			return true
		})
		for _, account := range []string{"sales", "46517002"} {
			if _, errs := p.pipes(0, "agent-groups", "list", "--account", account); !strings.Contains(errs, "of the list of accounts 1 cannot be used") && account == "sales" {
				t.Errorf("%s: said %q", odd, errs)
			}
		}
		if out, errs := p.pipes(0, "accounts", "list"); !strings.Contains(out, "46517001\tSales") || !strings.Contains(out, "46517002\t") || !strings.Contains(errs, "cannot be used") {
			t.Errorf("%s: listed %q, said %q", odd, out, errs)
		}
		p.pipes(2, "agent-groups", "list", "--account", "7/../8") // the control
	}
}

func TestADeletionIsAskedForWithTheAccountThatItIsIn(t *testing.T) {
	p, _ := newCallCenter(t)
	p.env["RINGCX_ACCOUNT"] = "RingCX Demo Sales"
	_, errs := p.talk(1, false, "n\n", true, "agents", "delete", "20")
	if !strings.Contains(errs, "Delete the agent 20 of sub-account 46517001 RingCX Demo Sales? [y/N]") {
		t.Errorf("asked was %q", errs)
	}
}

func TestAListOfAccountsThatIsNoneChecksNoAccount(t *testing.T) {
	for _, answer := range []string{"null", "{}", "", "[]", "<html>"} {
		p, called := newPerson(t), false
		before(p, func(w http.ResponseWriter, r *http.Request) bool {
			if strings.HasSuffix(r.URL.Path, "/admin/accounts") {
				_, _ = io.WriteString(w, answer)
				return true
			}
			called = called || strings.Contains(r.URL.Path, "/agentGroups")
			return false
		})
		code, out, errs := p.gives("", "agent-groups", "list", "--account", "1500")
		if code == 0 || called || out != "" {
			t.Errorf("%q: exit code %d, %s %s", answer, code, out, errs)
		}
	}
}
