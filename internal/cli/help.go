package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
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

func newCompletionCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "completion SHELL", Short: "Print the completion script of a shell: bash, zsh, fish or powershell",
		Example: `  source <(ringcx completion bash)
  ringcx completion zsh > "${fpath[1]}/_ringcx"
  ringcx completion fish > ~/.config/fish/completions/ringcx.fish`,
		ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage.New("completion takes the name of one shell", "one of "+wording.Listed(shells))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.Stdout, true)
			case "zsh":
				return root.GenZshCompletion(a.Stdout)
			case "fish":
				return root.GenFishCompletion(a.Stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.Stdout)
			}
			return usage.New(fmt.Sprintf("there is no completion for the shell %q", wording.Clip(args[0])), wording.HintOf(args[0], shells))
		},
	}
}
