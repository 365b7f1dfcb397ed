package cli_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cli"
	"github.com/ringcx-go/ringcx/internal/resource"
)

// jsonLines are the command lines with --json, of every command that has it.
func jsonLines() (all [][]string) {
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		if flag := cmd.Flags().Lookup("json"); flag != nil && flag.Value.Type() == "bool" {
			line := append(strings.Fields(cmd.CommandPath())[1:], "--json")
			if cmd.Name() == "describe" {
				line = append(line, "createCampaign")
			}
			all = append(all, line)
		}
		for _, c := range cmd.Commands() {
			look(c)
		}
	}
	look(cli.Pages())
	all = slices.DeleteFunc(all, func(args []string) bool { return args[0] == "api" }) // which has to be told what to call
	return all
}

// nulls are the names of fields that are null, however deep.
func nulls(name string, v any) (all []string) {
	switch v := v.(type) {
	case nil:
		return []string{name}
	case map[string]any:
		for field, one := range v {
			all = append(all, nulls(name+"."+field, one)...)
		}
	case []any:
		for _, one := range v {
			all = append(all, nulls(name+"[]", one)...)
		}
	}
	return all
}

func TestAListInJSONIsEmptyAndNeverNull(t *testing.T) {
	if got := nulls("x", map[string]any{"a": nil, "b": []any{map[string]any{"c": nil}}}); len(got) != 2 {
		t.Fatalf("nulls are not found: %q", got)
	}
	lines := jsonLines()
	if len(lines) < 9 {
		t.Fatalf("commands are not found: %q", lines)
	}
	p := newPerson(t)
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		empty := slices.Contains([]string{"/voice/api/v1/admin/accounts", "/voice/api/v1/admin/users", "/voice/api/v1/admin/token", "/voice/none"}, r.URL.Path)
		if empty {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, "[]")
		}
		return empty
	})
	things := func(args []string) bool { // what is listed of them has tests of its own
		return resource.Named(args[0]) != nil || slices.Contains([]string{"leads", "recordings", "reports"}, args[0])
	}
	for _, args := range append(slices.DeleteFunc(lines, things), []string{"api", "/voice/none", "--paginate"}) {
		var out bytes.Buffer
		code, errs := p.runs(&out, false, args...)
		var v any
		if err := json.Unmarshal(out.Bytes(), &v); err != nil && code == 0 {
			t.Errorf("%q prints %q: %v", args, out.String(), err)
		}
		if code != 0 && args[0] != "doctor" {
			t.Errorf("%q: exit code %d, %s", args, code, errs)
		}
		if found := nulls("", v); len(found) > 0 && args[0] != "whoami" || // which is the vendor's
			strings.TrimSpace(out.String()) == "null" {
			t.Errorf("%q: null are %q", args, found)
		}
	}
	p.env["XDG_CONFIG_HOME"], p.env["XDG_STATE_HOME"] = t.TempDir(), t.TempDir()
	var out bytes.Buffer
	if code, _ := p.runs(&out, false, "profile", "list", "--json"); code != 0 || out.String() != "[]\n" {
		t.Errorf("without a profile: exit code %d, %q", code, out.String())
	}
}
