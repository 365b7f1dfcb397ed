package shell_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/shell"
)

// hostile are values that shells, or readers of NAME=value files, are known to stumble over.
var hostile = []string{
	"", "plain", "it's", "'", "''", `\'`, `'\''`, `a\'b`, `\\'\''`, "'; touch PWNED; echo '", "$(touch PWNED)", "`touch PWNED`", "$HOME ${HOME} $1",
	"a b", " ends with a space ", "# no comment", "a # no comment", `"double"`, `a"`, `"`, `\n`, `\\`[:1] + "n", "~", "*", "!!", "-n", "a=b", "é ü 日本",
	"&& touch PWNED", "; touch PWNED #", "| cat", "<x", ">PWNED", "%s%n", "C:\\Users\\x\\ca.pem", "export A=1", "{a,b}", "[x]", "?", "^", "a:b",
	`\`, `ends in \`, `'\`, `\\`, "\ue000", "a\ue001",
}

// readBy has sh set the variables of lines, and gives what it then has under the names V0, V1 …
func readBy(t *testing.T, lines string, n int) []string {
	t.Helper()
	var show strings.Builder
	for i := range n {
		fmt.Fprintf(&show, "printf '%%s\\n' \"$V%d\"\n", i)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "lines.env")
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-euc", ". ./lines.env\neval \"$(cat lines.env)\"\n"+show.String())
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, lines)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Fatalf("something was run: %v", left)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

func TestAShellAndOurReaderReadEveryValueAsItWasWritten(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it has no sh")
	}
	values := append([]string(nil), hostile...)
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same values on every run
	for range 500 {
		var b strings.Builder
		for range random.IntN(12) {
			b.WriteString(string([]rune(`''\\"$` + "`" + `ab #!;&()é`)[random.IntN(17)]))
		}
		values = append(values, b.String())
	}
	var vars [][2]string
	for _, value := range values {
		if _, err := shell.Export([][2]string{{"V", value}}); err != nil {
			t.Errorf("%q is refused: %v", value, err)
			continue
		}
		vars = append(vars, [2]string{fmt.Sprintf("V%d", len(vars)), value})
	}
	if len(vars) < 300 {
		t.Fatalf("%d values are left", len(vars))
	}
	lines, err := shell.Export(vars)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := profile.ParseEnv(lines)
	if err != nil {
		t.Fatal(err)
	}
	seen := readBy(t, lines, len(vars))
	for i, v := range vars {
		if seen[i] != v[1] {
			t.Errorf("a shell reads %q as %q", v[1], seen[i])
		}
		if got := ours[v[0]]; got != v[1] {
			t.Errorf("our reader reads %q as %q", v[1], got)
		}
	}
}

func TestWhatAShellWouldReadOtherwiseIsRefused(t *testing.T) {
	for _, value := range []string{
		"two\nlines", "\n", "a\x00b", "\r", "a\tb", "\x1b[31m", "\x7f", "\u0085", "\xff",
	} {
		if lines, err := shell.Export([][2]string{{"GOOD", "x"}, {"SECRET", value}}); err == nil || lines != "" || !strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q gave %q, %v", value, lines, err)
		}
	}
}

func TestAWordForAShellIsOneWordWhateverIsInIt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it has no sh")
	}
	if got := shell.Word("./ca-1/box.env"); got != "./ca-1/box.env" {
		t.Errorf("a plain path is written %s", got)
	}
	for _, value := range hostile {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", "printf '%s|' "+shell.Word(value))
		cmd.Dir = t.TempDir()
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != value+"|" {
			t.Errorf("%q became %q, %v", value, out, err)
		}
		if left, _ := os.ReadDir(cmd.Dir); len(left) != 0 {
			t.Errorf("%q ran something", value)
		}
	}
}

func FuzzOurReaderReadsWhatWasWritten(f *testing.F) {
	for _, value := range hostile {
		f.Add(value, value)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		lines, err := shell.Export([][2]string{{"A", a}, {"B", b}})
		if err != nil {
			return
		}
		got, err := profile.ParseEnv(lines)
		if err != nil || got["A"] != a || got["B"] != b || len(got) != 2 {
			t.Errorf("%q and %q were read as %q, %v", a, b, got, err)
		}
		if strings.Count(lines, "\n") != 2 {
			t.Errorf("there are more lines: %q", lines)
		}
	})
}
