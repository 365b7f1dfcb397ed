package profile_test

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/profile"
)

// envFiles are files of variables and what A and B are in them. A shell reads those with sh as we do.
var envFiles = []struct {
	text, a, b string
	sh         bool
}{
	{"A=1\nB=2\n", "1", "2", true},
	{"A=1\nB=2", "1", "2", true},
	{"\n\n# A=9\n  # more\nA=1\n\nexport B=2 # why\n", "1", "2", true},
	{"A='a b'\nB=\"c d\"\n", "a b", "c d", true},
	{"A='a\\'\nB='b'\n", `a\`, "b", true},
	{"A='\\'\nB='\\\\'\n", `\`, `\\`, true},
	{"A='it'\\''s'\nB=''\\'''\n", "it's", "'", true},
	{"A='a'\\'\nB='a'\"b\"'c'\n", "a'", "abc", true},
	{"A=\"say \\\"x\\\"\"\nB=\"\\\\ \\$ \\`\"\n", `say "x"`, "\\ $ `", true},
	{"A=\"c:\\dir\\x\"\nB='c:\\dir\\new'\n", `c:\dir\x`, `c:\dir\new`, true},
	{"A='$B ${B} $(x) `x`'\nB='#1'\n", "$B ${B} $(x) `x`", "#1", true},
	{"A=a#b\nB=#c\n", "a#b", "#c", true},
	{"A=a # b # c\nB= # c\n", "a", "", true},
	{"A=\nB=2\n", "", "2", true},
	{"A=''\nB=\"\" # c\n", "", "", true},
	{"A='one\ntwo'\nB=\"three\n\nfour\"\n", "one\ntwo", "three\n\nfour", true},
	{"A=1\nA=2\nB=1\nB=\n", "2", "", true},
	{"A=1\nB=2\nexport A B\n", "1", "2", true},
	{"  A=1\n\texport  B=2\n", "1", "2", true},
	{"A=a=b==\nB='a=b'\n", "a=b==", "a=b", true},
	{"A=1\r\nB='2'\r\n", "1", "2", false},
	{"\ufeffA=1\nB=2\n", "1", "2", false},
	{"A = 1\nB\t=\t'2'\n", "1", "2", false},
	{"A: 1\nB:2\n", "1", "2", false},
	{"A=$B\nB=a$b$$\n", "$B", "a$b$$", false},
	{"A=two words\nB=it's\n", "two words", "it's", false},
	{"A=\"a\\nb\"\nB='a\\nb'\n", "a\nb", `a\nb`, false},
	{"A=\"a\\tb\"\nB=a\\nb\n", "a\tb", `a\nb`, false},
	{"A=-----BEGIN\nB=\"-----BEGIN X-----\\nAA==\\n-----END X-----\\n\"\n", "-----BEGIN", "-----BEGIN X-----\nAA==\n-----END X-----\n", false},
}

func TestAFileOfVariablesIsReadAsAShellReadsIt(t *testing.T) {
	for _, f := range envFiles {
		got, err := profile.ParseEnv(f.text)
		if want := map[string]string{"A": f.a, "B": f.b}; err != nil || !maps.Equal(got, want) {
			t.Errorf("%q is read as %q, %v; want %q", f.text, got, err, want)
		}
		if !f.sh || runtime.GOOS == "windows" {
			continue
		}
		path := filepath.Join(t.TempDir(), "x.env")
		if err := os.WriteFile(path, []byte(f.text), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "sh", "-c", `. "$0" && printf '%s|%s' "$A" "$B"`, path).CombinedOutput()
		if string(out) != f.a+"|"+f.b || err != nil {
			t.Errorf("a shell reads %q as %q, %v", f.text, out, err)
		}
	}
}

func TestALineThatCannotBeReadIsNamedByItsNumberAlone(t *testing.T) {
	for text, want := range map[string]string{
		"A=1\nB='s3cret\n":                      "line 2: the quotation mark that begins the value of B is not closed",
		"# x\n\nA=\"s3cret\nB=1\n":              "line 3: the quotation mark that begins the value of A is not closed",
		"A='x\ny'\nB='s3cret' more\n":           "line 3: there is more behind the closing quotation mark of B",
		"A='Let\\'s s3cret'\n":                  "line 1: there is more behind the closing quotation mark of A",
		"A=''s3cret''\n":                        "line 1: there is more behind the closing quotation mark of A",
		"A=\"s3cret\"s3cret\n":                  "line 1: there is more behind the closing quotation mark of A",
		"A=1\ns3cret\n":                         "line 2: there is no equals sign",
		"A=1\r\ns3cret s3cret\r\n":              "line 2: it does not begin with the name of a variable and an equals sign",
		"A=1\n=s3cret\n":                        "line 2: it does not begin",
		"$env:A='s3cret'\n":                     "line 1: it does not begin",
		"set -gx A s3cret\n":                    "line 1: it does not begin",
		"A-B=s3cret\n":                          "line 1: it does not begin",
		"{\"A\": \"s3cret\"}\n":                 "line 1: it begins as JSON does",
		"A=1\n“B”=s3cret\n":                     "line 2: it does not begin",
		"A=1\n\u200bB=s3cret\n":                 "line 2: it does not begin",
		"-----BEGIN PRIVATE KEY-----\ns3cret\n": "line 1: it does not begin",
	} {
		got, err := profile.ParseEnv(text)
		if err == nil || got != nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
		var hinted interface{ Hint() string }
		if errors.As(err, &hinted) && strings.Contains(hinted.Hint(), "s3cret") {
			t.Errorf("%q: %q", text, hinted.Hint())
		}
	}
}

func FuzzAFileOfVariablesIsReadOrNamedByItsLine(f *testing.F) {
	for _, file := range envFiles {
		f.Add(file.text)
	}
	for _, text := range []string{"A='", "A=\"\\", "export", "export A", "A='a'\\", "\r", "A\n=1", "A=\"a\"#"} {
		f.Add(text)
	}
	line := regexp.MustCompile(`^line [1-9][0-9]*: `)
	f.Fuzz(func(t *testing.T, text string) {
		values, err := profile.ParseEnv(text)
		if err != nil && !line.MatchString(err.Error()) {
			t.Fatalf("%q: %v", text, err)
		}
		for name, value := range values {
			if name == "" || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.") != "" || len(value) > len(text) {
				t.Fatalf("%q: %q=%q", text, name, value)
			}
		}
	})
}
