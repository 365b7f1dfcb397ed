package leads_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/leads"
)

// rejected are the rows of a file of rejects.
func rejected(t *testing.T, path string) [][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return all[1:]
}

func TestRejectsNeverReplaceTheFileThatIsImported(t *testing.T) {
	path := file(t, numbered(3))
	hard, soft := filepath.Join(t.TempDir(), "hard"), filepath.Join(t.TempDir(), "soft")
	if os.Link(path, hard) != nil || os.Symlink(path, soft) != nil {
		t.Skip("there are no links here")
	}
	stdin, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stdin.Close() }()
	relative := filepath.Dir(path) + "/../" + filepath.Base(filepath.Dir(path)) + "/leads.csv"
	for _, im := range []*leads.Import{
		{Path: path, Rejects: path}, {Path: path, Rejects: relative}, {Path: path, Rejects: hard}, {Path: hard, Rejects: path}, {Path: soft, Rejects: path}, {Path: "-", Stdin: stdin, Rejects: path},
	} {
		v := newVendor(t, nil)
		im.Dir = t.TempDir()
		if err := run(t, v, im); err == nil || !strings.Contains(err.Error(), "is the file that is imported") || len(v.requests) != 0 {
			t.Errorf("%s and %s: %v", im.Path, im.Rejects, err)
		}
	}
	if data, _ := os.ReadFile(path); string(data) != numbered(3) {
		t.Errorf("the file is %q", data)
	}
	other := &leads.Import{Path: path, Dir: t.TempDir(), Rejects: filepath.Join(filepath.Dir(path), "other.csv")} // a control
	if err := run(t, newVendor(t, nil), other); err != nil {
		t.Error(err)
	}
	if err := run(t, newVendor(t, nil), &leads.Import{Path: path, Dir: t.TempDir(), Rejects: "-"}); err == nil || !strings.Contains(err.Error(), "standard output") {
		t.Errorf("to standard output: %v", err)
	}
}

