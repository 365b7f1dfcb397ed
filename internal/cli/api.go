package cli

import (
	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

const apiHelp = `Calls the RingCX API and prints the answer. What to call is a path, with a method before it unless it is GET, or the
name of an operation as the vendor's API description gives it. Fields fill the {parameters} of the path first; what is
left goes into the query of a GET or DELETE, or where the operation says so, and else into a JSON body.

The answer goes to stdout as it comes, whatever its size; a short one is indented on a terminal. --output FILE keeps it
for you alone, and changes nothing there unless the whole answer has come. An error of the API is exit code 1, its body
on stdout; one that asks for patience (429, or 503 with Retry-After) is 75. --paginate waits as long as it is asked to,
if --max-wait lets it.

Git Bash takes a path that begins with / for a file of Windows, which is seen through. Where it is not, leave out the
first /, or set MSYS_NO_PATHCONV=1.`

func newAPICmd(a *app) *cobra.Command {
	c := &apicmd.Call{}
	cmd := &cobra.Command{
		Use: "api [METHOD] PATH | OPERATION", Short: "Call the RingCX API with a token that works",
		Long: apiHelp,
		Example: `  ringcx api /voice/api/v1/admin/accounts
  ringcx api getAgentGroupList -f accountId=21000001 --paginate
  ringcx api POST /voice/api/v1/admin/accounts/{accountId}/agentGroups -f accountId=21000001 -f groupName=Sales
  ringcx api /voice/api/v1/admin/users -H 'Accept: application/json' --output users.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 && len(args) != 2 {
				return usage.New("api takes a path, a method and a path, or the name of an operation", "such as: ringcx api /voice/api/v1/admin/accounts")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c.Args, c.Sized, c.InputGiven = args, cmd.Flags().Changed("page-size"), cmd.Flags().Changed("input")
			return a.runAPI(c)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&c.Fields, "field", "f", nil, "a field as text, `name=value`")
	f.StringArrayVarP(&c.TypedFields, "typed-field", "F", nil, "a field as JSON (number, true, null, list …), `name=value`")
	f.StringArrayVarP(&c.Headers, "header", "H", nil, "a header of the request, `Name: value`; may be given several times")
	f.StringVar(&c.Input, "input", "", "send `FILE` as the body, - for standard input")
	f.StringVar(&c.Output, "output", "", "write the answer to `FILE`, which only you can read, - for standard output")
	f.BoolVar(&c.Paginate, "paginate", false, "get all pages of a list")
	f.IntVar(&c.PageSize, "page-size", 100, "rows per page with --paginate")
	f.BoolVarP(&c.Include, "include", "i", false, "print status and headers too")
	a.accountFlag(cmd)
	return cmd
}

// runAPI finds what is wrong with a call, signs in, and passes on the answer.
func (a *app) runAPI(call *apicmd.Call) error {
	call.Stdin = a.Stdin
	if err := call.Prepare(); err != nil {
		return err
	}
	defer call.Discard()
	session, acc, err := a.SignedIn()
	if err != nil {
		return err
	}
	if call.Changes() {
		defer terminal.HoldPipe()() // what was made, and cannot be printed, is told on stderr
	}
	to := &apicmd.Out{Stdout: a.Stdout, People: a.OutTerminal}
	if a.Draws() {
		to.Progress = terminal.Trusted(a.Stderr)
	}
	return call.Run(a.Context, acc.Config.Endpoint.Canonical().RingCX, a.lister(session), to)
}

// lister gets lists of the API for a session, and waits as the user lets it.
func (a *app) lister(session *ringcx.Session) *apicmd.Lister {
	return &apicmd.Lister{Client: session.Client(), MaxWait: a.MaxWait, Pause: a.Pause}
}
