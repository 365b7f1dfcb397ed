package apicli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

const apiHelp = `Calls the RingCX API and prints the answer. What to call is the name of an operation, whose parameters and fields are
flags of their own ('ringcx api createCampaign --help' has them), or a path, with a method before it unless it is GET.

Fields fill the {parameters} of the path first, and then go where the description of the operation has them; where there
is none, into the query of a GET or DELETE, and else into a JSON body. -f takes a text, and makes a number, a date or
true of it where one belongs. Names may be deep (-f parent.id=5); a list is given by repetition (-f ids=1 -f ids=2) or
with brackets (-f rows[].name=a). -F takes JSON as it is, and -F name=@FILE the text in a file (@- standard input), as
for a secret.

What is not as described (a name, a type, a value of a closed list, something missing) is refused before anything is
sent, with exit code 2; --unchecked sends it all the same. --dry-run shows the request, without the token and other
secrets, and sends nothing.

The answer goes to stdout as it comes, whatever its size. On a terminal a list of objects is a table of the first of its
columns, unless --json is given, and other short answers are indented. --csv prints all fields of a list that hold one
value. --jq prints what an expression makes of the answer, as jq -r does: texts bare, all else as JSON; with --paginate,
of the rows of each page. --output FILE keeps the answer for you alone, and changes nothing there unless it has come
whole.

An error of the API is exit code 1, its body on stdout; one that asks for patience (429, or 503 with Retry-After) is 75.
--paginate waits as long as it is asked to, if --max-wait lets it. -v tells where an answer is not as described.

Git Bash takes a path that begins with / for a file of Windows, which is seen through. Where it is not, leave out the
first /, or set MSYS_NO_PATHCONV=1.`

// newAPICmd is the command that calls the API. Of the operations, those that the arguments name are commands below it: each
// has flags of its own, and making all of them would take longer than most calls. inherited are the flags of all commands.
func newAPICmd(a *Commands, inherited *pflag.FlagSet) *cobra.Command {
	c := &apicmd.Call{}
	cmd := &cobra.Command{
		Use: "api OPERATION | [METHOD] PATH", Short: "Call the RingCX API with a token that works",
		Long: apiHelp,
		Example: `  ringcx api /voice/api/v1/admin/accounts
  ringcx api getAgentGroupList --account-id 21000001 --paginate --jq '.[].groupName'
  ringcx api createDialGroup --account-id 21000001 --dial-group-name Sales --dry-run
  ringcx api POST /voice/api/v1/admin/accounts/{accountId}/agentGroups -f accountId=21000001 -f groupName=Sales
  ringcx api /voice/api/v1/admin/users -H 'Accept: application/json' --output users.json`,
		Args: callArgs, ValidArgsFunction: completeOperation,
		RunE: func(cmd *cobra.Command, args []string) error { return a.runAPI(cmd, c, args) },
	}
	addCallFlags(cmd, c)
	a.accountFlag(cmd)
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if args := cmd.Flags().Args(); len(args) == 1 { // of an operation that is none, the flags are not what is wrong
			if refused := apicmd.Named(args[0]); refused != nil {
				return refused
			}
		}
		return cmd.Root().FlagErrorFunc()(cmd, err)
	})
	cmd.AddCommand(newNamedOperations(a, inherited, cmd.PersistentFlags())...)
	cmd.AddCommand(newAPIDocCmds(a)...)
	return cmd
}

func callArgs(_ *cobra.Command, args []string) error {
	if len(args) != 1 && len(args) != 2 {
		return usage.New("api takes a path, a method and a path, or the name of an operation", "such as: ringcx api /voice/api/v1/admin/accounts")
	}
	return nil
}

func completeOperation(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return apicmd.Completions(word), cobra.ShellCompDirectiveNoFileComp
}

