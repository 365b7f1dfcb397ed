package resourcecmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/resource"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// change is a command that makes, changes or deletes a thing.
type change struct {
	*Host
	kind      *resource.Kind
	operation string
	call      *apicmd.Call
	format    *rows.Format
	group     string          // as it was given
	word      string          // the ID or name of the thing; "": it is a new one
	yes       bool            // nobody is asked
	found     *resource.Found // where the thing is, once it was found
	renew     func() error    // makes what is sent anew after a wait; nil: it stays as it is
	status    int             // of the answer
}

// newChange is the command of a change, without the flags of its operation.
func newChange(h *Host, k *resource.Kind, operation, use, short string) (*change, *cobra.Command) {
	c := &change{Host: h, kind: k, operation: operation, call: &apicmd.Call{Stdin: h.Stdin, PageSize: 1}}
	cmd := &cobra.Command{Use: use, Short: short, ValidArgsFunction: cobra.NoFileCompletions}
	f := cmd.Flags()
	f.StringArrayVarP(&c.call.Fields, "field", "f", nil, "a field as text, `name=value`; the name may be deep, such as parent.id")
	f.StringArrayVarP(&c.call.TypedFields, "typed-field", "F", nil, "a field as JSON, `name=value`; @FILE is the text in a file")
	f.BoolVar(&c.call.Unchecked, "unchecked", false, "send what is not as described all the same")
	f.BoolVar(&c.call.DryRun, "dry-run", false, "show the request, and change nothing")
	return c, cmd
}

// addFlags gives the command a flag for each field, if it is the one that is run, completed or explained: for all of them that would
// take longer than most commands do.
func (c *change) addFlags(cmd *cobra.Command) {
	if at := slices.Index(c.Args, c.kind.Name); at < 0 || !slices.Contains(c.Args[at:], cmd.Name()) {
		return
	}
	c.bind()
	c.call.AddFlags(cmd, c.call.Operation, c.Inherited)
	_, about, _ := strings.Cut(apicmd.About(c.call.Operation), "\n\n")
	cmd.Long = cmd.Short + ".\n\n" + about
	cmd.Flags().SortFlags = false
}

// bind has the call be one of the operation, whose path the command's own arguments fill.
func (c *change) bind() {
	c.call.Operation, c.call.Late = resource.Operation(c.operation), make(map[string]func() (string, error))
	id, group := c.kind.Params()
	for _, name := range resource.PathParams(c.operation) {
		switch name {
		case id:
			c.call.Late[name] = func() (string, error) { f, err := c.find(); return f.ID, err }
		case group:
			c.call.Late[name] = func() (string, error) { f, err := c.find(); return f.Group, err }
		default:
			c.call.Late[name] = func() (string, error) {
				if c.call.DryRun {
					return c.Unasked()
				}
				return c.Account(true)
			}
		}
	}
}

// find finds out where the thing is, or the group that a new one is for. IDs cost no request.
func (c *change) find() (resource.Found, error) {
	switch {
	case c.found != nil:
		return *c.found, nil
	case resource.IsID(c.group) && (c.word == "" || resource.IsID(c.word)), c.kind.Group == "" && (c.word == "" || resource.IsID(c.word)):
		return resource.Found{Kind: c.kind, Group: c.group, ID: c.word}, nil
	}
	r, done, err := c.runner(c.format, true)
	if err != nil {
		return resource.Found{}, err
	}
	defer done()
	found := resource.Found{Kind: c.kind}
	if c.word == "" {
		in, e := r.Find(c.Context, resource.Named(c.kind.Group), c.group, "")
		found.Group, err = in.ID, e
	} else {
		found, err = r.Find(c.Context, c.kind, c.word, c.group)
	}
	if err == nil {
		c.found = &found
	}
	return found, err
}

// prepare finds what is wrong with the change before anybody is asked for anything.
func (c *change) prepare() error {
	c.bind()
	for _, given := range slices.Concat(c.call.Fields, c.call.TypedFields) {
		name, _, _ := strings.Cut(given, "=")
		if _, said := c.call.Late[name]; said {
			return usage.New(fmt.Sprintf("%s is a part of the path, and no field here", name), "the argument says which one is meant, --group its group, --account the sub-account")
		}
	}
	return c.call.Prepare()
}

