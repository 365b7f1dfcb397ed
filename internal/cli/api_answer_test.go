package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// row is a row of an answer that may be long.
const row = `{"userId":12345678901234567890,"firstName":"Ada","lastName":"Lovelace","tags":["a","b",null,true,1e400]}`

// rowsOf writes a list of about so many bytes, and end behind it.
func rowsOf(w http.ResponseWriter, size int, end string) {
	w.Header().Set("Content-Type", "application/json")
	many := strings.Repeat(row+",", 300)
	_, _ = io.WriteString(w, "["+row)
	for sent := 0; sent < size; sent += len(many) {
		_, _ = io.WriteString(w, ","+many+row)
	}
	_, _ = io.WriteString(w, end)
}

// scale counts what is written to it, and how much memory is held meanwhile: what nobody needs any more does not count, as
// when that goes is up to the machine.
type scale struct {
	n    int64
	next int64
	heap uint64 // the most that was held
	last []byte
	stop int64 // where it refuses to take more; 0: nowhere
	err  error
}

func (s *scale) Write(p []byte) (int, error) {
	s.n += int64(len(p))
	if s.stop > 0 && s.n >= s.stop {
		return 0, s.err
	}
	if s.n >= s.next {
		s.next = s.n + 8<<20
		s.heap = max(s.heap, held())
	}
	s.last = append(s.last[:0], p[max(0, len(p)-2):]...)
	return len(p), nil
}

func held() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// runs runs a command with a standard output of its own.
func (p *person) runs(stdout io.Writer, terminal bool, args ...string) (code int, stderr string) {
	p.t.Helper()
	var errs bytes.Buffer
	code = cli.Main(&cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: stdout, Stderr: &errs, Context: p.t.Context(),
		Getenv: func(name string) string { return p.env[name] }, OutTerminal: terminal,
	})
	return code, errs.String()
}

func TestALongAnswerOnATerminalIsAsItCameAndEndsWithALine(t *testing.T) {
	p := newPerson(t)
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/voice/long" {
			rowsOf(w, 2<<20, "]")
		}
		return r.URL.Path == "/voice/long"
	})
	var out bytes.Buffer
	code, _ := p.runs(&out, true, "api", "/voice/long")
	if text := out.String(); code != 0 || !strings.HasPrefix(text, "["+row+","+row) || !strings.HasSuffix(text, row+"]\n") {
		t.Errorf("exit code %d, %d bytes", code, len(text))
	}
}

// cutter answers with the begin of a list and breaks off.
func cutter(p *person, size int) {
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/voice/cut" {
			return false
		}
		w.Header().Set("Content-Length", fmt.Sprint(size*2+1000))
		rowsOf(w, size, "")
		return true
	})
}

func TestAFileHasTheWholeAnswerOrWhatWasThereBefore(t *testing.T) {
	for _, size := range []int{1000, 3 << 20} {
		p, dir := newPerson(t), t.TempDir()
		cutter(p, size)
		name := filepath.Join(dir, "answer.json")
		for _, there := range []string{"", "what was there"} {
			if there != "" {
				if err := os.WriteFile(name, []byte(there), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			code, errs := p.runs(io.Discard, false, "api", "/voice/cut", "--output", name)
			if code != 1 || !strings.Contains(errs, "the answer broke off") {
				t.Errorf("exit code %d, %q", code, errs)
			}
			if got, _ := os.ReadFile(name); string(got) != there { //nolint:gosec // our own
				t.Errorf("the file holds %d bytes", len(got))
			}
			if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
				t.Errorf("%q were left behind", left)
			}
		}
		before(p, func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/voice/whole" {
				rowsOf(w, size, "]")
			}
			return r.URL.Path == "/voice/whole"
		})
		if code, errs := p.runs(io.Discard, false, "api", "/voice/whole", "--output", name); code != 0 {
			t.Errorf("exit code %d, %q", code, errs)
		}
		if got, _ := os.ReadFile(name); len(got) < size || !bytes.HasSuffix(got, []byte(row+"]")) { //nolint:gosec // our own
			t.Errorf("the file holds %d bytes", len(got))
		}
	}
}

func TestAnAnswerThatCannotBeWrittenIsAnErrorAndOneThatNobodyReadsIsNone(t *testing.T) {
	p := newPerson(t)
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/voice/long" {
			rowsOf(w, 3<<20, "]")
		}
		return r.URL.Path == "/voice/long"
	})
	for _, at := range []int64{1, 2 << 20} {
		for _, args := range [][]string{{"api", "/voice/long"}, {"accounts", "list"}, {"help"}} {
			if at > 1 && args[0] != "api" {
				continue
			}
			code, errs := p.runs(&scale{stop: at, err: syscall.ENOSPC}, false, args...)
			if code != 1 || !strings.Contains(errs, "no space left") || strings.Count(errs, "ringcx: ") != 1 {
				t.Errorf("%q: exit code %d, %q", args, code, errs)
			}
			code, errs = p.runs(&scale{stop: at, err: syscall.EPIPE}, false, args...)
			if code != 141 || errs != "" {
				t.Errorf("%q into a closed pipe: exit code %d, %q", args, code, errs)
			}
		}
	}
}

func TestNumbersAndNamesOfATypedFieldStayAsTheyWere(t *testing.T) {
	p := newPerson(t)
	var body, query string
	before(p, func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/voice/echo" {
			return false
		}
		b, _ := io.ReadAll(r.Body)
		body, query = string(b), r.URL.Query().Get("q")
		return true
	})
	p.types(0, "api", "POST", "/voice/echo", "-F", `a= {"z":12345678901234567890.10,"b":1e400,"Z":[1, 2]} `)
	if body != `{"a":{"z":12345678901234567890.10,"b":1e400,"Z":[1,2]}}` {
		t.Errorf("the body is %s", body)
	}
	for value, want := range map[string]string{`"a b"`: "a b", ` 1.50 `: "1.50", `[1, "x"]`: `[1,"x"]`, `null`: "null", `"\u00e9"`: "é"} {
		if p.types(0, "api", "/voice/echo", "-F", "q="+value); query != want {
			t.Errorf("-F q=%s asks for %q", value, query)
		}
	}
	for _, value := range []string{"1]", "1}", "{}}", "[]]", `"a"]`, "1 2", "1,", "", "tru", "01", "\ufeff1", "\"\xff\"", "nul", "'a'", "[1,]"} {
		if _, errs := p.types(2, "api", "/voice/echo", "-F", "q="+value); !strings.Contains(errs, `the field "q" is no`) {
			t.Errorf("-F q=%s: %s", value, errs)
		}
	}
	p.types(2, "api", "POST", "/voice/echo", "-f", "a=\xff")
}
