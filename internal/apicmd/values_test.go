package apicmd_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// callOf is a call of an operation with a value for each parameter but one.
func callOf(op *apispec.Operation, but string) *apicmd.Call {
	c := call(op.ID)
	for _, p := range op.Params {
		if text, _ := example(p.Type); p.Name != but {
			c.Fields = append(c.Fields, p.Name+"="+text)
		}
	}
	return c
}

func misused(err error) bool {
	var misuse *usage.Error
	return errors.As(err, &misuse)
}

func TestNoParameterIsNullAListOrAnObject(t *testing.T) {
	n := 0
	for _, op := range apispec.Default().Operations {
		for _, p := range op.Params {
			n++
			for _, value := range []string{"null", `{"a":1}`, `[["a"]]`, `[null]`, ` [{}]`} {
				c := callOf(op, p.Name)
				c.TypedFields = []string{p.Name + "=" + value}
				if err := c.Prepare(); !misused(err) || strings.Contains(err.Error(), "needs") {
					t.Errorf("%s takes %s for %s: %v", op.ID, value, p.Name, err)
				}
			}
		}
	}
	if n < 500 {
		t.Errorf("only %d parameters", n)
	}
}

func TestWhereThereIsOnePlaceTwoValuesAreRefused(t *testing.T) {
	for _, op := range apispec.Default().Operations {
		for _, p := range op.Params {
			if p.Type.Kind == apispec.Array {
				continue
			}
			text, _ := example(p.Type)
			c := callOf(op, "")
			c.Fields = append(c.Fields, p.Name+"="+text)
			if err := c.Prepare(); !misused(err) || !strings.Contains(err.Error(), "twice") {
				t.Errorf("%s takes %s twice: %v", op.ID, p.Name, err)
			}
		}
	}
	unchecked := call("POST "+dialGroups, "new=1", "new=2")
	unchecked.Unchecked = true
	for _, c := range []*apicmd.Call{
		call("GET " + campaigns + "?maxRows=1&maxRows=2"), call("GET "+campaigns+"?maxRows=1", "maxRows=2"), call("POST "+dialGroups, `:campaigns=[{"campaignName":"a","campaignName":"b"}]`),
		call("POST /voice/new", `:a={"b":1,"b":2}`), with(call("loginAgent"), "username=a&password=b&username=c"), unchecked,
	} {
		if err := c.Prepare(); !misused(err) || !strings.Contains(err.Error(), "twice") {
			t.Errorf("%q %q %q: %v", c.Args, c.Fields, c.TypedFields, err)
		}
	}
}

func TestAValueIsRefusedThatItsTypeCannotBe(t *testing.T) {
	for scalar, values := range map[string]map[bool][]string{
		"clock":  {true: {"08:30", "23:59", "24:00", "08:30:00", "00:00:00.000", "08:30Z"}, false: {"24:01", "25:00", "08:60", "8:30", "99:99", "08:30 PM", "08-30"}},
		"hours":  {true: {"08301700", "00000000", "00002400"}, false: {"99999999", "08601700", "08302500", "0830170", "00002401"}},
		"double": {true: {"1.5", "-2e3"}, false: {"1e400", "-1e999"}},
	} {
		op, name := fieldOfType(t, scalar)
		for fits, texts := range values {
			for _, text := range texts {
				c := call(op.ID, name+"="+text)
				c.Partial = true
				for _, p := range op.Params {
					value, _ := example(p.Type)
					c.Fields = append(c.Fields, p.Name+"="+value)
				}
				if err := c.Prepare(); (err == nil) != fits {
					t.Errorf("%s %s=%s: %v", op.ID, name, text, err)
				}
			}
		}
	}
	for field, fits := range map[string]bool{"page=-1": false, "page=0": true, "maxRows=0": false, "maxRows=-5": false, "maxRows=1": true} {
		for _, c := range []*apicmd.Call{call("GET "+campaigns, field), call("GET " + campaigns + "?" + field), call("GET "+campaigns, ":"+field)} {
			if err := c.Prepare(); (err == nil) != fits {
				t.Errorf("%s: %v", field, err)
			}
		}
	}
}

// fieldOfType is a field of a body of an operation that has a scalar type, at the top or one object below.
func fieldOfType(t *testing.T, scalar string) (*apispec.Operation, string) {
	t.Helper()
	for _, op := range apispec.Default().Operations {
		if len(op.Bodies) == 0 || op.Bodies[0].Type.Kind != apispec.Object {
			continue
		}
		if name := fieldIn(op.Bodies[0].Type, scalar, 4); name != "" && op.Param(name) == nil {
			return op, name
		}
	}
	t.Fatalf("no body has a field of %s", scalar)
	return nil, ""
}

// fieldIn is the name of a field as the command takes it, "" if there is none so deep.
func fieldIn(of *apispec.Type, scalar string, depth int) string {
	if depth == 0 {
		return ""
	}
	for _, f := range apispec.Default().Schema(of.Name).Fields {
		typ, name := f.Type, f.Name
		if typ.Kind == apispec.Array {
			typ, name = typ.Elem, name+"[]"
		}
		switch {
		case f.ReadOnly:
		case typ.Kind == apispec.Scalar && typ.Name == scalar:
			return name
		case typ.Kind == apispec.Object:
			if below := fieldIn(typ, scalar, depth-1); below != "" {
				return name + "." + below
			}
		}
	}
	return ""
}

func TestAFieldWithoutANameSaysSo(t *testing.T) {
	for _, c := range []*apicmd.Call{call("GET "+campaigns, "="), call("GET "+campaigns, "=5"), call("GET "+campaigns, ":="), call("GET "+campaigns, ":=@x")} {
		if err := c.Prepare(); !misused(err) || !strings.Contains(err.Error(), "has no name") || !strings.Contains(usage.Hint(err), "is a variable not set?") {
			t.Errorf("%q %q: %v", c.Fields, c.TypedFields, err)
		}
	}
}

func TestTheSubaccountOfAFieldIsCheckedLikeAnyOther(t *testing.T) {
	r := newRecorder(t)
	for given, want := range map[string]string{"1": "", "2": "no sub-account", "Sales": "has the ID 1"} {
		c := call("getCampaignList", "dialGroupId=5", "accountId="+given)
		c.AccountChecked = true
		c.Account = func() (string, error) {
			if given == "2" {
				return "", usage.New("there is no sub-account 2", "see the list")
			}
			return "1", nil
		}
		before := len(r.seen)
		_, err := r.run(t, c)
		if want == "" && (err != nil || len(r.seen) == before) || want != "" && (!misused(err) || !strings.Contains(err.Error()+usage.Hint(err), want) || len(r.seen) > before) {
			t.Errorf("%s: %v after %d requests", given, err, len(r.seen)-before)
		}
	}
}

func TestWhatStandsBehindTheJSONOfAFileIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "body")
	for _, body := range []string{`{"dialGroupName":"x"}}`, `{"dialGroupName":"x"}]`, `{"dialGroupName":"x"} {}`} {
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		c := call("POST " + dialGroups)
		c.Input = file
		if err := c.Prepare(); !misused(err) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