// send does the change, and returns the answer. A vendor that asks for patience is given it where the description says that the
// change may be sent again. After that, what is sent is made anew, since others may have changed the thing meanwhile.
func (c *change) send() (json.RawMessage, error) {
	login, err := c.SignIn()
	if err != nil {
		return nil, err
	}
	until := time.Now().Add(login.Lists.MaxWait)
	for {
		answer, err := c.sendOnce(login)
		wait := c.asksToWait(err)
		if wait == 0 || time.Now().Add(wait).After(until) {
			if err != nil {
				_, unprinted := c.Stdout.Write(answer) // what the vendor says of it
				return nil, errors.Join(err, unprinted)
			}
			return answer, nil
		}
		if err := login.Lists.Pause(wait, "the vendor asked for patience"); err != nil {
			return nil, err
		}
		if c.renew != nil {
			if err := c.renew(); err != nil {
				return nil, err
			}
		}
	}
}

// asksToWait is how long an answer asks to wait before the change is sent again; 0: it does not, or the change may not be.
func (c *change) asksToWait(err error) time.Duration {
	if refused := (*apicmd.CallError)(nil); resource.IsRepeatable(c.operation) && errors.As(err, &refused) && refused.Busy() {
		return refused.RetryAfter()
	}
	return 0
}

// sendOnce does the change, and returns what is answered, also with an error.
func (c *change) sendOnce(login *Login) (json.RawMessage, error) {
	var answer bytes.Buffer
	of := resource.Found{Kind: c.kind, ID: c.word}
	if !resource.IsID(c.word) {
		of.ID = ""
	}
	if c.found != nil {
		of = *c.found
	}
	to := &apicmd.Out{Stdout: &answer, Check: func(r *apicmd.Reply) error { c.status = r.Code; return of.Refusal(c.operation, r) }}
	if login.Verbose {
		to.Warn = c.Warn
	}
	err := c.call.Run(c.Context, login.Base, login.Lists, to)
	return answer.Bytes(), err
}

// tell prints the thing as it is now, if the answer says so, and what was done with it.
func (c *change) tell(done string, answer json.RawMessage) error {
	f, err := c.find()
	if err != nil {
		return err
	}
	id := wording.First(f.ID, rows.Field(answer, resource.Key(c.kind)))
	if c.status == http.StatusAccepted {
		c.Inform("The vendor has taken it on (202) and does not say that it is done: %s %s\n", c.kind.One, wording.OneLine(id))
		return c.print(answer)
	}
	c.Inform("%s\n", strings.TrimSpace(fmt.Sprintf("%s %s %s", done, c.kind.One, wording.OneLine(id)))+".")
	return c.print(answer)
}

// print prints the answer, if it is a thing.
func (c *change) print(answer json.RawMessage) error {
	if !resource.IsObject(answer) || c.kind.Delete == c.operation {
		return nil
	}
	if err := c.one(c.kind.Get, answer, c.format); err != nil {
		return terminal.NewUnprinted(fmt.Errorf("it was done, but the answer was not printed whole: %w", err), "what was made or changed is there; get it again before doing it twice")
	}
	return nil
}

// sendOrShow sends the call and tells what was done, or shows it in a dry run.
func (c *change) sendOrShow(done string) error {
	if c.call.DryRun {
		return c.Show(c.call)
	}
	defer terminal.HoldPipe()() // what was made, and cannot be printed, is told on stderr
	answer, err := c.send()
	if err != nil {
		return err
	}
	return c.tell(done, answer)
}

func newCreateCmd(h *Host, k *resource.Kind) *cobra.Command {
	c, cmd := newChange(h, k, k.Create, "create", "Make a new "+k.One)
	cmd.Args = cmdline.NoArgs
	cmd.Flags().StringVar(&c.call.Input, "input", "", "send `FILE` as the whole, - for standard input")
	if k.Group != "" {
		cmd.Flags().StringVar(&c.group, "group", "", fmt.Sprintf("ID or name of the %s that it is for", resource.Named(k.Group).One))
		cmdline.Complete(cmd, "group", cobra.NoFileCompletions)
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c.call.InputGiven = cmd.Flags().Changed("input")
		if k.Group != "" && c.group == "" {
			return usage.New(fmt.Sprintf("a new %s needs its %s", k.One, resource.Named(k.Group).One), fmt.Sprintf("add --group, an ID or a name; 'ringcx %s list' shows them", k.Group))
		}
		if err := c.prepare(); err != nil {
			return err
		}
		return c.sendOrShow("Created")
	}
	c.format = rows.Flags(cmd)
	c.addFlags(cmd)
	return cmd
}

