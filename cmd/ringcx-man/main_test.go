package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cli"
)

func TestEveryCommandHasAPageWithAllOfItsText(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man")
	if err := run([]string{dir}); err != nil {
		t.Fatal(err)
	}
	seen := 0
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		seen++
		name := filepath.Join(dir, strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".1")
		page, err := os.ReadFile(name) //nolint:gosec // our own
		if err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer(`\&`, "", `\\`, `\`, `\-`, "-", `\fB`, "", `\fR`, "", `\fP`, "").Replace(string(page))
		for _, word := range strings.Fields(strings.ReplaceAll(cmd.Long, `\`, "") + " " + cmd.Short + " " + cmd.Example) {
			if !strings.Contains(text, word) {
				t.Errorf("%s: %q is missing", name, word)
			}
		}
		if strings.Contains(text, `\*`) || strings.Contains(text, `\_`) || strings.Contains(text, `\[`) {
			t.Errorf("%s holds marks of Markdown", name)
		}
		for _, c := range cmd.Commands() {
			look(c)
		}
	}
	look(cli.Pages())
	if seen < 25 {
		t.Errorf("only %d commands were found", seen)
	}
	if err := run(nil); err == nil {
		t.Error("it writes nowhere")
	}
}
