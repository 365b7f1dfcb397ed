package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

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