// newNamedOperations are the commands of the operations that the arguments name.
func newNamedOperations(a *Commands, inherited ...*pflag.FlagSet) (cmds []*cobra.Command) {
	at := slices.Index(a.Args, "api")
	if at < 0 {
		return nil
	}
	rest := a.Args[at+1:]
	for i, word := range rest {
		if op, ok := apicmd.Operation(word, rest); ok && !slices.Contains(rest[:i], word) {
			cmds = append(cmds, newOperationCmd(a, op, word, inherited...))
		}
	}
	return cmds
}

// newOperationCmd is the command that calls an operation, by the word that named it. inherited are flags that it has already.
func newOperationCmd(a *Commands, op *apispec.Operation, word string, inherited ...*pflag.FlagSet) *cobra.Command {
	c := &apicmd.Call{Operation: op}
	cmd := &cobra.Command{
		Use: word, Short: strings.TrimSuffix(op.Text, "."), Long: terminal.Reflow(apicmd.About(op), helpWidth), Hidden: true,
		Args:              func(_ *cobra.Command, args []string) error { return apicmd.ArgsOf(op, args) },
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, _ []string) error { return a.runAPI(cmd, c, nil) },
	}
	cmd.Flags().SortFlags = false
	usual := &cobra.Command{}
	addCallFlags(usual, c)
	c.AddFlags(cmd, op, append(inherited, usual.Flags())...)
	addCallFlags(cmd, c)
	if !op.Listed() {
		for _, name := range []string{"paginate", "page-size"} { // which are taken, and refused with a reason
			cmd.Flags().Lookup(name).Hidden = true
		}
	}
	width := helpWidth
	if n := a.Columns(); a.OutTerminal && n > 0 {
		width = n
	}
	wrapUsage(cmd, width)
	return cmd
}

// helpWidth is how many columns help has where it is not for a terminal.
const helpWidth = 120

// addCallFlags gives a command the flags that every call has.
func addCallFlags(cmd *cobra.Command, c *apicmd.Call) {
	f := cmd.Flags()
	f.StringArrayVarP(&c.Fields, "field", "f", nil, "a field as text, `name=value`")
	f.StringArrayVarP(&c.TypedFields, "typed-field", "F", nil, "a field as JSON (number, true, null, list …), `name=value`; @FILE is the text in a file")
	f.StringArrayVarP(&c.Headers, "header", "H", nil, "a header of the request, `Name: value`; may be given several times")
	f.StringVar(&c.Input, "input", "", "send `FILE` as the body, - for standard input")
	f.StringVar(&c.Output, "output", "", "write the answer to `FILE`, which only you can read, - for standard output")
	f.BoolVar(&c.Paginate, "paginate", false, "get all pages of a list")
	cmdline.NumberFlag(f, &c.PageSize, "page-size", 100, "rows per page with --paginate")
	f.BoolVarP(&c.Include, "include", "i", false, "print status and headers too")
	f.BoolVar(&c.JSON, "json", false, "print JSON on a terminal too, where a list would be a table")
	f.BoolVar(&c.CSV, "csv", false, "print a list of objects as CSV with a header, for spreadsheets")
	f.StringVar(&c.JQ, "jq", "", "print what an `expression` of jq makes of the answer")
	f.BoolVar(&c.Unchecked, "unchecked", false, "send what is not as described all the same")
	f.BoolVar(&c.DryRun, "dry-run", false, "show the request, and send nothing")
	for flag, typed := range map[string]bool{"field": false, "typed-field": true} {
		cmdline.Complete(cmd, flag, func(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			return apicmd.FieldCompletions(c.Operation, args, word, typed), cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
		})
	}
}

// wrapUsage makes the flags of a command fit into a width. A template of cobra would do so, too, and make the linker keep
// every exported method of every type, see ADR 28.
func wrapUsage(cmd *cobra.Command, width int) {
	usual := cmd.UsageFunc()
	cmd.SetUsageFunc(func(c *cobra.Command) error {
		var b bytes.Buffer
		out, trim := c.OutOrStderr(), strings.TrimSpace
		c.SetOut(&b)
		err := usual(c)
		c.SetOut(out)
		if err != nil {
			return err
		}
		text := b.String()
		for _, flags := range []*pflag.FlagSet{c.LocalFlags(), c.InheritedFlags()} {
			text = strings.Replace(text, trim(flags.FlagUsages()), trim(flags.FlagUsagesWrapped(width)), 1)
		}
		_, err = io.WriteString(out, text)
		return err
	})
}

