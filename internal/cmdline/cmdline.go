// Package cmdline has what command lines have in common: groups of commands, flags of a few words, and what is wrong with arguments.
package cmdline

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// NoArgs refuses arguments, and knows what was probably meant.
func NoArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasAvailableSubCommands() {
		return usage.New(fmt.Sprintf("'%s' takes no argument, but was given %q", cmd.CommandPath(), wording.Clip(args[0])), seeHelp(cmd))
	}
	problem := fmt.Sprintf("'%s' has no command %q", cmd.CommandPath(), wording.Clip(args[0]))
	if otherwise[strings.ToLower(args[0])] == cmd.Name() {
		return usage.New(problem, fmt.Sprintf("'%s' alone does that; %s", cmd.CommandPath(), seeHelp(cmd)))
	}
	if near := nearCommand(cmd, args[0]); near != "" {
		return usage.New(problem, fmt.Sprintf("did you mean '%s %s'? %s", cmd.CommandPath(), near, seeHelp(cmd)))
	}
	return usage.New(problem, seeHelp(cmd))
}

// otherwise are words of other programs for what a command of ours does.
var otherwise = map[string]string{
	"signin": "login", "auth": "login", "signout": "logout", "call": "api", "get": "api", "post": "api", "request": "api", "ls": "list", "show": "list",
	"start": "sandbox", "serve": "sandbox", "server": "sandbox", "test": "conform", "check": "doctor", "me": "whoami", "rm": "delete", "remove": "delete",
}

// nearCommand is the command that was most likely meant, "" if none is near.
func nearCommand(cmd *cobra.Command, word string) string {
	var names, below []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			names = append(names, c.Name())
		}
		for _, one := range c.Commands() {
			if one.IsAvailableCommand() && strings.EqualFold(one.Name(), word) {
				below = append(below, c.Name()+" "+one.Name())
			}
		}
	}
	if len(below) == 1 { // the one command that is called so, without its group
		return below[0]
	}
	if near := wording.Nearest(word, names); near != "" {
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

// FlagErrorAmong puts what is wrong with a flag among the arguments into our words. It repeats no more of it than could be
// a name.
func FlagErrorAmong(args []string, cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	var syntax *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &invalid):
		flag := invalid.GetFlag()
		hint := wording.First(expected[flag.Value.Type()], seeHelp(cmd))
		if few, ok := flag.Value.(*oneOf); ok {
			hint = wording.HintOf(invalid.GetValue(), few.words)
		}
		return usage.New(fmt.Sprintf("%q is not a value for --%s", wording.Clip(invalid.GetValue()), flag.Name), hint)
	case errors.As(err, &unknown):
		return unknownFlag(args, cmd, unknown)
	case errors.As(err, &syntax):
		return usage.New(fmt.Sprintf("%q is not a flag", wording.Clip(syntax.GetSpecifiedFlag())), seeHelp(cmd))
	}
	return usage.New(strings.TrimSpace(err.Error()), seeHelp(cmd))
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
	switch near := wording.Nearest(word, flagNames(cmd)); {
	case near != "":
		hint = wording.DidYouMean(near, hint)
	case cmd.Root().Flags().Lookup(strings.TrimPrefix(word, "--")) != nil:
		hint = wording.DidYouMean("'ringcx "+word+"'", hint)
	}
	return usage.New("unknown flag: "+wording.Clip(written), hint)
}

// NoEmptyNames refuses a flag that is given nothing, as by a variable that is not set: to go on without it would do
// something else than what was asked for.
func NoEmptyNames(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if what, _ := pflag.UnquoteUsage(flag); what == "FILE" && flag.Value.String() == "" {
			err = usage.New(fmt.Sprintf("--%s names no file", flag.Name), "give the name of a file, or leave the flag out; is a variable not set?")
		}
		switch empty := flag.Value.Type() == "string" && flag.Value.String() == ""; {
		case !empty || err != nil:
		case flag.Name == "profile":
			err = usage.New("--profile names no profile", "give its name, or leave the flag out; is a variable not set?")
		default:
			err = usage.New(fmt.Sprintf("--%s is empty", flag.Name), "give a value, or leave the flag out; is a variable not set?")
		}
	})
	return err
}

// Complete has the shell complete the values of a flag.
func Complete(cmd *cobra.Command, flag string, values cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, values); err != nil {
		panic(err) // there is no such flag
	}
}

// Group is a command that only holds others.
func Group(use, short string, commands ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: short, Args: NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	g.AddCommand(commands...)
	return g
}

// CompleteCommand completes the name of a command, word by word.
func CompleteCommand(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
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
