package conform_test

import (
	"os"
	"slices"
	"testing"

	"github.com/ringcx-go/ringcx/internal/conform"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "program" {
		os.Exit(programMain(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// run runs scenarios on the program with flaws.
func run(t *testing.T, opts conform.Options, flaws ...string) []*conform.Result {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	opts.Command = slices.Concat([]string{self, "program"}, flaws)
	opts.Environ = append(os.Environ(), "GORACE=atexit_sleep_ms=0") // with -race every run would last a second longer
	results, err := conform.Run(t.Context(), &opts)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func TestAProgramThatDoesEverythingRightSurvivesEverything(t *testing.T) {
	t.Parallel()
	for _, r := range run(t, conform.Options{Jobs: 4}) {
		if r.Status != conform.Pass {
			t.Errorf("%s: %s %+v", r.Name, r.Status, r.Problems)
		}
	}
}

// control is a flaw that costs a scenario, or a warning.
type control struct {
	scenario, flaw string
	status         conform.Status
}

var controls = []control{
	{"fresh-start", "fails", conform.Fail},
	{"fresh-start", "does-nothing", conform.Fail},
	{"second-run", "keeps-nothing", conform.Fail},
	{"expiry", "ignores-401", conform.Fail},
	{"expiry", "never-refreshes", conform.Warn},
	{"expiry-mid-run", "ignores-401", conform.Fail},
	{"rotation", "forgets-new-refresh-token", conform.Fail},
	{"rotation", "never-refreshes", conform.Warn},
	{"refresh-refused", "gives-up", conform.Fail},
	{"all-expired", "gives-up", conform.Fail},
	{"rate-limit", "hammers", conform.Fail},
	{"rate-limit-kept", "no-ledger", conform.Warn},
	{"rate-limit-kept", "fails", conform.Fail},
	{"rate-limit-vague", "hammers", conform.Fail},
	{"lost-refresh", "keeps-refresh-token", conform.Fail},
	{"lost-exchange", "fails-for-ever", conform.Fail},
	{"restart", "keeps-refresh-token", conform.Fail},
	{"two-at-once", "no-lock", conform.Fail},
	{"html-page", "takes-anything", conform.Fail},
	{"truncated", "takes-anything", conform.Fail},
	{"server-error", "always-0", conform.Fail},
	{"clock-ahead", "ignores-401", conform.Fail},
	{"clock-ahead", "keeps-nothing", conform.Warn},
	{"clock-behind", "believes-its-clock", conform.Warn},
	{"clock-behind", "ignores-401", conform.Fail},
	{"slow-answer", "impatient", conform.Fail},
	{"secrets", "prints-token", conform.Fail},
	{"secrets", "token-in-url", conform.Fail},
	{"user-agent", "no-user-agent", conform.Warn},
	{"user-agent", "fails", conform.Fail},
}

func TestEachScenarioCanFail(t *testing.T) {
	t.Parallel()
	controlled := map[string]bool{}
	for _, c := range controls {
		controlled[c.scenario] = true
		t.Run(c.scenario+"/"+c.flaw, func(t *testing.T) {
			t.Parallel()
			r := run(t, conform.Options{Only: []string{c.scenario}}, c.flaw)[0]
			if r.Status != c.status || len(r.Problems) == 0 {
				t.Errorf("a program that %s: %s %+v, want %s", c.flaw, r.Status, r.Problems, c.status)
			}
		})
	}
	for _, sc := range conform.Scenarios() {
		if !controlled[sc.Name] {
			t.Errorf("nothing shows that %s can fail", sc.Name)
		}
	}
}
