package apidoc_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/apidoc"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

func TestEveryOperationIsDescribedInLinesThatFit(t *testing.T) {
	d := apispec.Default()
	for _, op := range d.Operations {
		page := apidoc.Describe(d, op)
		for _, width := range []int{0, 30, 60, 80, 200} {
			var text, code bytes.Buffer
			if err := page.Write(&text, &code, width); err != nil {
				t.Fatal(err)
			}
			limit := width
			if width == 0 {
				limit = 80
			}
			for line := range strings.Lines(text.String()) {
				line = strings.TrimRight(line, "\n")
				if utf8.RuneCountInString(line) > min(limit, 110) && len(strings.Fields(line)) > 2 {
					t.Errorf("%s, %d columns: %q", op.ID, width, line)
				}
				if strings.TrimRight(line, " ") != line {
					t.Errorf("%s, %d columns: a line ends with spaces: %q", op.ID, width, line)
				}
			}
			for _, want := range []string{op.ID, "Permission", "Limit", "Repeated", "Answers", "In Go"} {
				if !strings.Contains(text.String(), want) {
					t.Errorf("%s: there is no %s", op.ID, want)
				}
			}
			if !strings.Contains(code.String(), op.Method+" "+op.Path+"\n") {
				t.Errorf("%s: the path is not there as it is", op.ID)
			}
		}
		if raw, err := json.Marshal(page); err != nil || !json.Valid(raw) {
			t.Errorf("%s: %v", op.ID, err)
		}
	}
}

