package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/cli"
)

var (
	// invocation is the command with its arguments, somewhere in a line of a shell.
	invocation = regexp.MustCompile("(?m)(?:^|[\\s|&;(`'])ringcx((?:[ \t]+(?:\"[^\"]*\"|'[^']*'|[^\\s|&;()<>\"'`#]+))*)")
	argument   = regexp.MustCompile(`"[^"]*"|'[^']*'|\S+`)
	comment    = regexp.MustCompile(`(?m)(^|\s)#.*$`)
	// quoted are commands within a sentence, block those of a document.
	quoted = regexp.MustCompile(`'(ringcx [^'\n]+)'`)
	block  = regexp.MustCompile("(?s)```(?:sh|console)\n(.*?)```")
)

// invocations finds the arguments of every call of the command.
func invocations(text string) (all [][]string) {
	for _, m := range invocation.FindAllStringSubmatch(comment.ReplaceAllString(text, "$1"), -1) {
		var args []string
		for _, word := range argument.FindAllString(m[1], -1) {
			args = append(args, strings.Trim(word, `"'`))
		}
		all = append(all, args)
	}
	return all
}

func TestWhatHelpShowsIsUnderstood(t *testing.T) {
	seen := 0
	_, shows := cli.Help()
	for name, text := range shows {
		for _, args := range invocations(text) {
			seen++
			if err := cli.Understood(args); err != nil {
				t.Errorf("the help of %q shows 'ringcx %s': %v", name, strings.Join(args, " "), err)
			}
		}
	}
	if seen < 25 {
		t.Errorf("only %d examples were found", seen)
	}
}

// TestWhatHelpAndErrorsTellPeopleToRunIsUnderstood is about the commands in the sentences of the source, but for names
// alone, such as 'ringcx api', and for those with something yet to be filled in.
func TestWhatHelpAndErrorsTellPeopleToRunIsUnderstood(t *testing.T) {
	seen := 0
	for _, pattern := range []string{"../*/*.go", "../../*.go", "../../store/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			for _, m := range quoted.FindAllStringSubmatch(string(text), -1) {
				args := strings.Fields(m[1])[1:]
				if strings.ContainsAny(m[1], "%\"") || cli.Named(args) {
					continue
				}
				seen++
				if err := cli.Understood(args); err != nil {
					t.Errorf("%s tells people to run '%s': %v", name, m[1], err)
				}
			}
		}
	}
	if seen < 15 {
		t.Errorf("only %d were found", seen)
	}
}

func TestWhatTheDocumentsShowIsUnderstood(t *testing.T) {
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range append(files, "../../README.md", "../../SECURITY.md", "../../CONTRIBUTING.md", "../../examples/README.md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range block.FindAllStringSubmatch(string(text), -1) {
			for _, args := range invocations(m[1]) {
				if slices.Contains(args, "$@") {
					continue // of a function: what is called is in its calls
				}
				seen++
				if err := cli.Understood(args); err != nil {
					t.Errorf("%s shows 'ringcx %s': %v", name, strings.Join(args, " "), err)
				}
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d examples were found", seen)
	}
}

func TestAnExampleThatIsNotUnderstoodIsFound(t *testing.T) {
	for line, want := range map[string]string{
		"  eval \"$(ringcx sandbox env --ap native)\" && ringcx login": "unknown flag: --ap",
		"ringcx tokens | cat":                              "tokens",
		"ringcx apitoken delete --token-file a 1":          "delete takes",
		"ringcx apitoken create extra >token.txt":          "takes no argument",
		"RC_USER_JWT=x ringcx login --jwt sales # comment": "takes no argument",
	} {
		var err error
		for _, args := range invocations(line) {
			if err == nil {
				err = cli.Understood(args)
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", line, err)
		}
	}
	for _, line := range []string{"ringcx sandbox &", "source <(ringcx completion bash)", `ringcx doctor --json | jq -r '.findings[] | select(.level == "problem")'`} {
		if all := invocations(line); len(all) != 1 || cli.Understood(all[0]) != nil {
			t.Errorf("%s: %q", line, all)
		}
	}
}

// argued finds secrets in the argument list of a program, where every user of the machine can read them.
var argued = regexp.MustCompile(`(?i)(curl|wget|http)\b[^|\n]*(\$\(ringcx |authorization: *bearer|x-auth-token: |(-u|--user) )`)

func TestNoDocumentPutsASecretIntoAnArgumentList(t *testing.T) {
	texts, shows := cli.Help()
	for name, text := range shows {
		texts[name] += "\n" + text
	}
	for _, pattern := range []string{"../../*.md", "../../docs/*.md", "../../docs/adr/*.md", "../../examples/*.md", "../../examples/*/*.*", "../../examples/*/*/*.*"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			texts[name] = string(text)
		}
	}
	for name, text := range texts {
		if found := argued.FindString(strings.ReplaceAll(text, "\\\n", " ")); found != "" {
			t.Errorf("%s: %s", name, found)
		}
	}
	for _, bad := range []string{`curl -H "Authorization: Bearer $(ringcx token)" URL`, `curl -u "$ID:$SECRET" URL`, `curl -sS URL -H "X-Auth-Token: $T"`} {
		if !argued.MatchString(bad) {
			t.Errorf("not found: %s", bad)
		}
	}
}
