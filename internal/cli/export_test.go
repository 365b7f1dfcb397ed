package cli

import (
	"strconv"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/env"
)

// WithoutSecrets is an answer of the vendor as people may see it.
var WithoutSecrets = withoutSecrets

// Stop is what stops the reader of a form of 'ringcx sandbox env' that arguments ask for.
func Stop(args ...string) string { return formAmong(args).Stop() }

// ExitCodes are all that the command has.
var ExitCodes = []string{
	strconv.Itoa(exitDone), strconv.Itoa(exitError), strconv.Itoa(exitUsage), strconv.Itoa(exitLoginRequired), strconv.Itoa(exitBusy),
	strconv.Itoa(exitInterrupted), strconv.Itoa(exitUnread), strconv.Itoa(exitTerminated),
}

func tree(args ...string) *cobra.Command {
	root := newApp(&env.Env{Args: args, Getenv: func(string) string { return "" }}).command()
	root.InitDefaultHelpCmd()
	return root
}

// Understood says why the command does not understand its arguments, nil if it does. Nothing is run.
func Understood(args []string) error {
	root := tree(args...)
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	cmd.InitDefaultHelpFlag()
	if err := cmd.ParseFlags(rest); err != nil {
		return cmdline.FlagErrorAmong(nil, cmd, err)
	}
	if help := cmd.Flags().Lookup("help"); help != nil && help.Changed {
		return nil
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}

// Named says whether the arguments are the name of a command, and no more.
func Named(args []string) bool {
	_, rest, err := tree(args...).Find(args)
	return err == nil && len(rest) == 0
}

// Help is what the help of each command says and shows, by the command.
func Help() (says, shows map[string]string) {
	says, shows = map[string]string{}, map[string]string{}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		says[cmd.CommandPath()], shows[cmd.CommandPath()] = cmd.Long, cmd.Example
		for _, c := range cmd.Commands() {
			walk(c)
		}
	}
	walk(tree())
	return says, shows
}
