package resource_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/resource"
	"github.com/ringcx-go/ringcx/internal/usage"
)

func TestTheHintOfRolesThatWouldBeLostCanBeCopied(t *testing.T) {
	for read, want := range map[string]string{
		`["USER"]`:           `-F 'roles=[{"roleType":"USER"}]'`,
		`["USER","NEW_ONE"]`: `-F 'roles=[{"roleType":"USER"},{"roleType":"NEW_ONE"}]'`,
		`["a'b"]`:            `-F 'roles=…'`, // the controls: what a shell may take for something else is not shown
		`["$(x)"]`:           `-F 'roles=…'`,
		`"USER"`:             `-F 'roles=…'`,
	} {
		_, _, err := resource.Named("users").Changed([]byte(`{"userId":1,"roles":`+read+`}`), []byte(`{"firstName":"Ada"}`))
		if misuse := (*usage.Error)(nil); !errors.As(err, &misuse) || !strings.Contains(misuse.Remedy, want) {
			t.Errorf("roles %s that would be lost: %v (%s)", read, err, usage.Hint(err))
		}
	}
}

func TestTheGroupIsAHintWhereItTellsThingsApart(t *testing.T) {
	for agents, group := range map[string]bool{`[{"agentId":1,"username":"bo"}]`: true, `[]`: false} {
		_, r := vendor(t, map[string]string{
			"/agentGroups":          `[{"agentGroupId":1},{"agentGroupId":2}]`,
			"/agentGroups/1/agents": agents,
			"/agentGroups/2/agents": `[{"agentId":2,"username":"bo"},{"agentId":3,"username":"Bo"}]`,
		})
		_, err := r.Find(t.Context(), resource.Named("agents"), "bo", "")
		if misuse := (*usage.Error)(nil); !errors.As(err, &misuse) || strings.Contains(misuse.Remedy, "--group") != group {
			t.Errorf("%s: %v (%s)", agents, err, usage.Hint(err))
		}
	}
}
