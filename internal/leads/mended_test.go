package leads_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/leads"
	"github.com/ringcx-go/ringcx/internal/usage"
)

func TestAMendedFileSendsOnlyTheRowsThatAreNotIn(t *testing.T) {
	v := newVendor(t, func(n int, r request) (int, string) {
		return map[bool]int{true: 400, false: 200}[n == 2], accepted(len(r.Leads))
	})
	dir, text := t.TempDir(), numbered(35)
	path := file(t, text)
	first := &leads.Import{Path: path, Dir: dir}
	if err := run(t, v, first); err != nil || first.Report.Sent != 25 || first.Report.NotSent != 10 {
		t.Fatalf("%v, %+v", err, first.Report)
	}
	mended := strings.ReplaceAll(text, ",A1\n", ",A1 \n") // says the same
	mended = "externId,phone\n" + strings.TrimPrefix(swapped(strings.ReplaceAll(mended, "4155550015,A15", "4155559915,A15")), "externId,phone\n")
	for _, columns := range []string{mended, strings.ReplaceAll(text, "4155550015,A15", "4155559915,A15")} {
		im := &leads.Import{Path: file(t, columns), Dir: dir}
		err := run(t, v, im)
		if err == nil || !strings.Contains(err.Error(), "25 of 35 rows were sent into campaign 7 before, with "+path) || !strings.Contains(err.Error(), "lines 2 to 11, lines 22 to 36") || !strings.Contains(usage.Hint(err), "--skip-sent") {
			t.Errorf("%v, %s", err, usage.Hint(err))
		}
	}
	if len(v.requests) != 4 {
		t.Errorf("%d requests", len(v.requests))
	}
	again := file(t, mended)
	im := &leads.Import{Path: again, Dir: dir, SkipSent: true}
	if err := run(t, v, im); err != nil || im.Report.Sent != 10 || im.Report.SentBefore != 25 || !im.Report.Complete() || im.Report.Batches != 1 {
		t.Errorf("%v, %+v", err, im.Report)
	}
	if twice, lost := v.twice(), v.missing(35); len(twice) != 10 || twice[0] != "A11" || lost != nil { // the batch that was refused
		t.Errorf("sent twice: %q, never: %q", twice, lost)
	}
	resumed := &leads.Import{Path: again, Dir: dir, Resume: true}
	if err := run(t, v, resumed); err != nil || resumed.Report.Requests != 0 || !resumed.Report.Complete() {
		t.Errorf("gone on with: %v, %+v", err, resumed.Report)
	}
	whole := &leads.Import{Path: file(t, mended+"\n"), Dir: dir, SkipSent: true}
	if err := run(t, v, whole); err != nil || whole.Report.Requests != 0 || whole.Report.SentBefore != 35 || !whole.Report.Complete() {
		t.Errorf("nothing is left: %v, %+v", err, whole.Report)
	}
	all := &leads.Import{Path: file(t, mended+"\n\n"), Dir: dir, Again: true} // a control
	if err := run(t, v, all); err != nil || all.Report.Sent != 35 {
		t.Errorf("%v, %+v", err, all.Report)
	}
}

// swapped has the columns of a file of two the other way round.
func swapped(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		one, two, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ",")
		b.WriteString(two + "," + one + "\n")
	}
	return b.String()
}

func TestWhatIsUncertainIsSettledByTheUserAlone(t *testing.T) {
	lost := func(n int, r request) (int, string) {
		return map[bool]int{true: 500, false: 200}[n == 1 || n == 3], accepted(len(r.Leads))
	}
	for _, c := range []struct {
		settle          []string
		sent, uncertain int
		again           int // rows that were sent twice
		says            string
	}{
		{nil, 10, 15, 0, ""},
		{[]string{"sent"}, 25, 0, 0, ""},
		{[]string{"unsent"}, 25, 0, 15, ""},
		{[]string{"1=sent", "3=unsent"}, 25, 0, 5, ""},
		{[]string{"3=unsent"}, 15, 10, 5, ""},
		{[]string{"1=sent", "2=sent"}, 0, 0, 0, "names no batch that is uncertain"},
		{[]string{"perhaps"}, 0, 0, 0, "does not say"},
	} {
		v, dir, path := newVendor(t, lost), t.TempDir(), file(t, numbered(25))
		for i := range 2 {
			if err := run(t, v, &leads.Import{Path: path, Dir: dir, Resume: i > 0}); err == nil {
				t.Fatal("it is not uncertain")
			}
		}
		v.answer = nil
		im := &leads.Import{Path: path, Dir: dir, Resume: true, Settle: c.settle}
		err := run(t, v, im)
		if c.says != "" {
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q: %v", c.settle, err)
			}
			continue
		}
		if r := im.Report; err != nil || r.Sent != c.sent || r.Uncertain != c.uncertain || len(v.twice()) != c.again {
			t.Errorf("%q: %v, %+v, twice were %q", c.settle, err, r, v.twice())
		}
	}
}

