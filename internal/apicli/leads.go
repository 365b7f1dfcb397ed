package apicli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/leads"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

const leadsImportHelp = `Reads a CSV file, - for standard input, and loads its rows into a campaign as leads.

The first line names the columns; each is the field of a lead that has its name ("First Name", first_name, LAST_NAME), or a
usual other one (phone, surname, zip code). --map says what another column is. A column that is no field is an error, unless
--ignore-unknown leaves all such columns out. leadPhone and externId are needed.

Every row is checked before anything is sent. One that is no lead costs itself: it is told with its line, and kept in the file
of --rejects with the reason; --all-or-nothing sends nothing then. Rows are sent in batches, within the limits that the vendor
documents. No batch is sent twice: what is sent, and what was answered, is kept in a journal, and an import that has not ended
goes on with --resume. A batch of which no answer says whether it is in is uncertain, and is not sent again unless --settle unsent says
that it is not. One that RingCX refuses as it is costs itself. The rows of --rejects can be mended there and imported from there; of a
file that was mended itself, --skip-sent sends the rows that are not in.

Exit code 0: all rows are in; 1: some are not; 75: the vendor is busy, --resume goes on later.`

func newLeadsCmd(a *Commands) *cobra.Command {
	group := cmdline.Group("leads", "Work with the leads of campaigns", newLeadsImportCmd(a), newLeadsSearchCmd(a))
	a.accountFlag(group)
	return group
}

func newLeadsImportCmd(a *Commands) *cobra.Command {
	im := &leads.Import{}
	var asJSON, dryRun bool
	cmd := &cobra.Command{
		Use: "import FILE.csv", Short: "Load the rows of a CSV file into a campaign",
		Long: leadsImportHelp,
		Example: `  ringcx leads import leads.csv --campaign 1234 --dry-run
  ringcx leads import leads.csv --campaign 1234 --map 'Customer No=externId' --rejects rejects.csv
  ringcx leads import leads.csv --campaign 1234 --resume`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage.New("leads import takes the name of one file", "such as: ringcx leads import leads.csv --campaign 1234")
			}
			return nil
		},
	}
	settings := leadSettings(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		im.Path, im.Stdin, im.Settings = args[0], a.Stdin, settings()
		if im.Dir == "" && a.StateDir() != "" {
			im.Dir = filepath.Join(a.StateDir(), "imports")
		}
		return a.importLeads(im, asJSON, dryRun)
	}
	importFlags(cmd, im)
	f := cmd.Flags()
	f.BoolVar(&dryRun, "dry-run", false, "check the file and show the first request; nothing is sent")
	f.BoolVar(&asJSON, "json", false, "print the report as JSON")
	return cmd
}

// importFlags adds the flags that are not settings of the vendor's request.
func importFlags(cmd *cobra.Command, im *leads.Import) {
	f := cmd.Flags()
	cmdline.NumberFlag(f, &im.Campaign, "campaign", 0, "the `ID` of the campaign")
	f.StringArrayVar(&im.Columns.Map, "map", nil, "what a column is, `Column=field`; Column= leaves it out")
	f.StringSliceVar(&im.Columns.Names, "columns", nil, "the `names` of the columns, of a file whose first line has none")
	f.BoolVar(&im.Columns.IgnoreUnknown, "ignore-unknown", false, "leave columns out that are no field")
	f.StringVar(&im.Columns.ExternIDs, "extern-id-prefix", "", "make an externId of `TEXT` and the line for rows that have none")
	f.StringVar(&im.Delimiter, "delimiter", "", "what stands between cells: a `character`, comma, semicolon, tab or pipe (default: it is found)")
	cmdline.NumberFlag(f, &im.Batch, "batch", 500, "rows of a request")
	f.StringVar(&im.Rejects, "rejects", "", "keep the rows that are not in, with the reasons, in `FILE`, a CSV file")
	f.StringVar(&im.Dir, "state", "", "keep journals in `DIR` (default: imports, beside the sessions)")
	f.BoolVar(&im.AllOrNothing, "all-or-nothing", false, "send nothing if a row is no lead")
	f.BoolVar(&im.Resume, "resume", false, "go on with an import that has not ended")
	f.BoolVar(&im.SkipSent, "skip-sent", false, "leave out rows that an import of another file has sent into the campaign")
	f.StringSliceVar(&im.Settle, "settle", nil, "with --resume or --skip-sent: what became of what is uncertain, `sent|unsent`, or 3=sent of a batch")
	f.BoolVar(&im.Again, "again", false, "import once more what was imported before")
}

