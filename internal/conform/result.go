package conform

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox"
)

// Result is how a scenario went.
type Result struct {
	Name     string       `json:"name"`
	About    string       `json:"about"`
	Status   Status       `json:"status"`
	Seconds  float64      `json:"seconds"`
	Problems []Problem    `json:"problems"` // empty, never null
	Runs     []*Execution `json:"runs"`     // empty, never null
}

// Problem is something that the program did or left undone.
type Problem struct {
	Advisory bool   `json:"advisory"` // it costs a warning, not the scenario
	Text     string `json:"text"`     // one line without secrets
}

// Error is the text: a step that finds a problem fails with it.
func (p *Problem) Error() string { return p.Text }

// Execution is one run of the program.
type Execution struct {
	Exit     int               `json:"exit"` // -1: it was killed
	TimedOut bool              `json:"timedOut"`
	Seconds  float64           `json:"seconds"`
	Stderr   string            `json:"stderr"`   // the last line, without secrets
	Requests []sandbox.Request `json:"requests"` // what the vendor got meanwhile

	stdoutText, stderrText string
}

// Passed says whether every scenario was run and none failed.
func Passed(results []*Result) bool {
	for _, r := range results {
		if r.Status != Pass && r.Status != Warn {
			return false
		}
	}
	return len(results) > 0
}

// WriteJSON writes the results for programs.
func WriteJSON(w io.Writer, command []string, results []*Result) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(map[string]any{"command": command, "passed": Passed(results), "scenarios": results})
}

type (
	suite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Errors   int         `xml:"errors,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []*testCase `xml:"testcase"`
	}
	testCase struct {
		Name    string   `xml:"name,attr"`
		Class   string   `xml:"classname,attr"`
		Time    string   `xml:"time,attr"`
		Failure *failure `xml:"failure"`
		Skipped *failure `xml:"skipped"`
		Output  string   `xml:"system-out,omitempty"`
	}
	failure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes the results as JUnit XML, which has no warnings: they are the output of a test that passed.
func WriteJUnit(w io.Writer, command []string, results []*Result) error {
	s := &suite{Name: "ringcx conform: " + strings.Join(command, " "), Tests: len(results)}
	var total float64
	for _, r := range results {
		total += r.Seconds
		c := &testCase{Name: r.Name, Class: "ringcx.conform", Time: fmt.Sprintf("%.3f", r.Seconds)}
		var lines []string
		for _, p := range r.Problems {
			lines = append(lines, p.Text)
		}
		text := strings.Join(lines, "\n")
		switch r.Status {
		case Fail:
			s.Failures++
			c.Failure = &failure{lines[len(lines)-1], r.About + "\n" + text}
		case Skipped:
			s.Skipped++
			c.Skipped = &failure{Message: "not run"}
		default:
			c.Output = text
		}
		s.Cases = append(s.Cases, c)
	}
	s.Time = fmt.Sprintf("%.3f", total)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