// runAPI finds what is wrong with a call, signs in, and passes on the answer.
func (a *Commands) runAPI(cmd *cobra.Command, call *apicmd.Call, args []string) error {
	call.Args, call.Sized, call.InputGiven = args, cmd.Flags().Changed("page-size"), cmd.Flags().Changed("input")
	call.Stdin, call.Account, call.AccountChecked = a.Stdin, func() (string, error) { return a.accountOf(cmd, call) }, true
	if err := call.Prepare(); err != nil {
		return err
	}
	defer call.Discard()
	if call.DryRun {
		return a.showCall(call)
	}
	session, acc, err := a.SignedIn()
	if err != nil {
		return err
	}
	if call.Changes() {
		defer terminal.HoldPipe()() // what was made, and cannot be printed, is told on stderr
	}
	to := &apicmd.Out{Stdout: a.Stdout, People: a.OutTerminal}
	format := &rows.Format{CSV: call.CSV}
	to.Rows = func(file io.Writer, schema *apispec.Schema) *rows.Writer {
		return format.To(a.Context, a.Terminal, file, rows.ShapeOf(schema))
	}
	if a.Draws() {
		to.Progress = terminal.Trusted(a.Stderr)
	}
	to.Note, call.FilterTime = a.Warn, a.Timeout
	if a.Verbose {
		to.Warn = a.Warn
	}
	return call.Run(a.Context, acc.Config.Endpoint.Canonical().RingCX, a.lister(session), to)
}

// accountOf is the sub-account of a call: the one that it names, which is looked up as one of --account is, or that of --account,
// or the one that was chosen. One of --account that is another than the call names is refused.
func (a *Commands) accountOf(cmd *cobra.Command, call *apicmd.Call) (string, error) {
	given, flag := call.AccountGiven(), cmd.Flag("account").Value
	named := flag.String()
	if given != "" && named == "" {
		if err := flag.Set(given); err != nil {
			return "", err
		}
	}
	find := func() (string, error) { return a.Sub.ID(call.Changes()) }
	if call.DryRun {
		find = a.subaccountUnasked
	}
	id, err := find()
	if err == nil && given != "" && named != "" && named != given && id != given {
		return "", usage.New(fmt.Sprintf("the call is for the sub-account %q, and --account is %s", wording.Clip(given), wording.OneLine(wording.Clip(named))), "leave one of them out")
	}
	return id, err
}

// showCall shows a call to the server that it would go to, whether or not somebody has logged in.
func (a *Commands) showCall(call *apicmd.Call) error {
	acc, err := a.Resolve()
	var nobody *profile.NotStored
	switch {
	case err == nil && acc.Config != nil:
	case err == nil, errors.As(err, &nobody), errors.Is(err, ringcx.ErrLoginRequired):
		g := a.Given()
		if acc, err = a.Open(); err == nil {
			err = a.Configure(acc, g.Flags.Or(g.Vars).Or(profile.Production), "")
		}
	}
	if err != nil {
		return err
	}
	if follows := call.Follows(); follows != "" {
		defer a.Inform("%s\n", follows)
	}
	return call.Show(a.Context, acc.Config.Endpoint.Canonical().RingCX, acc.Config.UserAgent+" ringcx-go/"+ringcx.Version, a.Stdout)
}

// lister gets lists of the API for a session, and waits as the user lets it.
func (a *Commands) lister(session profile.Login) *apicmd.Lister {
	return &apicmd.Lister{Client: session.Client(), MaxWait: a.MaxWait, Pause: a.Pause}
}
