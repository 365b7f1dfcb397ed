package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/env"
)

// Pages is the tree of commands for a writer of manual pages, which takes texts for Markdown. Nothing of it can be run.
func Pages() *cobra.Command {
	root := newApp(&env.Env{Getenv: func(string) string { return "" }}).command()
	root.DisableAutoGenTag, root.Version = true, ringcx.Version
	var plain func(cmd *cobra.Command)
	plain = func(cmd *cobra.Command) {
		cmd.Long = markdown(cmd.Long)
		for _, c := range cmd.Commands() {
			plain(c)
		}
	}
	plain(root)
	return root
}

// special are characters that Markdown would take for marks.
var special = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "`", "\\`", "|", `\|`)

// markdown is a text that reads in Markdown as it is: what is indented keeps its lines, as an example does.
func markdown(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "  ") {
			lines[i] = "  " + line // four are code
		} else {
			lines[i] = special.Replace(line)
		}
	}
	return strings.Join(lines, "\n")
}
