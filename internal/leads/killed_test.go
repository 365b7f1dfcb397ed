package leads_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/leads"
)

// child is the argument by which this program imports in place of testing: the vendor, the file and the directory of journals
// follow it.
const child = "import-and-be-killed"

func TestMain(m *testing.M) {
	if len(os.Args) == 5 && os.Args[1] == child {
		im := &leads.Import{Path: os.Args[3], Dir: os.Args[4], Campaign: 7, Batch: 10}
		if im.Prepare() != nil {
			os.Exit(2)
		}
		_ = im.Send(context.Background(), &leads.Vendor{Client: http.DefaultClient, Base: os.Args[2], Account: "21", Pause: func(time.Duration, string) error { return nil }})
		os.Exit(3) // it was to be killed
	}
	os.Exit(m.Run())
}

func TestAProcessThatIsKilledWhileItSendsLeavesOneBatchUncertain(t *testing.T) {
	killed := make(chan *os.Process, 1)
	v := newVendor(t, func(n int, r request) (int, string) {
		if n == 3 {
			p := <-killed
			if err := p.Kill(); err != nil {
				t.Error(err)
			}
		}
		return 200, accepted(len(r.Leads))
	})
	path, dir := file(t, numbered(55)), t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], child, v.URL, path, dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed <- cmd.Process
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() == 2 || cmd.ProcessState.ExitCode() == 3 {
		t.Fatalf("it was not killed: %v", err)
	}
	im := &leads.Import{Path: path, Dir: dir, Resume: true}
	if err := run(t, v, im); err != nil {
		t.Fatal(err)
	}
	if r := im.Report; r.Sent != 45 || r.Uncertain != 10 || len(r.UncertainRows) != 1 || r.UncertainRows[0].Batch != 3 {
		t.Errorf("the report is %+v", r)
	}
	if again, lost := v.twice(), v.missing(55); again != nil || lost != nil {
		t.Errorf("sent twice: %q, never: %q", again, lost)
	}
}

func TestTwoProcessesDoNotImportTheSameAtOnce(t *testing.T) {
	path, dir := file(t, numbered(25)), t.TempDir()
	var second error
	var v *vendor
	v = newVendor(t, func(n int, r request) (int, string) {
		if n == 1 {
			second = run(t, v, &leads.Import{Path: path, Dir: dir})
		}
		return 200, accepted(len(r.Leads))
	})
	if err := run(t, v, &leads.Import{Path: path, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	if second == nil || !strings.Contains(second.Error(), "another process imports this file into this campaign") || v.twice() != nil {
		t.Errorf("%v, sent twice: %q", second, v.twice())
	}
}
