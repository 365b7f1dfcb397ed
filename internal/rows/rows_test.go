package rows_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

var shape = rows.Shape{
	Columns: []terminal.Column{{Title: "ID", Field: "id"}, {Title: "NAME", Field: "name"}, {Title: "GROUP", Field: "group.name"}},
	Fields:  []string{"id", "name", "rank", "skills"},
}

var two = []json.RawMessage{
	json.RawMessage(`{"id": 12345678901234567890, "name": "Ada\tL", "rank": -1.50, "skills": ["a", 2], "group": {"name": "North"}}`),
	json.RawMessage(`{"id": 2, "name": null, "rank": -3}`),
}

// screen is where rows are printed: a terminal with so many columns, or a pipe where that is 0.
func screen(columns int) (*terminal.Terminal, *bytes.Buffer, func()) {
	var out bytes.Buffer
	e := &env.Env{
		Stdout: &out, Stderr: io.Discard, Getenv: func(string) string { return "" }, Context: context.Background(),
		OutTerminal: columns > 0, Width: func() int { return columns },
	}
	e, _, end := terminal.Guard(e)
	return terminal.New(e, tell.New(e)), &out, end
}

// printed is what a format makes of rows on a terminal with so many columns, or in a pipe.
func printed(t *testing.T, f *rows.Format, columns int, all ...json.RawMessage) string {
	t.Helper()
	to, out, end := screen(columns)
	if err := f.Check(); err != nil {
		t.Fatal(err)
	}
	w := f.To(t.Context(), to, nil, shape)
	if err := errors.Join(w.Write(all...), w.End()); err != nil {
		t.Fatal(err)
	}
	end()
	return out.String()
}

