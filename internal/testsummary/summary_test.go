package main

import (
	"strings"
	"testing"
)

// summarize runs a stream of events through a summary.
func summarize(t *testing.T, stream string) (string, bool) {
	t.Helper()
	var out strings.Builder
	s := newSummary(&out)
	if err := s.read(strings.NewReader(stream)); err != nil {
		t.Fatal(err)
	}
	ok := s.report()
	return out.String(), ok
}

const good = `{"Action":"start","Package":"m/a"}
{"Action":"run","Package":"m/a","Test":"TestQuiet"}
{"Action":"output","Package":"m/a","Test":"TestQuiet","Output":"    a_test.go:1: chatter\n"}
{"Action":"pass","Package":"m/a","Test":"TestQuiet"}
{"Action":"run","Package":"m/a","Test":"TestSkipped"}
{"Action":"output","Package":"m/a","Test":"TestSkipped","Output":"=== RUN   TestSkipped\n"}
{"Action":"output","Package":"m/a","Test":"TestSkipped","Output":"    a_test.go:2: no php\n"}
{"Action":"output","Package":"m/a","Test":"TestSkipped","Output":"--- SKIP: TestSkipped (0.00s)\n"}
{"Action":"skip","Package":"m/a","Test":"TestSkipped"}
{"Action":"pass","Package":"m/a","Elapsed":1.5}
`

func TestAGoodRunIsShortAndNamesWhatWasSkipped(t *testing.T) {
	out, ok := summarize(t, good+`{"Action":"skip","Package":"m/empty"}`+"\n")
	if !ok {
		t.Error("a good run is reported as failed")
	}
	want := `ok     m/a                                                   1.5s  1 passed, 1 skipped

packages: 1 ok, 0 failed, 1 without tests
tests:    1 ok, 0 failed, 1 skipped
  skipped: m/a TestSkipped: a_test.go:2: no php
`
	if out != want {
		t.Errorf("printed:\n%s\nwant:\n%s", out, want)
	}
}

func TestEveryKindOfFailureIsPrintedInFullAndFailsTheRun(t *testing.T) {
	for name, c := range map[string]struct {
		stream string
		want   []string
	}{
		"a test": {
			`{"Action":"output","Package":"m/b","Test":"TestBad","Output":"    b_test.go:3: broken\n"}
{"Action":"fail","Package":"m/b","Test":"TestBad"}
{"Action":"fail","Package":"m/b"}`,
			[]string{"b_test.go:3: broken", "FAILED m/b", "failed: m/b TestBad\n        b_test.go:3: broken\n"},
		},
		"a test that did not finish": {
			`{"Action":"output","Package":"m/b","Test":"TestHang","Output":"panic: test timed out\n"}
{"Action":"fail","Package":"m/b"}`,
			[]string{"panic: test timed out", "failed: m/b TestHang (did not finish)"},
		},
		"a build": {
			`{"Action":"build-output","ImportPath":"m/b [m/b.test]","Output":"b.go:1: no\n"}
{"Action":"build-fail","ImportPath":"m/b [m/b.test]"}
{"Action":"fail","Package":"m/b","FailedBuild":"m/b [m/b.test]"}`,
			[]string{"b.go:1: no", "failed: m/b (outside its tests)"},
		},
		"a start": {
			`{"Action":"output","Package":"m/b","Output":"exit status 3\n"}
{"Action":"fail","Package":"m/b"}`,
			[]string{"exit status 3", "failed: m/b (outside its tests)"},
		},
		"a stream that is cut off": {
			`{"Action":"run","Package":"m/b","Test":"TestCut"}`,
			[]string{"failed: m/b TestCut (did not finish)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			out, ok := summarize(t, good+c.stream)
			if ok {
				t.Error("the run is reported as good")
			}
			for _, want := range append(c.want, "packages: 1 ok, 1 failed") {
				if !strings.Contains(out, want) {
					t.Errorf("printed:\n%s\nwithout %q", out, want)
				}
			}
			if strings.Contains(out, "chatter") {
				t.Error("the output of a test that passed is printed")
			}
		})
	}
}

func TestARunWithoutTestsIsAFailureAndItsOutputIsPassedOn(t *testing.T) {
	out, ok := summarize(t, "go: no such tool\n")
	if ok || !strings.HasPrefix(out, "go: no such tool\n") {
		t.Errorf("ok %t, printed:\n%s", ok, out)
	}
}

func TestRunsAtTheSameTimeAreOneSummary(t *testing.T) {
	if got := runs([]string{"-race", ".", "--", "./a", "./b"}); len(got) != 2 || strings.Join(got[0], " ") != "-race ." || strings.Join(got[1], " ") != "./a ./b" {
		t.Errorf("divided into %q", got)
	}
	var out strings.Builder
	s := newSummary(&out)
	if err := runAll(s, []string{"-run", "TestRunsAreDivided", ".", "--", "-run", "TestRunsAreDivided", "../callback"}); err != nil || !s.report() {
		t.Errorf("%v: %s", err, out.String())
	}
	if !strings.Contains(out.String(), "tests:    1 ok, 0 failed") {
		t.Errorf("it says %s", out.String())
	}
}

func TestRunsAreDivided(t *testing.T) {
	if got := runs(nil); len(got) != 1 || got[0] != nil {
		t.Errorf("nothing is divided into %q", got)
	}
}

func TestARunOfWhatIsNotThereFails(t *testing.T) {
	var out strings.Builder
	s := newSummary(&out)
	if err := runAll(s, []string{"./nowhere"}); err == nil && s.report() {
		t.Errorf("all is well: %s", out.String())
	}
}
