package apicli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/integration"
	"github.com/ringcx-go/ringcx/internal/outfile"
	"github.com/ringcx-go/ringcx/internal/reports"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/when"
)

func newReportsCmd(a *Commands) *cobra.Command {
	group := cmdline.Group("reports", "Get reports of calls", newReportsInteractionsCmd(a), newReportsTotalsCmd(a), newReportsTypesCmd(a), newReportsTemplateCmd(a), newReportsRunCmd(a))
	a.accountFlag(group)
	return group
}

var interactionColumns = []string{"dialogId", "segmentId", "segmentStartTimeMs", "segmentDurationMs", "segmentType", "contactEndpointAddress", "agentDisposition", "hasRecording"}

func newReportsInteractionsCmd(a *Commands) *cobra.Command {
	s, v2 := &span{}, false
	cmd := &cobra.Command{
		Use: "interactions", Short: "List the parts of calls that have ended", Args: cmdline.NoArgs,
		Long: `Lists the parts of calls that lie between two times, oldest first: a request for every three hours, of which the vendor allows
3 in a minute and 9 in 15 minutes. The vendor needs five minutes: a part that ended later than that is not listed yet, and without
--to the list ends there.`,
		Example: `  ringcx reports interactions --from -24h --csv
  ringcx reports interactions --from '2026-01-31 08:00' --to '2026-01-31 11:00' --json`,
	}
	s.flags(cmd)
	cmd.Flags().BoolVar(&v2, "v2", false, "ask the second version, which a draft of the vendor's guide describes")
	format := formatFlags(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		shape := tableOf("InteractionMetadata", interactionColumns)
		if v2 {
			shape = rows.ShapeOf(described("InteractionMetadataV2"))
		}
		return a.listInteractions(s, format, v2, shape, nil)
	}
	return cmd
}

func newReportsTotalsCmd(a *Commands) *cobra.Command {
	s, interval := &span{}, 0
	kinds := slices.Sorted(maps.Keys(integration.Totals))
	cmd := &cobra.Command{
		Use: "totals KIND", Short: "Get totals of queues, agents or agents-extended for intervals of a time",
		Long: `Gets totals for each interval between two times, of the kind queues, agents or agents-extended. Times are those of --time-zone, UTC
unless it says another. The vendor allows 3 such requests in a minute and 9 in 15 minutes.`,
		Example: `  ringcx reports totals queues --from yesterday --to today --time-zone America/New_York --interval 1800
  ringcx reports totals agents --from -24h --csv`,
		ValidArgs: kinds,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(kinds, args[0]) {
				return usage.New("reports totals takes one of "+strings.Join(kinds, ", "), "such as: ringcx reports totals queues --from -24h")
			}
			return nil
		},
	}
	s.flags(cmd)
	cmdline.NumberFlag(cmd.Flags(), &interval, "interval", 1800, "the length of an interval, as the vendor takes it")
	format := formatFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return a.printTotals(args[0], s, interval, format) }
	return cmd
}

// totalSchemas are the schemas of the kinds of totals.
var totalSchemas = map[string]string{"queues": "AggregatedQueueStats", "agents": "AggregatedAgentStats", "agents-extended": "ExtendedAggregatedQueueStats"}

func (a *Commands) printTotals(kind string, s *span, interval int, format *rows.Format) error {
	if s.zone == "" {
		s.zone = "UTC"
	}
	from, to, err := s.times(time.Now())
	if err != nil {
		return err
	}
	if interval < 1 {
		return usage.New("--interval must be positive", "leave it out for 1800")
	}
	zone, _ := when.Zone(s.zone) // as times found
	api, err := a.integration(s.rcAccount)
	if err != nil {
		return err
	}
	return a.print(format, rows.ShapeOf(described(totalSchemas[kind])), func(w *rows.Writer) error {
		all, err := api.Total(a.Context, kind, from.In(zone), to, interval)
		if err != nil {
			return err
		}
		return w.Write(all...)
	})
}

func newReportsTypesCmd(a *Commands) *cobra.Command {
	return &cobra.Command{
		Use: "types", Short: "List the reports of the older kind", Args: cmdline.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.Stdout, strings.Join(reports.Types(), "\n"))
			return err
		},
	}
}

// oneReport wants the name of a report.
func oneReport(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage.New(fmt.Sprintf("'%s' takes the name of a report", cmd.CommandPath()), "see 'ringcx reports types'")
	}
	return nil
}

