package shell_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/shell"
)

// readers read variables V0, V1 … in a form of 'ringcx sandbox env' from the file lines.env, and print each in a line.
// needs is their program.
var readers = []struct {
	form, needs, arg, script, each string
}{
	{"sh", "sh", "-euc", ". ./lines.env\n", "printf '%%s\\n' \"$V%d\"\n"},
	{"sh", "bash", "-euc", "eval \"$(cat lines.env)\"\n", "printf '%%s\\n' \"$V%d\"\n"},
	{"fish", "fish", "-c", "source lines.env; or exit 3\n", "printf '%%s\\n' \"$V%d\"\n"},
	{"fish", "fish", "-c", "cat lines.env | source; or exit 3\n", "printf '%%s\\n' \"$V%d\"\n"},
	{"powershell", "pwsh", "-Command", "Get-Content lines.env | Out-String | Invoke-Expression\n", "[Console]::Out.WriteLine($env:V%d)\n"},
	{"dotenv", "sh", "-euc", ". ./lines.env\n", "printf '%%s\\n' \"$V%d\"\n"},
	{"dotenv", "node", "-e", "const v = require('util').parseEnv(require('fs').readFileSync('lines.env', 'utf8'));\n", "console.log(v.V%d);\n"},
	{"json", "node", "-e", "const v = JSON.parse(require('fs').readFileSync('lines.env', 'utf8'));\n", "console.log(v.V%d);\n"},
	{"json", "python3", "-c", "import json; v = json.load(open('lines.env', encoding='utf-8'))\n", "print(v['V%d'])\n"},
}

// programFor finds a program that a test needs. One that scripts/need.sh installs is required where all are.
func programFor(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("RINGCX_TEST_REQUIRE") != "":
		t.Fatal(err)
	}
	t.Skip("it is not installed: ", err)
	return ""
}

// writable are hostile values that a form takes, as V0, V1 …
func writable(t *testing.T, form string) (vars [][2]string) {
	t.Helper()
	for _, value := range hostile {
		if _, err := setIn(form, [][2]string{{"V", value}}); err == nil {
			vars = append(vars, [2]string{fmt.Sprintf("V%d", len(vars)), value})
		}
	}
	if len(vars) < 35 {
		t.Fatalf("%s takes only %d of %d values", form, len(vars), len(hostile))
	}
	return vars
}

// setIn are variables in a form, unsetIn is what takes them away.
func setIn(form string, vars [][2]string) (string, error) { return shell.Named(form).Set(vars) }

func unsetIn(form string, names ...string) (string, error) { return shell.Named(form).Unset(names) }

func TestEachFormOfTheVariablesIsReadAsItWasWritten(t *testing.T) {
	for _, r := range readers {
		if _, err := exec.LookPath(r.needs); err != nil && r.needs == "pwsh" {
			continue // no package of the system has it
		}
		t.Run(r.form+" by "+r.needs, func(t *testing.T) {
			program := programFor(t, r.needs)
			vars := writable(t, r.form)
			lines, err := setIn(r.form, vars)
			if err != nil {
				t.Fatal(err)
			}
			dir, script := t.TempDir(), r.script
			if err := os.WriteFile(filepath.Join(dir, "lines.env"), []byte(lines), 0o600); err != nil {
				t.Fatal(err)
			}
			for i := range vars {
				script += fmt.Sprintf(r.each, i)
			}
			cmd := exec.CommandContext(t.Context(), program, r.arg, script)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir+"/c", "LC_ALL=C.UTF-8", "PYTHONIOENCODING=utf-8")
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s\n%s", err, out, lines)
			}
			seen := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
			if len(seen) != len(vars) {
				t.Fatalf("%d values became %d:\n%s", len(vars), len(seen), out)
			}
			for i, v := range vars {
				if seen[i] != v[1] {
					t.Errorf("%q is read as %q", v[1], seen[i])
				}
			}
			if _, err := os.Stat(filepath.Join(dir, "PWNED")); err == nil {
				t.Error("something in a value was run")
			}
		})
	}
}