// leadSettings adds a flag for each setting of the vendor's request. What it returns collects those that are sent.
func leadSettings(cmd *cobra.Command) func() leads.Settings {
	f := cmd.Flags()
	var collect []func(leads.Settings)
	for _, o := range leads.Options {
		switch {
		case o.Switch:
			to := f.Bool(o.Flag, false, o.Usage)
			collect = append(collect, func(s leads.Settings) {
				if f.Changed(o.Flag) {
					s[o.Flag] = *to
				}
			})
		case o.Several:
			to := f.StringArray(o.Flag, nil, o.Usage)
			collect = append(collect, func(s leads.Settings) {
				if len(*to) > 0 {
					s[o.Flag] = *to
				}
			})
		default:
			to := new(string)
			if o.Words != nil {
				cmdline.WordFlag(cmd, to, o.Flag, o.Usage+": "+strings.Join(o.Words, ", "), o.Words...)
			} else {
				f.StringVar(to, o.Flag, "", o.Usage)
			}
			collect = append(collect, func(s leads.Settings) {
				if *to != "" {
					s[o.Flag] = *to
				}
			})
		}
	}
	return func() leads.Settings {
		s := leads.Settings{}
		for _, one := range collect {
			one(s)
		}
		return s
	}
}

// shownFaults is how many rows that are not in are listed. A file has all.
const shownFaults = 20

// importLeads checks the file, signs in, sends, and reports.
func (a *Commands) importLeads(im *leads.Import, asJSON, dryRun bool) (err error) {
	defer func() { err = together(im.Close(), err) }()
	end := a.Awaits("all rows to be checked", time.Time{})
	err = im.Prepare()
	end()
	if err != nil {
		return err
	}
	if unseen := im.Report.WriteInvalid(a.Stderr, shownFaults); unseen != nil { // of what nobody was told nothing is sent
		err := fmt.Errorf("nothing was sent: the rows that are no lead could not be listed on stderr: %w", terminal.UnwrapOutput(unseen))
		if !asJSON {
			err = together(im.Report.WriteInvalid(a.Stdout, shownFaults), err)
		}
		return together(a.printImport(im, asJSON), err)
	}
	if dryRun {
		return a.showImport(im)
	}
	session, acc, err := a.SignedIn()
	if err != nil {
		return err
	}
	account, err := a.Sub.ID(true)
	if err != nil {
		return err
	}
	to := &leads.Vendor{Client: session.Client(), Base: acc.Config.Endpoint.Canonical().RingCX, Account: account, MaxWait: a.MaxWait, Pause: a.Pause}
	if a.Draws() {
		line := terminal.Trusted(a.Stderr)
		to.Progress = func(sent, of int) { fmt.Fprintf(line, "\r%d of %d rows …", sent, of) }
		defer fmt.Fprint(line, "\r\x1b[K")
	}
	defer terminal.HoldPipe()() // what was sent is told in any case
	return a.reportImport(im, im.Send(a.Context, to), asJSON)
}

// reportImport prints what became of the rows. failed is why the import ended early.
func (a *Commands) reportImport(im *leads.Import, failed error, asJSON bool) (err error) {
	if im.Report.Journal == "" && failed != nil {
		return failed
	}
	err = a.printImport(im, asJSON)
	switch {
	case failed != nil && errors.Is(failed, context.Canceled):
		a.Inform("ringcx: the same command with --resume goes on\n")
		return together(err, failed)
	case failed != nil:
		return together(err, failed)
	case err != nil:
		return err
	case !im.Report.Complete():
		return usage.WithHint(errors.New("not all rows are in"), im.Report.Unsettled())
	}
	return nil
}

// printImport prints the report.
func (a *Commands) printImport(im *leads.Import, asJSON bool) error {
	if asJSON {
		return terminal.WriteJSON(a.Stdout, im.Report)
	}
	return im.Report.Write(a.Stdout, shownFaults)
}

// together is an error of the end with the one before it, neither of which hides the other.
func together(last, err error) error {
	if last == nil || err == nil {
		return cmp.Or(last, err)
	}
	return errors.Join(last, err)
}

// showImport shows the first request, and how many there would be.
func (a *Commands) showImport(im *leads.Import) error {
	account, err := a.subaccountUnasked()
	if err != nil {
		account = "" // it is shown as the place where it belongs
	}
	request, n, err := im.DryRun(a.serverUnasked(), account)
	if err != nil {
		return err
	}
	a.Inform("ringcx: %d of %d rows are leads, for %d requests; nothing was sent\n", im.Valid(), im.Report.Rows, n)
	if _, err := fmt.Fprint(terminal.Unfolded(a.Stdout), request); err != nil {
		return err
	}
	if im.Report.Rows > 0 && im.Valid() == 0 {
		return errors.New("no row is a lead")
	}
	return nil
}

// serverUnasked is the RingCX server of a call that is shown and not sent.
func (a *Commands) serverUnasked() string {
	if acc, err := a.Resolve(); err == nil && acc.Config != nil {
		return acc.Config.Endpoint.Canonical().RingCX
	}
	return ringcx.Production.RingCX
}