func completeReports(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return reports.Types(), cobra.ShellCompDirectiveNoFileComp
}

func newReportsTemplateCmd(a *Commands) *cobra.Command {
	return &cobra.Command{
		Use: "template TYPE", Short: "Show the criteria that a report takes, as JSON", Args: oneReport, ValidArgsFunction: completeReports,
		RunE: func(_ *cobra.Command, args []string) error {
			kind, err := reports.Type(args[0])
			if err != nil {
				return err
			}
			session, acc, err := a.SignedIn()
			if err != nil {
				return err
			}
			r, err := a.lister(session).Get(a.Context, acc.Config.Endpoint.Canonical().RingCX+"/voice/api/v1/admin/reports/"+kind)
			if err != nil {
				return err
			}
			if r.Code/100 != 2 || r.IsPage() || r.SaysError() {
				return r.Err()
			}
			_, err = fmt.Fprintf(terminal.Unfolded(a.Stdout), "%s\n", r.Body)
			return err
		},
	}
}

func newReportsRunCmd(a *Commands) *cobra.Command {
	var s span
	var output, delimiter string
	r := &reports.Run{}
	cmd := &cobra.Command{
		Use: "run TYPE", Short: "Run a report of the older kind and get its file", Args: oneReport, ValidArgsFunction: completeReports,
		Long: `Runs a report and writes it as it comes, to standard output or with --output to a file that only you can read, and that is there
whole or not at all. What a report takes besides times 'ringcx reports template' shows. Times are sent with their offset from UTC;
--time-zone is also the one that the report is to be in.`,
		Example: `  ringcx reports run GLOBAL_CALL_TYPE_DELIMITED --from yesterday --to today --criterion containGates=true --output calls.csv`,
	}
	s.flags(cmd)
	_ = cmd.Flags().MarkHidden("rc-account")
	for _, name := range []string{"from", "to"} { // unlike elsewhere, either may be left out
		cmd.Flags().Lookup(name).Usage = "the `time` to " + map[string]string{"from": "begin", "to": "end"}[name] + " with (default: what the vendor takes)"
	}
	f := cmd.Flags()
	f.StringVar(&output, "output", "", "write the report to `FILE`, - for standard output")
	cmdline.WordFlag(cmd, &delimiter, "delimiter", "what stands between columns: `COMMA`, TAB, PIPE, EXCEL or HTML", "COMMA", "TAB", "PIPE", "EXCEL", "HTML")
	cmdline.NumberFlag(f, &r.MaxRows, "max-rows", 0, "rows at most (default: what the vendor takes)")
	f.BoolVar(&r.Compress, "compress", false, "compress the report")
	f.StringArrayVar(&r.Criteria, "criterion", nil, "a criterion of the report, `name=value`; may be given several times")
	cmd.RunE = func(_ *cobra.Command, args []string) (err error) {
		if r.Type, err = reports.Type(args[0]); err != nil {
			return err
		}
		if err := s.into(r); err != nil {
			return err
		}
		r.Delimiter = delimiter
		return a.runReport(r, output)
	}
	return cmd
}

// into is the time of a report, of which either end may be left to the vendor.
func (s *span) into(r *reports.Run) error {
	zone, err := when.Zone(s.zone)
	if err == nil && s.from != "" {
		r.From, err = when.Parse(s.from, time.Now(), zone)
	}
	if err == nil && s.to != "" {
		r.To, err = when.Parse(s.to, time.Now(), zone)
	}
	r.Zone = s.zone
	return err
}

func (a *Commands) runReport(r *reports.Run, output string) error {
	body, err := r.Body()
	if err != nil {
		return err
	}
	to := terminal.Unfolded(a.Stdout)
	var file *outfile.File
	if output != "" && output != "-" {
		if file, err = outfile.New(output); err != nil {
			return err
		}
		defer file.Discard() // of what is in its place, nothing is left
		to = file
	}
	session, acc, err := a.SignedIn()
	if err != nil {
		return err
	}
	account, err := a.subaccount()
	if err != nil {
		return err
	}
	if err := reports.Stream(a.Context, a.lister(session), acc.Config.Endpoint.Canonical().RingCX, account, body, r.Delimiter == "HTML", to); err != nil || file == nil {
		return err
	}
	return file.Commit()
}