func TestNothingIsSettledWhereNothingIsUncertain(t *testing.T) {
	v, dir := newVendor(t, nil), t.TempDir()
	if err := run(t, v, &leads.Import{Path: file(t, numbered(5)), Dir: dir}); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{5, 6} { // the file, and one that is longer
		for _, settle := range []string{leads.Sent, leads.Unsent, "9=sent"} {
			im := &leads.Import{Path: file(t, numbered(n)), Dir: dir, Resume: n == 5, SkipSent: n == 6, Settle: []string{settle}}
			if err := run(t, v, im); err == nil || !strings.Contains(err.Error(), "nothing is uncertain") {
				t.Errorf("%d rows, %q: %v", n, settle, err)
			}
		}
	}
	if err := run(t, v, &leads.Import{Path: file(t, numbered(5)), Dir: dir, Resume: true}); err != nil || len(v.requests) != 1 { // a control
		t.Errorf("%v after %d requests", err, len(v.requests))
	}
}

func TestRowsOfAnUncertainBatchAreNotSentWithAnotherFile(t *testing.T) {
	for _, c := range []struct {
		settle []string
		sent   int
	}{{nil, 0}, {[]string{leads.Sent}, 1}, {[]string{leads.Unsent}, 6}} {
		v := newVendor(t, func(n int, r request) (int, string) {
			return map[bool]int{true: 500, false: 200}[n == 1], accepted(len(r.Leads))
		})
		dir := t.TempDir()
		if err := run(t, v, &leads.Import{Path: file(t, numbered(5)), Dir: dir}); err == nil {
			t.Fatal("it is not uncertain")
		}
		if err := run(t, v, &leads.Import{Path: file(t, numbered(6)), Dir: dir}); err == nil || !strings.Contains(err.Error(), "5 of 6 rows") {
			t.Error(err)
		}
		im := &leads.Import{Path: file(t, numbered(6)), Dir: dir, SkipSent: true, Settle: c.settle}
		if err := run(t, v, im); (err == nil) != (c.sent > 0) || im.Report.Sent != c.sent {
			t.Errorf("%q: %v, %+v", c.settle, err, im.Report)
		}
	}
}

func TestARowThatTheVendorRejectedIsNotIn(t *testing.T) {
	v := newVendor(t, func(n int, r request) (int, string) {
		if n == 1 {
			return 200, `{"leadsAccepted":2,"rejectedRows":[{"message":"no","rowData":["A2"]}]}`
		}
		return 200, accepted(len(r.Leads))
	})
	dir := t.TempDir()
	if err := run(t, v, &leads.Import{Path: file(t, numbered(3)), Dir: dir}); err != nil {
		t.Fatal(err)
	}
	im := &leads.Import{Path: file(t, numbered(4)), Dir: dir, SkipSent: true}
	if err := run(t, v, im); err != nil || im.Report.Sent != 2 || strings.Join(v.ids(), " ") != "A1 A2 A3 A2 A4" {
		t.Errorf("%v, %+v, %q", err, im.Report, v.ids())
	}
}

func TestAnImportOnceMoreThatIsRefusedForgetsNothing(t *testing.T) {
	v, dir, path := newVendor(t, nil), t.TempDir(), file(t, numbered(15))
	if err := run(t, v, &leads.Import{Path: path, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	v.answer = func(int, request) (int, string) { return 403, "{}" }
	if err := run(t, v, &leads.Import{Path: path, Dir: dir, Again: true}); err == nil {
		t.Fatal("it was not refused")
	}
	v.answer = nil
	n := len(v.requests)
	if err := run(t, v, &leads.Import{Path: path, Dir: dir}); err == nil || !strings.Contains(err.Error(), "this file was imported into campaign 7") {
		t.Errorf("it is forgotten: %v", err)
	}
	if err := run(t, v, &leads.Import{Path: path, Dir: dir, Resume: true}); err == nil || !strings.Contains(err.Error(), "has sent nothing") {
		t.Errorf("it is gone on with: %v", err)
	}
	if len(v.requests) != n {
		t.Error("something was sent")
	}
	again := &leads.Import{Path: path, Dir: dir, Again: true}
	if err := run(t, v, again); err != nil || again.Report.Sent != 15 {
		t.Errorf("%v, %+v", err, again.Report)
	}
}

func TestAJournalOfAnotherKindIsNotBelieved(t *testing.T) {
	v, dir, path := newVendor(t, nil), t.TempDir(), file(t, numbered(5))
	if err := run(t, v, &leads.Import{Path: path, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	all, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	elsewhere := filepath.Join(t.TempDir(), "journal")
	if err := os.Rename(all[0], elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, all[0]); err != nil {
		t.Skip("there are no links here: ", err)
	}
	for _, im := range []*leads.Import{{}, {Resume: true}, {Again: true}} {
		im.Path, im.Dir = path, dir
		if err := run(t, v, im); err == nil || !strings.Contains(err.Error(), "is a link, which is not followed") {
			t.Errorf("a link: %v", err)
		}
	}
	if err := os.Rename(elsewhere, all[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(all[0], 0o666); err != nil {
		t.Fatal(err)
	}
	if err := run(t, v, &leads.Import{Path: path, Dir: dir, Resume: true}); err == nil || !strings.Contains(err.Error(), "can be changed by") {
		t.Errorf("one that others can write: %v", err)
	}
	if err := os.Chmod(all[0], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(t, v, &leads.Import{Path: path, Dir: dir, Resume: true}); err != nil { // a control
		t.Error(err)
	}
	if len(v.requests) != 1 {
		t.Errorf("%d requests", len(v.requests))
	}
}
