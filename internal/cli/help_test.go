package cli_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// everyCommand is the path of every command, without the program's name.
func everyCommand() (all [][]string) {
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		all = append(all, strings.Fields(cmd.CommandPath())[1:])
		for _, c := range cmd.Commands() {
			look(c)
		}
	}
	look(cli.Pages())
	return append(all, []string{"help"})
}

func TestTheHelpOfEveryCommandIsTheSameHoweverItIsAskedFor(t *testing.T) {
	p := newPerson(t)
	mark := len(p.box.Paths())
	for _, path := range everyCommand() {
		want, errs := p.pipes(0, append([]string{"help"}, path...)...)
		if len(want) < 100 || errs != "" {
			t.Errorf("%q: %q, %q", path, want, errs)
		}
		for _, flag := range []string{"-h", "--help"} {
			if got, errs := p.pipes(0, append(slices.Clone(path), flag)...); got != want || errs != "" {
				t.Errorf("%q %s: %q, %q", path, flag, got, errs)
			}
		}
	}
	if n := len(p.box.Paths()); n != mark {
		t.Error("something was sent")
	}
}

func TestAFlagThatIsUnknownIsNamedWithOneThatIsNear(t *testing.T) {
	p := newPerson(t)
	for _, c := range []struct{ line, says, near string }{
		{"status --jsno", "--jsno", "--json"},
		{"-version", "-version", "--version"},
		{"--vesrion", "--vesrion", "--version"},
		{"token -json", "-json", "--json"},
		{"token --version", "--version", "'ringcx --version'"},
		{"api /x --paginat", "--paginat", "--paginate"},
		{"status --profil=x", "--profil", "--profile"},
		{"conform --onlly expiry -- true", "--onlly", "--only"},
		{"sandbox env --ap native", "--ap", "--app"},
	} {
		_, errs := p.pipes(2, strings.Fields(c.line)...)
		if !strings.HasPrefix(errs, "ringcx: unknown flag: "+c.says+"\nhint: did you mean "+c.near+"? ") {
			t.Errorf("%s: %q", c.line, errs)
		}
	}
	for _, line := range []string{"status --nothing", "status -q", "token -eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9", "login --eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9", "login --=eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9"} {
		_, errs := p.pipes(2, strings.Fields(line)...)
		if strings.Contains(errs, "did you mean") || strings.Contains(errs, "eyJhbGciOiJSUzI1NiIsInR5") {
			t.Errorf("%s: %q", line, errs)
		}
	}
}

func TestACommandThatIsUnknownIsNamedWithOneThatIsNear(t *testing.T) {
	p := newPerson(t)
	for line, near := range map[string]string{
		"tokn": "ringcx token", "TOKEN": "ringcx token", "sand": "ringcx sandbox", "singin": "", "sign-in": "ringcx login", "get": "ringcx api", "profile ls": "ringcx profile list",
		"profiles": "ringcx profile", "help staus": "ringcx status", "sandbox evn": "ringcx sandbox env", "hlep": "ringcx help", "nonsense": "", "xyz": "",
	} {
		_, errs := p.pipes(2, strings.Fields(line)...)
		if near == "" && strings.Contains(errs, "did you mean") || near != "" && !strings.Contains(errs, "\nhint: did you mean '"+near+"'? ") || strings.Count(errs, "\n") != 2 {
			t.Errorf("%s: %q", line, errs)
		}
	}
}

func TestCompletionKnowsScenariosCommandsAndProfiles(t *testing.T) {
	p := newPerson(t)
	for _, c := range []struct {
		args       []string
		has, hasNo string
	}{
		{[]string{"conform", "--only", ""}, "expiry\tthe token expired", "expiry,"},
		{[]string{"conform", "--only", "expiry,lo"}, "expiry,lost-refresh\t", "expiry,expiry\t"},
		{[]string{"help", ""}, "sandbox\t", "env\t"},
		{[]string{"help", "sandbox", ""}, "env\t", "login\t"},
		{[]string{"status", "--profile", ""}, "sandbox", "native"},
		{[]string{"completion", ""}, "powershell", "tcsh"},
	} {
		out, _ := p.pipes(0, append([]string{"__complete"}, c.args...)...)
		if !strings.Contains(out, c.has) || strings.Contains(out, c.hasNo) {
			t.Errorf("%q: %s", c.args, out)
		}
	}
}

