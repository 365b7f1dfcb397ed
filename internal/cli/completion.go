package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ringcx-go/ringcx/internal/cmdline"
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

// completing is the command, which offers no files in vain if a shell asks what to complete.
func (a *app) completing(root *cobra.Command) *cobra.Command {
	if len(a.Args) > 0 && strings.HasPrefix(a.Args[0], cobra.ShellCompRequestCmd) {
		offerNoFiles(root)
	}
	return root
}

// offerNoFiles has shells complete names of files only where one is wanted: as the argument of a command, or the value of a flag,
// that its usage calls a FILE or a DIR, and for programs to run. What else has no words to choose from has none.
func offerNoFiles(cmd *cobra.Command) {
	if cmd.ValidArgsFunction == nil && cmd.ValidArgs == nil && !strings.Contains(cmd.Use, "FILE") && !strings.Contains(cmd.Use, "CMD") {
		cmd.ValidArgsFunction = cobra.NoFileCompletions
	}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		placeholder, _ := pflag.UnquoteUsage(f)
		if _, offers := cmd.GetFlagCompletionFunc(f.Name); offers || placeholder == "FILE" || placeholder == "DIR" {
			return
		}
		cmdline.Complete(cmd, f.Name, cobra.NoFileCompletions)
	})
	for _, below := range cmd.Commands() {
		offerNoFiles(below)
	}
}
