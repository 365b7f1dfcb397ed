package leads_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/leads"
	"github.com/ringcx-go/ringcx/internal/usage"
)

func TestWhatMayBeASlipOfTheFileIsToldAndSent(t *testing.T) {
	for text, want := range map[string]string{
		"phone,externId,city\n4155550100,1,\"New\nYork\"\n4155550101,2,x\n":        "[{2 the row has line ends in its cells, and goes on to line 3}]",
		"phone,externId\n4155550100,1\n4155550101,2\n4155550102,1\n4155550103,1\n": "[{4 it has the externId of line 2} {5 it has the externId of line 2}]",
		"phone,externId\n4155550100,1\n4155550100,2\n":                             "[]", // a control
	} {
		im := &leads.Import{Path: file(t, text), Dir: t.TempDir()}
		err := run(t, newVendor(t, nil), im)
		if got := fmt.Sprint(im.Report.Notices); err != nil || got != want || !im.Report.Complete() {
			t.Errorf("%q: %v, %s", text, err, got)
		}
		var b strings.Builder
		if _ = im.Report.WriteInvalid(&b, 20); strings.Contains(b.String(), "notice: line ") == (want == "[]") {
			t.Errorf("%q: told is %q", text, b.String())
		}
	}
}

func TestAFileThatIsChangedInPlaceIsNoticedBeforeWhatIsNewIsSent(t *testing.T) {
	text := numbered(40)
	path := file(t, text)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	change := func(from, to string) {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteAt([]byte(strings.Replace(text, from, to, 1)), 0)
		if err != nil || f.Close() != nil || os.Chtimes(path, info.ModTime(), info.ModTime()) != nil { // as if nothing had been
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		from, to string
		sent     int
	}{{"x", "x", 40}, {"4155550025,A25", "4155559925,A25", 20}} {
		v := newVendor(t, nil)
		im := &leads.Import{Path: path, Dir: t.TempDir(), Campaign: 7, Batch: 10}
		if err := im.Prepare(); err != nil {
			t.Fatal(err)
		}
		change(c.from, c.to)
		err := im.Send(t.Context(), &leads.Vendor{Client: v.Client(), Base: v.URL, Account: "21"})
		if im.Report.Sent != c.sent || (err == nil) != (c.sent == 40) || strings.Contains(strings.Join(v.ids(), " "), "A25") != (c.sent == 40) {
			t.Errorf("%q: %v, %+v", c.to, err, im.Report)
		}
		_ = im.Close()
	}
}

func TestABatchOfABusyVendorIsUncertainAndTheVendorIsBusy(t *testing.T) {
	for status, busy := range map[int]bool{503: true, 500: false} {
		v := newVendor(t, func(int, request) (int, string) { return status, "30" })
		im := &leads.Import{Path: file(t, numbered(5)), Dir: t.TempDir()}
		err := run(t, v, im)
		if err == nil || usage.IsBusy(err) != busy || im.Report.Uncertain != 5 || !strings.Contains(usage.Hint(err), "--settle 1=sent") {
			t.Errorf("%d: %v, %s", status, err, usage.Hint(err))
		}
		var b strings.Builder
		if _ = im.Report.Write(&b, 5); strings.Contains(b.String(), "no answer") {
			t.Errorf("%d was an answer: %s", status, b.String())
		}
	}
}