func TestARunThatSendsNothingLeavesRejectsAsTheyWere(t *testing.T) {
	v, dir := newVendor(t, nil), t.TempDir()
	path, other := file(t, numbered(15)), file(t, "phone,externId\n4155550100,1\n12,2\n")
	if err := run(t, v, &leads.Import{Path: path, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		im   leads.Import
		kept bool
	}{
		{leads.Import{Path: path}, true},               // it was imported before
		{leads.Import{Path: path, Resume: true}, true}, // there is nothing to do
		{leads.Import{Path: other, Resume: true}, true},
		{leads.Import{Path: path + "x"}, true},
		{leads.Import{Path: other, Columns: leads.Columns{Map: []string{"x=y"}}}, true},
		{leads.Import{Path: file(t, "phone,externId\n")}, true},
		{leads.Import{Path: file(t, numbered(14)), SkipSent: true}, true}, // all of it is in
		{leads.Import{Path: other, AllOrNothing: true}, false},
		{leads.Import{Path: other}, false},
	} {
		places := t.TempDir()
		c.im.Dir, c.im.Rejects = dir, filepath.Join(places, "rejects.csv")
		if err := os.WriteFile(c.im.Rejects, []byte("mended by hand"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := run(t, v, &c.im)
		data, _ := os.ReadFile(c.im.Rejects)
		if kept := string(data) == "mended by hand"; kept != c.kept {
			t.Errorf("%+v: %v, there is %q", c.im.Columns, err, data)
		}
		if left, _ := os.ReadDir(places); len(left) != 1 {
			t.Errorf("there are %v", left)
		}
	}
}

func TestEveryRowThatIsNotInIsAmongTheRejectsWithItsReason(t *testing.T) {
	v := newVendor(t, func(n int, r request) (int, string) {
		return map[int]int{1: 400, 2: 200, 3: 500}[n], accepted(len(r.Leads))
	})
	path, dir, rejects := file(t, numbered(45)+"12,A46\n"), t.TempDir(), filepath.Join(t.TempDir(), "r.csv")
	im := &leads.Import{Path: path, Dir: dir, Rejects: rejects}
	if err := run(t, v, im); err == nil {
		t.Fatal("it did not end early")
	}
	got := map[string]string{}
	for _, row := range rejected(t, rejects) {
		got[row[4]] = row[1]
	}
	for i := range 46 {
		want := ""
		switch i / 10 {
		case 0:
			want = "refused with its batch: "
		case 2:
			want = "uncertain: "
		case 3, 4:
			want = "not sent: "
		}
		if i == 45 {
			want = "phone: "
		}
		if is, there := got[fmt.Sprintf("A%d", i+1)]; there != (want != "") || !strings.HasPrefix(is, want) {
			t.Errorf("A%d: %q, want %q", i+1, is, want)
		}
	}
	v.answer = nil
	if err := run(t, v, &leads.Import{Path: path, Dir: dir, Rejects: rejects, Resume: true}); err != nil {
		t.Fatal(err)
	}
	if rows := rejected(t, rejects); len(rows) != 11 || !strings.HasPrefix(rows[5][1], "uncertain: ") {
		t.Errorf("after it was gone on with: %q", rows)
	}
}

// evil are cells that a spreadsheet would run, or that look as if they had been kept from it.
var evil = []string{"=1+1", "'=1+1", "''=1", "+1 (415) 155-0100", "@x", "-2+3", "\t=1", "＝1", "'", "it's", "plain"}

func TestRejectsAreHarmlessAndCanBeImportedAgain(t *testing.T) {
	text := "externId,leadPhone,=first name,\"a\nb\"\n"
	for i, cell := range evil {
		text += fmt.Sprintf("%d,12,\"%s\",x\n", i, cell)
	}
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	maps := []string{"=first name=firstName", "column 4="}
	im := &leads.Import{Path: file(t, text+"7,\"quoted\"x,y,z\n8,9\n"), Dir: t.TempDir(), Rejects: rejects, Columns: leads.Columns{Map: maps}}
	if err := run(t, newVendor(t, nil), im); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(rejects)
	all, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil || len(all) != len(evil)+3 || !strings.HasPrefix(all[0][5], "'") {
		t.Fatalf("%v, %q", err, all)
	}
	for _, row := range all {
		for _, cell := range row {
			if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t") {
				t.Errorf("a spreadsheet runs %q", cell)
			}
		}
	}
	if last := all[len(all)-2:]; last[0][2] != `7,"quoted"x,y,z` || last[1][2] != "8,9" || last[1][3] != "" {
		t.Errorf("the broken rows are %q", last)
	}
	v := newVendor(t, nil)
	mended := &leads.Import{Path: file(t, strings.ReplaceAll(string(data), ",12,", ",4155550100,")), Dir: t.TempDir(), Batch: 50, Columns: leads.Columns{Map: maps}}
	if err := run(t, v, mended); err != nil || mended.Report.Sent != len(evil) || mended.Report.Invalid != 2 || !strings.Contains(mended.Report.InvalidRows[0].Reason, "still broken") {
		t.Fatalf("%v, %+v", err, mended.Report)
	}
	for i, cell := range evil {
		if got := v.requests[0].Leads[i]["firstName"]; got != strings.TrimSpace(cell) {
			t.Errorf("%q came back as %q", cell, got)
		}
	}
}

func TestAnIDThatIsMadeOfTheLineIsTheSameWhenTheRowWasRejectedOnce(t *testing.T) {
	v, dir, rejects := newVendor(t, nil), t.TempDir(), filepath.Join(t.TempDir(), "rejects.csv")
	columns := leads.Columns{ExternIDs: "f1-"}
	if err := run(t, v, &leads.Import{Path: file(t, "phone\n4155550100\n4155550101\n12\n"), Dir: dir, Rejects: rejects, Columns: columns}); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(rejects)
	if err := run(t, v, &leads.Import{Path: file(t, strings.ReplaceAll(string(data), "12\n", "4155550102\n")), Dir: dir, Columns: columns}); err != nil {
		t.Fatal(err)
	}
	if got := v.ids(); !slices.Equal(got, []string{"f1-2", "f1-3", "f1-4"}) {
		t.Errorf("the IDs are %q", got)
	}
}
