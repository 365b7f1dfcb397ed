package sandbox_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// editedSnapshot is the snapshot of a file, with its records as edit leaves them.
func editedSnapshot(t *testing.T, file string, edit func(records map[string]map[string]any)) string {
	t.Helper()
	saved, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(saved, &all); err != nil {
		t.Fatal(err)
	}
	edited := records(t, saved)
	edit(edited)
	if all["records"], err = json.Marshal(edited); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestAnAuthorizationOfNobodyIsRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for _, c := range []struct {
		what, kind, want string
		edit             func(row map[string]any)
	}{
		{"a session as it is", "session", "", func(map[string]any) {}},
		{"a session of no user", "session", `there is no app \"none\" or no user 5`, func(row map[string]any) { row["user"], row["app"] = 5, "none" }},
		{"a sign-in as it is", "sign-in", "", func(map[string]any) {}},
		{"a sign-in of no user", "sign-in", "there is no user 5 and no agent 0", func(row map[string]any) { row["user"] = 5 }},
		{"a sign-in of no agent", "sign-in", "there is no user 0 and no agent 5", func(row map[string]any) { row["user"], row["agent"] = 0, 5 }},
		{"a sign-in of no session", "sign-in", "", func(row map[string]any) { row["from"] = 5 }},
		{"a sign-in of no app", "sign-in", "", func(row map[string]any) { row["app"] = "none" }},
		{"a code as it is", "authorization-code", "", func(map[string]any) {}},
		{"a code of no user", "authorization-code", "user 5 does not exist", func(row map[string]any) { row["user"] = 5 }},
		{
			"a code of no app", "authorization-code", `there is no app \"none\"`,
			func(row map[string]any) { row["user"], row["request"].(map[string]any)["app"] = 5, "none" },
		},
		{"a flow as it is", "flow", "", func(map[string]any) {}},
		{"a flow of no app", "flow", `there is no app \"none\"`, func(row map[string]any) {
			row["browser"], row["request"].(map[string]any)["app"] = "none", "none"
		}},
		{"a flow of no user", "flow", "", func(row map[string]any) { row["user"] = 5 }},
		{"a flow of no browser", "flow", "", func(row map[string]any) { row["browser"] = "none" }},
		{"a browser of no user", "browser", "", func(row map[string]any) { row["user"] = 5 }},
		{"a browser of no app", "browser", "", func(row map[string]any) { row["allowed"] = []string{"none"} }},
	} {
		before := v.get("/_sandbox/snapshot", "").body
		changed := ""
		saved := editedSnapshot(t, snapshotBefore, func(records map[string]map[string]any) {
			for key, row := range records[c.kind] {
				changed = key
				c.edit(row.(map[string]any))
			}
			if records[c.kind] = map[string]any{changed: records[c.kind][changed]}; changed == "" {
				t.Fatalf("there is no %s", c.kind)
			}
		})
		got := v.controlRaw(http.MethodPost, "snapshot", saved)
		if c.want == "" {
			got.want(http.StatusOK)
			continue
		}
		if len(changed) > 60 {
			changed = changed[:60] + "…"
		}
		want := `{"error":"the snapshot is damaged: ` + c.kind + ` \"` + changed + `\": ` + c.want + `"}`
		if got.want(http.StatusBadRequest); strings.TrimSpace(got.body) != want {
			t.Errorf("%s: %s, and not %s", c.what, got.body, want)
		}
		if v.get("/_sandbox/snapshot", "").body != before {
			t.Errorf("%s: something has changed", c.what)
		}
	}
}