// exitCodes are those that a text lists.
func exitCodes(text string) (all []string) {
	list := regexp.MustCompile(`(?s)Exit codes: (.*?)\.(?:\n| [A-Z])`).FindStringSubmatch(text)
	if list == nil {
		return nil
	}
	for _, m := range regexp.MustCompile(`(?:^|\s)(\d+)\s[a-z]`).FindAllStringSubmatch(list[1], -1) {
		all = append(all, m[1])
	}
	return all
}

func TestTheExitCodesAreThoseThatHelpAndReadmeList(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	help, _ := newPerson(t).pipes(0, "help")
	for from, text := range map[string]string{"README.md": string(readme), "help": help} {
		if got := exitCodes(text); !slices.Equal(got, cli.ExitCodes) {
			t.Errorf("%s lists %q, the command has %q", from, got, cli.ExitCodes)
		}
	}
}

// completions are what a shell offers behind a line.
func (p *person) completions(line ...string) (all []string) {
	out, _ := p.pipes(0, append([]string{"__complete"}, line...)...)
	for _, one := range strings.Split(strings.TrimSpace(out), "\n") {
		if word, _, _ := strings.Cut(one, "\t"); word != "" && !strings.HasPrefix(word, ":") {
			all = append(all, word)
		}
	}
	return all
}

func TestAWordThatAFlagDoesNotTakeIsNamedWithTheNearest(t *testing.T) {
	p := newPerson(t)
	seen := map[string]bool{}
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		path := strings.Fields(cmd.CommandPath())[1:]
		cmd.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
			if _, fixed := cmd.GetFlagCompletionFunc(f.Name); !fixed || f.Name == "profile" { // whose words are the user's own
				return
			}
			for _, word := range p.completions(append(slices.Clone(path), "--"+f.Name, "")...) {
				word, assigns := strings.CutSuffix(word, "=")
				wrong := word + word[len(word)-1:]
				if assigns {
					wrong += "=0"
				}
				line := append(slices.Clone(path), "--"+f.Name, wrong)
				if cmd.Name() == "conform" {
					line = append(line, "--", "true")
				}
				_, errs := p.pipes(2, line...)
				if !strings.Contains(errs, "\nhint: did you mean "+word+"? ") || strings.Count(errs, "\n") != 2 {
					t.Errorf("%q: %s", line, errs)
				}
				seen["--"+f.Name] = true
			}
		})
		for _, c := range cmd.Commands() {
			look(c)
		}
	}
	look(cli.Pages())
	for _, name := range []string{"--algorithm", "--app", "--emulate", "--format", "--only", "--set"} {
		if !seen[name] {
			t.Errorf("%s completes nothing", name)
		}
	}
	for line, hint := range map[string]string{
		"sandbox env --format pwsh":                        "did you mean powershell? one of sh, fish, powershell, dotenv, json and github",
		"sandbox env --format zsh":                         "did you mean sh? one of sh, fish, powershell, dotenv, json and github",
		"sandbox env --app bot":                            "one of jwt, native, web and admin",
		"sandbox --algorithm es256":                        "did you mean ES256? one of ES256, RS256 and EdDSA",
		"sandbox --set ringcxRefreshReuse=revoke-famly":    "did you mean revoke-family? one of ",
		"sandbox contract --set ringcxRefreshReuse=revoke": "did you mean revoke-family? one of ",
	} {
		if _, errs := p.pipes(2, strings.Fields(line)...); !strings.Contains(errs, "\nhint: "+hint) {
			t.Errorf("%s: %s", line, errs)
		}
	}
}
