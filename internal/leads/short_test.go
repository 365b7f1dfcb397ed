package leads_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/leads"
	"github.com/ringcx-go/ringcx/internal/usage"
)

func TestRowsOfABatchOfWhichNoneWasTakenAreNotIn(t *testing.T) {
	for _, none := range []string{`{"leadsAccepted":0}`, `{"leadsInserted":"0","leadsAccepted":"0","message":"no"}`, `{"leadsAccepted":0,"rejectedRows":[{"message":"no","rowData":["A2"]}]}`} {
		v := newVendor(t, func(n int, r request) (int, string) {
			return 200, map[bool]string{true: none, false: accepted(len(r.Leads))}[n == 2]
		})
		dir := t.TempDir()
		path, name := file(t, numbered(9)), filepath.Join(dir, "rejects.csv")
		first := &leads.Import{Path: path, Dir: dir, Batch: 3, Rejects: name}
		if err := run(t, v, first); err != nil || first.Report.Sent != 6 || first.Report.NotSent != 3 || first.Report.Complete() || !strings.Contains(first.Report.RefusedRows[0].Reason, "taken none of 3 rows") {
			t.Fatalf("%s: %v, %+v", none, err, first.Report)
		}
		rows := rejected(t, name)
		if len(rows) > 0 && rows[0][0] == "" { // the vendor names a row that is none of the batch
			rows = rows[1:]
		}
		if len(rows) != 3 || rows[0][4] != "A4" || !strings.Contains(rows[0][1], "taken none of 3 rows") {
			t.Errorf("%s: rejected are %q", none, rows)
		}
		mended := &leads.Import{Path: file(t, numbered(10)), Dir: dir, SkipSent: true}
		if err := run(t, v, mended); err != nil || mended.Report.Sent != 4 || mended.Report.SentBefore != 6 || strings.Join(v.ids()[9:], " ") != "A4 A5 A6 A10" {
			t.Errorf("%s: %v, %+v, %q", none, err, mended.Report, v.ids())
		}
	}
}

func TestBatchesOfDuplicatesAloneDoNotEndAnImport(t *testing.T) {
	v := newVendor(t, func(n int, r request) (int, string) {
		return 200, accepted(map[bool]int{true: 0, false: len(r.Leads)}[n < 7])
	})
	im := &leads.Import{Path: file(t, numbered(8)), Dir: t.TempDir(), Batch: 1}
	if err := run(t, v, im); err != nil || im.Report.Sent != 2 || len(im.Report.RefusedRows) != 6 {
		t.Errorf("%v, %+v", err, im.Report)
	}
}

func TestRowsOfABatchOfWhichSomeWereTakenArePerhapsIn(t *testing.T) {
	for _, c := range []struct {
		answer    string
		rejected  int
		perhaps   int
		settle    []string
		sent      int // of a file that is one row longer
		uncertain bool
	}{
		{`{"leadsAccepted":2}`, 3, 3, nil, 0, true},
		{`{"leadsAccepted":2}`, 3, 3, []string{leads.Sent}, 1, false},
		{`{"leadsAccepted":2}`, 3, 3, []string{leads.Unsent}, 4, false},
		{`{"leadsAccepted":1,"rejectedRows":[{"message":"no","rowData":["A2"]}]}`, 3, 2, []string{leads.Unsent}, 4, false},
		{`{"leadsAccepted":2,"rejectedRows":[{"message":"no","rowData":["A2"]}]}`, 1, 0, nil, 2, false}, // controls: it is known which
		{`{"leadsAccepted":3}`, 0, 0, nil, 1, false},
	} {
		v := newVendor(t, func(n int, r request) (int, string) {
			return 200, map[bool]string{true: c.answer, false: accepted(len(r.Leads))}[n == 1]
		})
		dir := t.TempDir()
		name, path := filepath.Join(dir, "rejects.csv"), file(t, numbered(3))
		for i := range 2 {
			im := &leads.Import{Path: path, Dir: dir, Rejects: name, Resume: i > 0}
			if err := run(t, v, im); err != nil || im.Report.Complete() != (c.rejected == 0) {
				t.Fatalf("%s: %v, %+v", c.answer, err, im.Report)
			}
			var b strings.Builder
			_ = im.Report.Write(&b, 5)
			all := fmt.Sprint(rejected(t, name))
			if len(rejected(t, name)) != c.rejected || strings.Count(all, "perhaps in: ") != c.perhaps || strings.Contains(b.String(), "perhaps in") != (c.perhaps > 0) {
				t.Errorf("%s: rejected are %s, the report is\n%s", c.answer, all, b.String())
			}
		}
		longer := &leads.Import{Path: file(t, numbered(4)), Dir: dir, SkipSent: true, Settle: c.settle}
		err := run(t, v, longer)
		if longer.Report.Sent != c.sent || (err != nil) != c.uncertain || c.uncertain && !strings.Contains(usage.Hint(err), "--settle sent") {
			t.Errorf("%s, %q: %v, %+v", c.answer, c.settle, err, longer.Report)
		}
	}
}
