package cli

import (
	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/terminal"
)

func newHelpCmd() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Explain a command", ValidArgsFunction: cmdline.CompleteCommand,
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err == nil {
				err = cmdline.NoArgs(about, rest)
			}
			if err != nil {
				return err
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// fitHelp has the text of help fit the terminal.
func (a *app) fitHelp(root *cobra.Command) {
	show := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if width := a.Columns(); a.OutTerminal && width > 0 && width < 120 { // for which it is written
			cmd.Long = terminal.Reflow(cmd.Long, width)
		}
		show(cmd, args)
	})
}

// shells are those whose completion we can write.
var shells = []string{"bash", "zsh", "fish", "powershell"}
