package conform_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

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
	{"rate-limit-date", "hammers", conform.Fail},
	{"lost-refresh", "keeps-refresh-token", conform.Fail},
	{"lost-exchange", "fails-for-ever", conform.Fail},
	{"restart", "keeps-refresh-token", conform.Fail},
	{"two-at-once", "no-lock", conform.Fail},
	{"html-page", "takes-anything", conform.Fail},
	{"truncated", "takes-anything", conform.Fail},
	{"garbled", "takes-anything", conform.Fail},
	{"garbled", "fails-for-ever", conform.Fail},
	{"empty", "takes-anything", conform.Fail},
	{"empty", "fails-for-ever", conform.Fail},
	{"server-error", "always-0", conform.Fail},
	{"login-error", "always-0", conform.Fail},
	{"login-error", "fails-for-ever", conform.Fail},
	{"reset", "fails-for-ever", conform.Fail},
	{"reset", "always-0", conform.Fail},
	{"session-revoked", "keeps-login", conform.Fail},
	{"jwt-revoked", "hammers", conform.Fail},
	{"jwt-revoked", "always-0", conform.Fail},
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

func TestAnObjectionCountsAlthoughTheSandboxHasForgottenItsRequest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		flaws []string
		want  conform.Status
	}{{[]string{"chatters"}, conform.Pass}, {[]string{"chatters", "chatters-of-tokens"}, conform.Fail}} {
		r := run(t, conform.Options{Only: []string{"secrets"}}, c.flaws...)[0]
		if r.Status != c.want || (c.want == conform.Fail) != strings.Contains(fmt.Sprint(r.Problems), "the vendor objects: token in a URL") {
			t.Errorf("%q: %s %+v", c.flaws, r.Status, r.Problems)
		}
		for i, e := range r.Runs {
			if len(e.Requests) == 0 || i == 0 && len(e.Requests) != 10_000 {
				t.Errorf("%q: run %d is told with %d requests", c.flaws, i, len(e.Requests))
			}
		}
	}
}

func TestAProgramThatHangsFailsWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	r := run(t, conform.Options{Only: []string{"expiry"}, Timeout: time.Second}, "hangs")[0]
	if r.Status != conform.Fail || !strings.Contains(r.Problems[0].Text, "did not end in time") || !r.Runs[0].TimedOut {
		t.Errorf("%s %+v", r.Status, r.Problems)
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestATokenMayBePrintedByProgramsThatAreThereForIt(t *testing.T) {
	t.Parallel()
	if r := run(t, conform.Options{Only: []string{"secrets"}, PrintsToken: true}, "prints-token")[0]; r.Status != conform.Pass {
		t.Errorf("%s %+v", r.Status, r.Problems)
	}
}

func TestTheReportsSayWhatFailedAndHoldNoSecret(t *testing.T) {
	t.Parallel()
	results := run(t, conform.Options{Only: []string{"fresh-start", "expiry", "secrets"}, Jobs: 3}, "never-refreshes", "prints-token")
	var asJSON, asXML bytes.Buffer
	if err := conform.WriteJSON(&asJSON, []string{"prog"}, results); err != nil {
		t.Fatal(err)
	}
	if err := conform.WriteJUnit(&asXML, []string{"prog", "<&>"}, results); err != nil {
		t.Fatal(err)
	}
	var report struct {
		Passed    bool
		Scenarios []struct {
			Name, Status string
			Runs         []struct{ Requests []struct{ Path string } }
		}
	}
	if err := json.Unmarshal(asJSON.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, sc := range report.Scenarios {
		got = append(got, sc.Name+" "+sc.Status)
	}
	if want := []string{"fresh-start pass", "expiry warn", "secrets fail"}; report.Passed || !slices.Equal(got, want) {
		t.Errorf("passed %v, %q, want %q", report.Passed, got, want)
	}
	if n := len(report.Scenarios[0].Runs[0].Requests); n != 3 {
		t.Errorf("%d requests of the first start, want 3", n)
	}
	var suite struct {
		Name     string `xml:"name,attr"`
		Failures int    `xml:"failures,attr"`
		Cases    []struct {
			Failure *struct{} `xml:"failure"`
			Output  string    `xml:"system-out"`
		} `xml:"testcase"`
	}
	if err := xml.Unmarshal(asXML.Bytes(), &suite); err != nil {
		t.Fatal(err)
	}
	if suite.Failures != 1 || suite.Cases[2].Failure == nil || suite.Cases[1].Output == "" || !strings.HasSuffix(suite.Name, "prog <&>") {
		t.Errorf("%+v", suite)
	}
	if text := asJSON.String() + asXML.String(); strings.Contains(text, "eyJ") {
		t.Error("a report holds a token")
	}
}

func TestTheManualDescribesEachScenarioAsItIs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/conform.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, sc := range conform.Scenarios() {
		if row := fmt.Sprintf("| `%s` | %s | %s |\n", sc.Name, sc.About, sc.Survives); !strings.Contains(string(text), row) {
			t.Errorf("docs/conform.md lacks the row\n%s", row)
		}
	}
}
