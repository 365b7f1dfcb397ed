package sandbox_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// probe shows that a setting does something: what look sees differs between the default and the value to.
type probe struct {
	to   any
	look func(*vendor) any
}

// probes are those of all settings by their names.
func probes() map[string]probe {
	all := map[string]probe{}
	for _, part := range []map[string]probe{
		platformProbes, browserProbes, ringcxProbes, directProbes, xauthProbes, limitProbes,
	} {
		maps.Copy(all, part)
	}
	return all
}

// seen is what a probe sees with settings, on a server of its own.
func (p probe) seen(t *testing.T, settings map[string]any) string {
	t.Helper()
	v := newVendor(t, sandbox.Options{})
	body, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	v.control("switches", string(body))
	return fmt.Sprint(p.look(v))
}

// quietly are the settings under which a probe looks: limits are out of its way unless it is about limits.
func quietly(name string, more map[string]any) map[string]any {
	out := map[string]any{}
	if _, about := limitProbes[name]; !about {
		out = map[string]any{"authLimit": 0, "lightLimit": 0, "exchangeLimit": 0, "apiLimit": 0}
	}
	maps.Copy(out, more)
	return out
}

func TestEverySettingChangesWhatAClientSees(t *testing.T) {
	all := probes()
	for _, name := range slices.Sorted(maps.Keys(newVendor(t, sandbox.Options{}).settings())) {
		p, ok := all[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !ok {
				t.Fatal("it has no probe: nothing shows that it does anything")
			}
			before := p.seen(t, quietly(name, nil))
			if again := p.seen(t, quietly(name, nil)); again != before {
				t.Fatalf("the probe sees %q and then %q, with the same settings", before, again)
			}
			if after := p.seen(t, quietly(name, map[string]any{name: p.to})); after == before {
				t.Errorf("with %v it is the same: %s", p.to, after)
			}
		})
		delete(all, name)
	}
	if len(all) > 0 {
		t.Errorf("probes of no setting: %v", slices.Sorted(maps.Keys(all)))
	}
}

// brief is what a probe says of an answer.
func brief(r reply) string { return fmt.Sprint(r.status, " ", strings.TrimSpace(r.body)) }

// code is the status of an answer with the vendor's code.
func code(r reply) string {
	for _, field := range []string{`"errorCode":"`, "<code>"} {
		if i := strings.LastIndex(r.body, field); i >= 0 {
			after := r.body[i+len(field):]
			return fmt.Sprint(r.status, " ", after[:strings.IndexAny(after, `"<`)])
		}
	}
	return fmt.Sprint(r.status)
}