func TestEveryExampleFitsTheDescription(t *testing.T) {
	d := apispec.Default()
	seen := 0
	for _, op := range d.Operations {
		for i, b := range apidoc.Describe(d, op).Bodies {
			if b.Example == nil {
				continue
			}
			seen++
			raw, err := json.Marshal(b.Example)
			if err != nil {
				t.Fatal(err)
			}
			if why := unfit(d, op.Bodies[i].Type, raw); why != "" {
				t.Errorf("%s: %s in %s", op.ID, why, raw)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d bodies have an example", seen)
	}
}

// unfit says why a value is not of a type, "" if it is.
func unfit(d *apispec.Description, t *apispec.Type, raw json.RawMessage) string {
	if string(raw) == "null" && (t.Nullable || t.Name == "any") {
		return ""
	}
	switch t.Kind {
	case apispec.Array:
		var all []json.RawMessage
		if json.Unmarshal(raw, &all) != nil {
			return string(raw) + " is no list"
		}
		for _, elem := range all {
			if why := unfit(d, t.Elem, elem); why != "" {
				return why
			}
		}
	case apispec.Map, apispec.Object:
		var all map[string]json.RawMessage
		if json.Unmarshal(raw, &all) != nil {
			return string(raw) + " is no object"
		}
		if t.Kind == apispec.Object {
			return unfitObject(d, d.Schema(t.Name), all)
		}
	case apispec.Closed:
		var s string
		if json.Unmarshal(raw, &s) != nil || !slices.Contains(d.Values(t.Name).List, s) {
			return string(raw) + " is no " + t.Name
		}
	default:
		kinds := map[string]any{"string": new(string), "integer": new(int64), "number": new(float64), "boolean": new(bool), "": new(any)}
		if json.Unmarshal(raw, kinds[t.JSONType()]) != nil {
			return string(raw) + " is no " + t.Name
		}
	}
	return ""
}

func unfitObject(d *apispec.Description, s *apispec.Schema, all map[string]json.RawMessage) string {
	for _, f := range s.Fields {
		raw, there := all[f.Name]
		delete(all, f.Name)
		switch {
		case !there && f.Required:
			return s.Name + "." + f.Name + " is missing"
		case !there:
		case f.ReadOnly:
			return s.Name + "." + f.Name + " is only read"
		default:
			if why := unfit(d, f.Type, raw); why != "" {
				return s.Name + "." + f.Name + ": " + why
			}
		}
	}
	for name := range all {
		return s.Name + " has no field " + name
	}
	return ""
}

// TestTheCallsInGoCompile builds them all as one package, beside the sources of the module and on no disk but a temporary one.
func TestTheCallsInGoCompile(t *testing.T) {
	d := apispec.Default()
	code := "package calls\n\nimport (\n\t\"context\"\n\t\"io\"\n\t\"time\"\n\n\t\"github.com/ringcx-go/ringcx/api\"\n)\n\nvar _ = time.Now\nvar client *api.Client\nvar ctx context.Context\nvar reader io.Reader\n\nfunc use(...any) {}\n\n"
	calls := 0
	for i, op := range d.Operations {
		call := apidoc.Describe(d, op).Go
		if call == "" {
			continue
		}
		calls++
		var used []string
		for line := range strings.Lines(call) {
			if names, _, ok := strings.Cut(strings.TrimPrefix(line, "for "), " := "); ok {
				used = append(used, names)
			}
		}
		use := "use(" + strings.Join(used, ", ") + ")"
		if strings.HasPrefix(call, "for ") || strings.Contains(call, "\nfor ") {
			call = strings.Replace(call, "\t…", "use("+used[len(used)-1]+")", 1)
			use = "use(" + strings.Join(used[:len(used)-1], ", ") + ")"
		}
		code += fmt.Sprintf("// %s\nfunc _%d() {\n%s\n%s\n}\n\n", op.ID, i, strings.ReplaceAll(call, "…", ""), use)
	}
	if calls < 300 {
		t.Errorf("only %d operations have a call in Go", calls)
	}
	dir := t.TempDir()
	file, overlay := filepath.Join(dir, "calls.go"), filepath.Join(dir, "overlay.json")
	here, err := filepath.Abs("calls/calls.go")
	if err != nil {
		t.Fatal(err)
	}
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{here: file}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{file: code, overlay: string(list)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-gcflags=-e", "-overlay", overlay, "./calls").CombinedOutput(); err != nil { //nolint:gosec // our own files
		t.Errorf("%v\n%s", err, out)
	}
}

func TestWordsFindOperations(t *testing.T) {
	d := apispec.Default()
	for words, want := range map[string]string{
		"createcampaign": "createCampaign", "CAMPAIGN post clone": "cloneCampaign", "dialGroups/{dialGroupId}/campaigns POST dispositions": "",
		"MANAGE_USERS delete users": "deleteUser", "dncLists get": "listDncEntries", "agents places": "",
	} {
		found := apidoc.Search(d, strings.Fields(words))
		is := func(op *apispec.Operation) bool { return op.ID == want }
		if want == "" && len(found) > 0 || want != "" && !slices.ContainsFunc(found, is) {
			t.Errorf("%s finds %d operations", words, len(found))
		}
	}
	if got := len(apidoc.Search(d, nil)); got != len(d.Operations) {
		t.Errorf("no word finds %d operations", got)
	}
	if got := apidoc.NearWord(d, "campaigm"); !strings.EqualFold(got, "campaign") {
		t.Errorf("near is %q", got)
	}
	if got := apidoc.Near(d, "getAgentGroupLst"); len(got) == 0 || got[0] != "getAgentGroupList" {
		t.Errorf("near are %q", got)
	}
}

func TestAPathFindsItsOperationsWhateverIsAroundIt(t *testing.T) {
	d := apispec.Default()
	for _, path := range []string{
		"/voice/api/v1/admin/users/{userId}", "/voice/api/v1/admin/users/5", "voice/api/v1/admin/users/5?a=b", "https://ringcx.ringcentral.com/voice/api/v1/admin/users/5",
		`C:/Program Files/Git/voice/api/v1/admin/users/5`, `\voice\api\v1\admin\users\5`, "/api/v1/admin/users/5/",
	} {
		if found := apidoc.AtPath(d, "put", path); len(found) != 1 || found[0].ID != "updateUser" {
			t.Errorf("%s finds %v", path, found)
		}
		if found := apidoc.AtPath(d, "", path); len(found) != 3 {
			t.Errorf("%s has %d operations", path, len(found))
		}
	}
	for _, path := range []string{"", "/", "//", "nothing", "/voice/api/v1/made/up"} {
		if found := apidoc.AtPath(d, "", path); found != nil {
			t.Errorf("%q finds %s", path, found[0].ID)
		}
	}
}

func FuzzAnyPathIsLookedUp(f *testing.F) {
	f.Add("GET", "/voice/api/v1/admin/users/5")
	f.Add("", `\\?\%2f/api`)
	f.Fuzz(func(t *testing.T, method, path string) {
		for _, op := range apidoc.AtPath(apispec.Default(), method, path) {
			if method != "" && !strings.EqualFold(op.Method, method) {
				t.Errorf("%s finds %s", method, op.ID)
			}
		}
	})
}

func TestNoExampleHasASecret(t *testing.T) {
	d := apispec.Default()
	for _, op := range d.Operations {
		page := apidoc.Describe(d, op)
		for _, p := range op.Params {
			if p.Required && p.Secret && !strings.Contains(page.Command, p.Name+"=…") && page.Command != "" {
				t.Errorf("%s: %s shows %s", op.ID, page.Command, p.Name)
			}
		}
	}
}

func TestThePageOfTheAPIIsPrintedFromTheDescription(t *testing.T) {
	want := apidoc.Markdown(apispec.Default())
	if got, err := os.ReadFile("../../docs/api.md"); err != nil || !bytes.Equal(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")), want) {
		t.Errorf("docs/api.md is not as it would be printed: run go generate ./internal/apidoc (%v)", err)
	}
}

func TestEveryOperationIsCalledOnACommandLine(t *testing.T) {
	d := apispec.Default()
	uploads := 0
	for _, op := range d.Operations {
		command := apidoc.Describe(d, op).Command
		if len(op.Bodies) > 0 && op.Bodies[0].ContentType == "multipart/form-data" {
			uploads++
		}
		if hasInput := strings.Contains(command, " --input "); !strings.Contains(command, "ringcx api "+op.ID) || hasInput != (len(op.Bodies) > 0) {
			t.Errorf("%s: %q", op.ID, command)
		}
	}
	if uploads < 5 {
		t.Errorf("%d operations take a file", uploads)
	}
}

func TestTypesAndClosedListsAreDescribedByName(t *testing.T) {
	d := apispec.Default()
	for _, v := range d.AllValues() {
		found := apidoc.TypeNamed(d, strings.ToUpper(v.Name))
		if len(found) != 1 || found[0].Name != v.Name || !slices.Equal(found[0].Values, v.List) {
			t.Errorf("%s: %+v", v.Name, found)
		}
		var text bytes.Buffer
		if err := apidoc.WriteTypes(&text, 80, found); err != nil || !strings.Contains(text.String(), "\n  "+v.List[0]+"\n") {
			t.Errorf("%s: %v\n%s", v.Name, err, &text)
		}
	}
	if found := apidoc.TypeNamed(d, "nothing"); found != nil {
		t.Errorf("%+v", found)
	}
}