func newUpdateCmd(h *Host, k *resource.Kind) *cobra.Command {
	c, cmd := newChange(h, k, k.Update, useOne(k, "update"), fmt.Sprintf("Change fields of one %s, and leave the others as they are", k.One))
	cmd.Args = ofOne(k, "update")
	groupFlag(cmd, k, &c.group, "it is looked for in all of them")
	c.call.Partial = true
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		c.word = args[0]
		if err := c.prepare(); err != nil {
			return err
		}
		if c.call.Body() == nil {
			return usage.New("nothing is to be changed", fmt.Sprintf("give fields, see 'ringcx %s update --help'", k.Name))
		}
		changes := c.call.Body()
		c.renew = func() error { return c.merge(changes) }
		if err := c.renew(); err != nil {
			return err
		}
		return c.sendOrShow("Changed")
	}
	c.format = rows.Flags(cmd)
	c.addFlags(cmd)
	return cmd
}

// merge reads the thing, and has the call send all of it with changes.
func (c *change) merge(changes json.RawMessage) error {
	r, done, err := c.runner(c.format, true)
	if err != nil {
		return err
	}
	defer done()
	found, err := c.find()
	if err != nil {
		return err
	}
	read, err := r.Get(c.Context, found)
	if err != nil {
		return err
	}
	whole, left, err := c.kind.Changed(read, changes)
	if err != nil {
		return err
	}
	if left != nil {
		c.Warn(fmt.Sprintf("not sent back, being empty in another form than the update has: %s", wording.Listed(left)))
	}
	c.call.SetBody(whole)
	return nil
}

func newDeleteCmd(h *Host, k *resource.Kind) *cobra.Command {
	c, cmd := newChange(h, k, k.Delete, useOne(k, "delete"), fmt.Sprintf("Delete one %s", k.One))
	cmd.Args = ofOne(k, "delete")
	groupFlag(cmd, k, &c.group, "it is looked for in all of them")
	cmd.Flags().BoolVar(&c.yes, "yes", false, "do not ask")
	c.format = &rows.Format{}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		c.word = args[0]
		if err := c.prepare(); err != nil {
			return err
		}
		if c.call.DryRun {
			return c.Show(c.call)
		}
		if err := c.confirm(); err != nil {
			return err
		}
		defer terminal.HoldPipe()()
		answer, err := c.send()
		if err != nil {
			return err
		}
		return c.tell("Deleted", answer)
	}
	c.addFlags(cmd)
	return cmd
}

// confirm asks whether the thing may be deleted, by the name that it has.
func (c *change) confirm() error {
	if c.yes {
		return nil
	}
	if !c.CanAsk() {
		return usage.New(fmt.Sprintf("there is nobody to ask whether the %s may be deleted", c.kind.One), "add --yes if it may")
	}
	r, done, err := c.runner(c.format, true)
	if err != nil {
		return err
	}
	defer done()
	found, err := c.find()
	if err != nil {
		return err
	}
	one, err := r.Get(c.Context, found)
	if err != nil {
		return err
	}
	done()
	name := ""
	for _, field := range c.kind.Names {
		name = wording.First(name, rows.Field(one, field))
	}
	where := ""
	if !c.kind.NoAccount {
		where = " of sub-account " + c.Chosen()
	}
	answer, err := c.AskMaybe(strings.Join(strings.Fields(fmt.Sprintf("Delete the %s %s%s? %s [y/N]", c.kind.One, strings.TrimSpace(found.ID+" "+wording.OneLine(name)), where, c.kind.Also)), " "))
	if err != nil {
		return err
	}
	if answer = strings.ToLower(answer); answer != "y" && answer != "yes" {
		return errors.New("nothing was deleted")
	}
	return nil
}