func TestTheFilesOfVariablesAreReadByEnvFile(t *testing.T) {
	vars := writable(t, "dotenv")
	lines, err := setIn("dotenv", vars)
	if err != nil {
		t.Fatal(err)
	}
	got, err := profile.ParseEnv(lines)
	for _, v := range vars {
		if err != nil || got[v[0]] != v[1] {
			t.Errorf("%q is read as %q, %v", v[1], got[v[0]], err)
		}
	}
}

func TestPowerShellTakesFiveCharactersForASingleQuote(t *testing.T) {
	for value, want := range map[string]string{
		"plain":       "$env:V = 'plain'\n",
		"$x `t \"q\"": "$env:V = '$x `t \"q\"'\n",
		"it's":        "$env:V = 'it''s'\n",
		"‘a’ ‚b‛":     "$env:V = '‘‘a’’ ‚‚b‛‛'\n",
		`C:\x\`:       `$env:V = 'C:\x\'` + "\n",
		"“a” „b":      "$env:V = '“a” „b'\n",
		"":            "$env:V = $null\n",
	} {
		if got, err := setIn("powershell", [][2]string{{"V", value}}); got != want || err != nil {
			t.Errorf("%q is written %q, %v", value, got, err)
		}
	}
}

func TestALineOfGitHubIsTheValueAsItIs(t *testing.T) {
	for _, value := range hostile {
		if got, err := setIn("github", [][2]string{{"V", value}}); got != "V="+value+"\n" || err != nil {
			t.Errorf("%q is written %q, %v", value, got, err)
		}
	}
}

func TestNoFormTakesAValueThatBeginsALine(t *testing.T) {
	for _, form := range shell.Forms() {
		for _, value := range []string{"a\nB=c", "a\r", "\x00", "a\x1b[31m", "\u0085", "\xff"} {
			text, err := setIn(form, [][2]string{{"GOOD", "x"}, {"SECRET", value}})
			if err == nil || text != "" || !strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), value) {
				t.Errorf("%s wrote %q as %q, %v", form, value, text, err)
			}
		}
	}
	for _, value := range []string{`a\\b`, `it's "x"`, `'$HOME`, "'`x`", `'\n`, `ends in \`} {
		if text, err := setIn("dotenv", [][2]string{{"V", value}}); err == nil {
			t.Errorf("readers of %q would not agree", text)
		}
	}
}

func TestVariablesAreTakenAwayInEachFormThatCan(t *testing.T) {
	want := map[string]string{
		"sh": "unset A\nunset B\n", "fish": "set -eg A\nset -eg B\ntrue\n", "powershell": "$env:A = $null\n$env:B = $null\n",
		"json": "{\n  \"A\": null,\n  \"B\": null\n}\n", "github": "A=\nB=\n", "dotenv": "",
	}
	for _, form := range shell.Forms() {
		got, err := unsetIn(form, "A", "B")
		if got != want[form] || (err != nil) != (form == "dotenv") {
			t.Errorf("%s: %q, %v", form, got, err)
		}
	}
	for program, form := range map[string]string{"sh": "sh", "bash": "sh", "fish": "fish"} {
		t.Run(program, func(t *testing.T) {
			lines, err := unsetIn(form, "A", "NEVER_SET", "B")
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), programFor(t, program), "-c", lines+"\ntest $"+map[string]string{"fish": "status", "sh": "?"}[form]+" = 0 && env")
			cmd.Env = append(os.Environ(), "A=1", "B=2", "C=3", "HOME="+t.TempDir())
			out, err := cmd.CombinedOutput()
			all := strings.Split(string(out), "\n")
			if err != nil || slices.Contains(all, "A=1") || slices.Contains(all, "B=2") || !slices.Contains(all, "C=3") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestTheObjectHoldsTextsAlone(t *testing.T) {
	text, err := setIn("json", [][2]string{{"A", `<&>"\ é`}, {"B", ""}})
	var got map[string]string
	if err != nil || json.Unmarshal([]byte(text), &got) != nil || got["A"] != `<&>"\ é` || len(got) != 2 || got["B"] != "" {
		t.Errorf("%q, %v", text, err)
	}
}
