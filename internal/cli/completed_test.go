package cli_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// offersFiles says whether a shell completes names of files behind a line.
func (p *person) offersFiles(line ...string) bool {
	p.t.Helper()
	out, _ := p.pipes(0, append([]string{"__complete"}, line...)...)
	return strings.HasSuffix(out, "\n:0\n") || out == ":0\n"
}

func TestAShellOffersFilesOnlyWhereAFileOrAProgramIsWanted(t *testing.T) {
	p := newPerson(t)
	of := map[string]bool{"leads import": true, "exec": true, "conform": true}
	for _, path := range everyCommand() {
		if got := p.offersFiles(append(slices.Clone(path), "")...); got != of[strings.Join(path, " ")] {
			t.Errorf("%q: files are offered: %t", path, got)
		}
	}
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		path := strings.Fields(cmd.CommandPath())[1:]
		cmd.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
			placeholder, _ := pflag.UnquoteUsage(f)
			if f.Value.Type() == "bool" {
				return
			}
			want := placeholder == "FILE" || placeholder == "DIR"
			if got := p.offersFiles(append(slices.Clone(path), "--"+f.Name, "")...); got != want {
				t.Errorf("%q --%s %s: files are offered: %t", path, f.Name, placeholder, got)
			}
		})
		for _, c := range cmd.Commands() {
			look(c)
		}
	}
	look(cli.Pages())
	for _, line := range [][]string{{"api", "getAgentGroup", "--account-id", ""}, {"agents", "create", "--group", ""}, {"users", "update", "20", "--first-name", ""}} {
		if p.offersFiles(line...) {
			t.Errorf("%q: files are offered", line)
		}
	}
}
