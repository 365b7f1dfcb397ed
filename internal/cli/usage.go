package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageError is a mistake on the command line or in the settings.
type usageError struct{ problem, remedy string }

func (e *usageError) Error() string { return e.problem }
func (e *usageError) Hint() string  { return e.remedy }

// clip keeps a secret that landed in the wrong place from being repeated.
func clip(s string) string {
	if len(s) > 24 {
		return s[:8] + "…"
	}
	return s
}

// named is the name that a text begins with; what stands behind it may be a secret.
func named(s string) string {
	if end := strings.IndexAny(s, "=: \t"); end > 0 {
		return s[:end]
	}
	return s
}

// unwrapPath is what went wrong with a file, the file first.
func unwrapPath(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Sprintf("%s: %s", path.Path, path.Err)
	}
	return err.Error()
}

// noArgs refuses arguments, and knows what was probably meant.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasAvailableSubCommands() {
		return &usageError{fmt.Sprintf("'%s' takes no argument, but was given %q", cmd.CommandPath(), clip(args[0])), seeHelp(cmd)}
	}
	problem := fmt.Sprintf("'%s' has no command %q", cmd.CommandPath(), clip(args[0]))
	if otherwise[strings.ToLower(args[0])] == cmd.Name() {
		return &usageError{problem, fmt.Sprintf("'%s' alone does that; %s", cmd.CommandPath(), seeHelp(cmd))}
	}
	if near := nearCommand(cmd, args[0]); near != "" {
		return &usageError{problem, fmt.Sprintf("did you mean '%s %s'? %s", cmd.CommandPath(), near, seeHelp(cmd))}
	}
	return &usageError{problem, seeHelp(cmd)}
}

// otherwise are words of other programs for what a command of ours does.
var otherwise = map[string]string{
	"signin": "login", "auth": "login", "signout": "logout", "call": "api", "get": "api", "post": "api", "request": "api", "ls": "list", "show": "list",
	"start": "sandbox", "serve": "sandbox", "server": "sandbox", "test": "conform", "check": "doctor", "me": "whoami", "rm": "delete", "remove": "delete",
}

// nearCommand is the command that was most likely meant, "" if none is near.
func nearCommand(cmd *cobra.Command, word string) string {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			names = append(names, c.Name())
		}
	}
	if near := nearest(word, names); near != "" {
		return near
	}
	if name := otherwise[strings.ReplaceAll(strings.ToLower(word), "-", "")]; slices.Contains(names, name) {
		return name
	}
	return ""
}

func seeHelp(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return "run 'ringcx help' to see the commands"
	}
	return fmt.Sprintf("see '%s --help'", cmd.CommandPath())
}

// expected says what flags of a type take.
var expected = map[string]string{
	"duration": "give a duration such as 90s or 5m",
	"int":      "give a number",
	"uint64":   "give a number",
	"bool":     "leave the value out, or give true or false",
}

// flagError is flagErrorAmong, where the arguments are not known.
func flagError(cmd *cobra.Command, err error) error { return flagErrorAmong(nil, cmd, err) }

// flagErrorAmong puts what is wrong with a flag among the arguments into our words. It repeats no more of it than could be
// a name.
func flagErrorAmong(args []string, cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	var syntax *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &invalid):
		flag := invalid.GetFlag()
		hint := first(expected[flag.Value.Type()], seeHelp(cmd))
		if few, ok := flag.Value.(*oneOf); ok {
			hint = hintOf(invalid.GetValue(), few.words)
		}
		return &usageError{fmt.Sprintf("%q is not a value for --%s", clip(invalid.GetValue()), flag.Name), hint}
	case errors.As(err, &unknown):
		return unknownFlag(args, cmd, unknown)
	case errors.As(err, &syntax):
		return &usageError{fmt.Sprintf("%q is not a flag", clip(syntax.GetSpecifiedFlag())), seeHelp(cmd)}
	}
	return &usageError{strings.TrimSpace(err.Error()), seeHelp(cmd)}
}

// unknownFlag names the flag that is near, also where it was written with one dash.
func unknownFlag(args []string, cmd *cobra.Command, err *pflag.NotExistError) error {
	written := "--" + err.GetSpecifiedName()
	word := written
	if letters := err.GetSpecifiedShortnames(); letters != "" {
		written = "-" + letters
		for _, arg := range args { // pflag has taken the letters before the unknown one away
			if strings.HasPrefix(arg, "-") && !strings.HasPrefix(arg, "--") && strings.HasSuffix(arg, letters) {
				written = arg
			}
		}
		word = "-" + written
	}
	word, _, _ = strings.Cut(word, "=")
	hint := seeHelp(cmd)
	switch near := nearest(word, flagNames(cmd)); {
	case near != "":
		hint = didYouMean(near, hint)
	case cmd.Root().Flags().Lookup(strings.TrimPrefix(word, "--")) != nil:
		hint = didYouMean("'ringcx "+word+"'", hint)
	}
	return &usageError{"unknown flag: " + clip(written), hint}
}

// noEmptyNames refuses a flag that is given nothing, as by a variable that is not set: to go on without it would do
// something else than what was asked for.
func noEmptyNames(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if what, _ := pflag.UnquoteUsage(flag); what == "FILE" && flag.Value.String() == "" {
			err = &usageError{fmt.Sprintf("--%s names no file", flag.Name), "give the name of a file, or leave the flag out; is a variable not set?"}
		}
		switch empty := flag.Value.Type() == "string" && flag.Value.String() == ""; {
		case !empty || err != nil:
		case flag.Name == "profile":
			err = &usageError{"--profile names no profile", "give its name, or leave the flag out; is a variable not set?"}
		default:
			err = &usageError{fmt.Sprintf("--%s is empty", flag.Name), "give a value, or leave the flag out; is a variable not set?"}
		}
	})
	return err
}

// complete has the shell complete the values of a flag.
func complete(cmd *cobra.Command, flag string, values cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, values); err != nil {
		panic(err) // there is no such flag
	}
}

// group is a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: short, Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	g.AddCommand(commands...)
	return g
}

func (a *app) help() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Explain a command", ValidArgsFunction: completeCommand,
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err == nil {
				err = noArgs(about, rest)
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
		if width := a.columns(); a.OutTerminal && width > 0 && width < 120 { // for which it is written
			cmd.Long = reflow(cmd.Long, width)
		}
		show(cmd, args)
	})
}

// completeCommand completes the name of a command, word by word.
func completeCommand(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	about, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, c := range about.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			names = append(names, c.Name()+"\t"+c.Short)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// shells are those whose completion we can write.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func (a *app) completion() *cobra.Command {
	return &cobra.Command{
		Use: "completion SHELL", Short: "Print the completion script of a shell: bash, zsh, fish or powershell",
		Example: `  source <(ringcx completion bash)
  ringcx completion zsh > "${fpath[1]}/_ringcx"
  ringcx completion fish > ~/.config/fish/completions/ringcx.fish`,
		ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &usageError{"completion takes the name of one shell", "one of " + listed(shells)}
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
			return &usageError{fmt.Sprintf("there is no completion for the shell %q", clip(args[0])), hintOf(args[0], shells)}
		},
	}
}
