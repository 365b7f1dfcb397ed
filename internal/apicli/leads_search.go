package apicli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/leads"
	"github.com/ringcx-go/ringcx/internal/pace"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/when"
)

// leadColumns are those of a table of leads.
var leadColumns = []string{"leadId", "externId", "leadPhone", "firstName", "lastName", "leadState", "leadPasses", "campaignId", "listId"}

const leadsSearchHelp = `Prints the leads that fit all criteria that are given; without any, those of the whole sub-account. They come page by page. Times
are those of this machine unless they say otherwise; a time such as 2026-01-31T08:30:00Z or 2026-01-31 08:30, a date, a time ago such as -24h or -7d, now, today or yesterday are understood.`

func newLeadsSearchCmd(a *Commands) *cobra.Command {
	var count bool
	var pageSize int
	cmd := &cobra.Command{
		Use: "search", Short: "Search the leads of campaigns", Args: cmdline.NoArgs,
		Long: leadsSearchHelp,
		Example: `  ringcx leads search --campaign 1234 --lead-state READY --lead-state PAUSED
  ringcx leads search --phone 4155550100 --json
  ringcx leads search --campaign 1234 --passes '>3' --last-pass '<-7d' --csv
  ringcx leads search --campaign 1234 --count`,
	}
	f := cmd.Flags()
	var collect []func(map[string]any)
	for _, c := range leads.Criteria {
		collect = append(collect, criterionFlag(cmd, c))
	}
	f.BoolVar(&count, "count", false, "print how many they are, and not the leads")
	cmdline.NumberFlag(f, &pageSize, "page-size", 100, "rows of a page")
	format := formatFlags(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		values := map[string]any{}
		for _, one := range collect {
			one(values)
		}
		now := time.Now()
		body, err := leads.Search(values, func(text string) (time.Time, error) {
			zone, err := when.Zone("")
			if err != nil {
				return time.Time{}, err
			}
			return when.Parse(text, now, zone)
		})
		switch {
		case err != nil:
			return err
		case count && format.Given():
			return usage.New("--count prints a number, and no rows in a format", "leave one of them out")
		case pageSize < 1 || pageSize > 10000:
			return usage.New("--page-size must be between 1 and 10000", "leave it out for 100")
		}
		return a.searchLeads(body, count, pageSize, format)
	}
	return cmd
}

// criterionFlag adds the flag of a criterion. What it returns puts the value among others, if one was given.
func criterionFlag(cmd *cobra.Command, c leads.Criterion) func(map[string]any) {
	f := cmd.Flags()
	var value func() any
	switch c.Kind {
	case leads.Number:
		to := new(int)
		cmdline.NumberFlag(f, to, c.Flag, 0, c.Usage)
		value = func() any { return *to }
	case leads.Numbers:
		to := f.IntSlice(c.Flag, nil, c.Usage)
		value = func() any { return *to }
	case leads.Texts:
		to := f.StringArray(c.Flag, nil, c.Usage)
		value = func() any { return *to }
	case leads.Switch:
		to := f.Bool(c.Flag, false, c.Usage)
		value = func() any { return *to }
	default:
		to := f.String(c.Flag, "", c.Usage)
		value = func() any { return *to }
	}
	return func(all map[string]any) {
		if f.Changed(c.Flag) {
			all[c.Flag] = value()
		}
	}
}

func (a *Commands) searchLeads(body []byte, count bool, size int, format *rows.Format) error {
	session, acc, err := a.SignedIn()
	if err != nil {
		return err
	}
	account, err := a.subaccount()
	if err != nil {
		return err
	}
	op, _ := apispec.Find("searchForCampaignLeads")
	path, err := apispec.Fill(op.Path, "accountId", account)
	if err != nil {
		return err
	}
	address, d := acc.Config.Endpoint.Canonical().RingCX+path, apispec.Default()
	if count {
		r, err := a.lister(session).Asking(pace.New(d.Limit("leadCount")), func() (*http.Request, error) {
			return apicmd.Posted(a.Context, address+"?count=true", body)
		})
		if err != nil {
			return err
		}
		if r.Code/100 != 2 || r.IsPage() {
			return r.Err()
		}
		n, err := strconv.ParseUint(strings.Trim(string(r.Body), " \t\r\n\""), 10, 63)
		if err != nil {
			return fmt.Errorf("POST %s: the answer is not a number", r.Request.URL.Path)
		}
		_, err = fmt.Fprintln(terminal.Unfolded(a.Stdout), n)
		return err
	}
	return a.print(format, tableOf("LeadSearchResult", leadColumns), func(w *rows.Writer) error {
		return a.lister(session).EachFound(a.Context, pace.New(d.Limit("leadSearch")), address, body, size, d.Schema("LeadSearchResult").Key,
			func(all []json.RawMessage) error { return w.Write(all...) })
	})
}

// tableOf is the shape of a schema, with columns of tables.
func tableOf(schema string, columns []string) rows.Shape {
	shape := rows.ShapeOf(described(schema))
	shape.Columns = nil
	for _, name := range columns {
		shape.Columns = append(shape.Columns, terminal.Column{Title: rows.Title(name), Field: name})
	}
	return shape
}

// described is a schema of the description.
func described(schema string) *apispec.Schema { return apispec.Default().Schema(schema) }