func TestRowsArePrintedAsAsked(t *testing.T) {
	for _, c := range []struct {
		name    string
		format  rows.Format
		columns int
		want    string
	}{
		{"a table on a terminal", rows.Format{}, 80, "ID                    NAME   GROUP\n12345678901234567890  Ada L  North\n2                            \n"},
		{"blocks on a narrow one", rows.Format{}, 40, "ID: 12345678901234567890\nNAME: Ada L\nGROUP: North\n\nID: 2\n"},
		{"fields in a pipe", rows.Format{}, 0, "12345678901234567890\tAda L\tNorth\n2\t\t\n"},
		{"JSON as it was written", rows.Format{JSON: true}, 0, "[\n  {\n    \"id\": 12345678901234567890,\n    \"name\": \"Ada\\tL\",\n    \"rank\": -1.50,\n    \"skills\": [\n      \"a\",\n      2\n    ],\n    \"group\": {\n      \"name\": \"North\"\n    }\n  },\n  {\n    \"id\": 2,\n    \"name\": null,\n    \"rank\": -3\n  }\n]\n"},
		{"CSV", rows.Format{CSV: true}, 0, "id,name,rank,skills\r\n12345678901234567890,Ada\tL,-1.50,\"[\"\"a\"\",2]\"\r\n2,,-3,\r\n"},
		{"texts of a filter without quotes", rows.Format{JQ: ".[0] | .name, .id, .rank, .skills"}, 0, "Ada\tL\n12345678901234567890\n-1.50\n[\"a\",2]\n"},
		{"lists of a filter indented for people", rows.Format{JQ: ".[0].skills"}, 80, "[\n  \"a\",\n  2\n]\n"},
	} {
		if got := printed(t, &c.format, c.columns, two...); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWhatIsBesideARowIsAColumnAndNoPartOfTheJSON(t *testing.T) {
	with := rows.Shape{Columns: []terminal.Column{{Title: "ID", Field: "id"}, {Title: "IN", Field: "in"}}, Fields: []string{"id", "in"}}
	for want, f := range map[string]rows.Format{"2\t5\n": {}, "id,in\r\n2,5\r\n": {CSV: true}, "false\n": {JQ: `.[0] | has("in")`}} {
		to, out, end := screen(0)
		if err := f.Check(); err != nil {
			t.Fatal(err)
		}
		w := f.To(t.Context(), to, nil, with)
		if err := errors.Join(w.Beside("in", "5").Write(two[1]), w.End()); err != nil {
			t.Fatal(err)
		}
		if end(); out.String() != want {
			t.Errorf("%+v prints %q, want %q", f, out, want)
		}
	}
}

func TestRowsThatAreMarkedHaveAStarForPeople(t *testing.T) {
	with := shape
	with.Marked = func(r json.RawMessage) bool { return rows.Field(r, "id") == "2" }
	for columns, want := range map[int]string{100: "*  2  ", 40: "\n\n*\nID: 2\n", 0: "\n2\t\t\n"} {
		to, out, end := screen(columns)
		var f rows.Format
		w := f.To(t.Context(), to, nil, with)
		if err := errors.Join(w.Write(two...), w.End()); err != nil {
			t.Fatal(err)
		}
		if end(); !strings.Contains(out.String(), want) {
			t.Errorf("in %d columns: %q, want %q in it", columns, out, want)
		}
	}
}

func TestAListWithoutRowsIsOneAllTheSame(t *testing.T) {
	for want, f := range map[string]rows.Format{"": {}, "[]\n": {JSON: true}, "id,name,rank,skills\r\n": {CSV: true}, "0\n": {JQ: "length"}} {
		if got := printed(t, &f, 0); got != want {
			t.Errorf("%+v prints %q, want %q", f, got, want)
		}
	}
}

func TestOneObjectIsNoList(t *testing.T) {
	for want, f := range map[string]rows.Format{
		"id\t2\nrank\t-3\n": {}, "{\n  \"id\": 2,\n  \"name\": null,\n  \"rank\": -3\n}\n": {JSON: true}, "id,name,rank,skills\r\n2,,-3,\r\n": {CSV: true}, "2\n": {JQ: ".id"},
	} {
		to, out, end := screen(0)
		if err := errors.Join(f.Check(), f.One(t.Context(), to, two[1], shape)); err != nil {
			t.Fatal(err)
		}
		if end(); out.String() != want {
			t.Errorf("%+v prints %q, want %q", f, out, want)
		}
	}
}

func TestNothingOfARowReachesATerminalAsItIs(t *testing.T) {
	evil := json.RawMessage(`{"id": 1, "name": "\u001b]0;x\u0007\u202e", "rank": "\u001b[2J", "group": {"name": "\u009b1m"}}`)
	for _, f := range []rows.Format{{}, {JSON: true}, {CSV: true}, {JQ: ".[]"}, {JQ: ".[].name"}} {
		for _, columns := range []int{30, 100} {
			if got := printed(t, &f, columns, evil); strings.ContainsAny(got, "\x1b\x07\u009b\u202e") {
				t.Errorf("%+v prints %q", f, got)
			}
		}
	}
	if got := printed(t, &rows.Format{JQ: ".[].name"}, 0, evil); !strings.Contains(got, "\x1b") {
		t.Error("the control proves nothing: a pipe gets something else than the data")
	}
}

func TestNoSpreadsheetTakesATextForAFormula(t *testing.T) {
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+1|cmd": "'+1|cmd", "-2+3": "'-2+3", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1", "＝1": "'＝1",
		"-1.5": "-1.5", "+15551230100": "+15551230100", "-3e7": "-3e7", "-": "'-", "--1": "'--1", "a=1": "a=1", "": "", "'=": "'=",
		"\ufeff=1": "'\ufeff=1", "\u202e\u2066@x": "'\u202e\u2066@x", "\u200b\x00+1|cmd": "'\u200b\x00+1|cmd", "\ufeff\t=1": "'\ufeff\t=1", "\ufeff＝1": "'\ufeff＝1", "\ufeff-1.5": "\ufeff-1.5", "\ufeffa": "\ufeffa",
	} {
		if got := rows.Harmless(cell); got != want {
			t.Errorf("%q becomes %q, want %q", cell, got, want)
		}
	}
}

func FuzzCSVIsReadAsWhatItWasWritten(f *testing.F) {
	for _, s := range []string{"", "a,b", `a"b`, " a ", "line\nbreak", "\"", "=x", "\ufeff"} {
		f.Add(s, "x")
	}
	f.Fuzz(func(t *testing.T, name, id string) {
		object, err := json.Marshal(map[string]string{"id": id, "name": name})
		if err != nil {
			t.Skip("not JSON")
		}
		var kept map[string]string // json.Marshal mends what is not UTF-8
		_ = json.Unmarshal(object, &kept)
		got, err := csv.NewReader(strings.NewReader(printed(t, &rows.Format{CSV: true}, 0, object))).ReadAll()
		newline := strings.NewReplacer("\r\n", "\n") // which that reader makes of line ends
		want := []string{newline.Replace(rows.Harmless(kept["id"])), newline.Replace(rows.Harmless(kept["name"])), "", ""}
		if err != nil || len(got) != 2 || !slices.Equal(got[1], want) {
			t.Errorf("%q is read as %q (%v)", want, got, err)
		}
	})
}

func TestTwoFormatsAndFiltersThatAreNoneAreRefused(t *testing.T) {
	for _, f := range []rows.Format{{JSON: true, CSV: true}, {JSON: true, JQ: "."}, {CSV: true, JQ: "."}, {JQ: ".["}, {JQ: "nothing"}} {
		err := f.Check()
		if misuse := (*usage.Error)(nil); !errors.As(err, &misuse) || misuse.Remedy == "" {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func TestRowsThatAreNoObjectsArePassedOnAsJSONOnly(t *testing.T) {
	one := json.RawMessage(`7`)
	if got := printed(t, &rows.Format{JSON: true}, 0, one); got != "[\n  7\n]\n" {
		t.Errorf("JSON: %q", got)
	}
	for _, f := range []rows.Format{{}, {CSV: true}} {
		to, _, _ := screen(0)
		if err := f.To(t.Context(), to, nil, shape).Write(one); err == nil {
			t.Errorf("%+v takes a number for a row", f)
		}
	}
}

func TestNoRowIsKeptThatHasBeenPrinted(t *testing.T) {
	row := json.RawMessage(fmt.Sprintf(`{"id": 1, "name": %q}`, strings.Repeat("x", 1<<10)))
	for _, f := range []rows.Format{{}, {JSON: true}, {CSV: true}} {
		e := &env.Env{Stdout: io.Discard, Getenv: func(string) string { return "" }, Context: t.Context()}
		w := f.To(t.Context(), terminal.New(e, tell.New(e)), nil, shape)
		_ = w.Write(row)
		rate := testing.AllocsPerRun(1000, func() { _ = w.Write(row) })
		if rate > 60 {
			t.Errorf("%+v: %v allocations for a row", f, rate)
		}
	}
}

func TestTheShapeOfASchemaShowsNoSecret(t *testing.T) {
	for _, op := range []string{"getAgent", "getAllAccounts", "getDialGroup"} {
		found, _ := apispec.Find(op)
		shape := rows.ShapeOf(schema(found.Answers[0].Type))
		if len(shape.Columns) == 0 || len(shape.Fields) < len(shape.Columns) {
			t.Errorf("%s: %+v", op, shape)
		}
		for _, field := range []string{"password", "crmPwd", "phoneLoginPin", "securityKey"} {
			if slices.Contains(shape.Fields, field) {
				t.Errorf("%s shows %s", op, field)
			}
		}
	}
	found, _ := apispec.Find("getAgent")
	if c := rows.ShapeOf(schema(found.Answers[0].Type)).Columns[0]; c.Field != "agentId" || c.Title != "AGENT ID" {
		t.Errorf("an agent begins with %+v", c)
	}
}

func schema(t *apispec.Type) *apispec.Schema { return apispec.Default().Schema(t.Base().Name) }
