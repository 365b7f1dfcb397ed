package leads

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/wording"
)

// maxFaults is how many rows a report lists. A file of --rejects has all.
const maxFaults = 1000

// Report is what became of the rows of a file. Rows is the sum of Invalid, Sent, Uncertain and NotSent.
type Report struct {
	File      string   `json:"file"`
	Account   string   `json:"accountId"`
	Campaign  int      `json:"campaignId"`
	LeftOut   []string `json:"columnsLeftOut"`
	Rows      int      `json:"rows"`      // that the file has, its first line apart
	Invalid   int      `json:"invalid"`   // that are no lead, and were not sent
	Sent      int      `json:"sent"`      // that the vendor has answered for
	Uncertain int      `json:"uncertain"` // that were sent, and no answer came
	NotSent   int      `json:"notSent"`
	Accepted  int      `json:"accepted"` // of those that were sent, as far as the vendor says
	Rejected  int      `json:"rejected"` // likewise
	Batches   int      `json:"batches"`
	Requests  int      `json:"requests"` // of this run
	Unsaid    int      `json:"batchesWithoutNumbers"`

	Counts        map[string]int `json:"counts"` // the vendor's, added up
	Messages      []string       `json:"messages"`
	InvalidRows   []Fault        `json:"invalidRows"`
	RejectedRows  []Fault        `json:"rejectedRows"`
	UncertainRows []Span         `json:"uncertainBatches"`
	Journal       string         `json:"journal"`
}

// Span is a batch, by the lines of its first and last row.
type Span struct {
	Batch       int    `json:"batch"`
	First       int    `json:"firstLine"`
	Last        int    `json:"lastLine"`
	Rows        int    `json:"rows"`
	Description string `json:"description"`
}

func (r *Report) begin(a *about, left []string) {
	r.File, r.Campaign, r.Rows, r.Invalid, r.Batches = a.File, a.Campaign, a.Rows, a.Invalid, a.Batches
	r.NotSent = r.Rows - r.Invalid
	r.LeftOut = append([]string{}, left...)
	r.Counts, r.Messages = map[string]int{}, []string{}
	r.RejectedRows, r.UncertainRows = []Fault{}, []Span{}
	if r.InvalidRows == nil {
		r.InvalidRows = []Fault{}
	}
}

func (r *Report) invalid(f Fault) {
	if len(r.InvalidRows) < maxFaults {
		r.InvalidRows = append(r.InvalidRows, f)
	}
}

// count adds what is known of a batch.
func (r *Report) count(e *entry, description string) {
	switch e.State {
	case uncertain:
		r.Uncertain += e.Rows
		r.NotSent -= e.Rows
		r.UncertainRows = append(r.UncertainRows, Span{e.Batch, e.First, e.Last, e.Rows, description})
	case done:
		r.Sent += e.Rows
		r.NotSent -= e.Rows
		for name, n := range e.Counts {
			r.Counts[name] += n
		}
		if accepted, said := e.Counts["leadsAccepted"]; said {
			r.Accepted += accepted
		} else {
			r.Unsaid++
		}
		r.Rejected += len(e.Rejected)
		r.RejectedRows = append(r.RejectedRows, e.Rejected[:min(len(e.Rejected), maxFaults-len(r.RejectedRows))]...)
		if e.Message != "" && len(r.Messages) < 10 && !slices.Contains(r.Messages, e.Message) {
			r.Messages = append(r.Messages, e.Message)
		}
	}
}

// Complete says whether all rows are in, as far as the vendor says.
func (r *Report) Complete() bool {
	return r.Sent == r.Rows && r.Rejected == 0 && (r.Unsaid > 0 || r.Accepted >= r.Sent)
}

// Write writes the report for people. What is listed of rows is bounded by most.
func (r *Report) Write(w io.Writer, most int) error {
	var b strings.Builder
	line := func(n int, what string) {
		if n > 0 {
			fmt.Fprintf(&b, "%8d %s\n", n, what)
		}
	}
	fmt.Fprintf(&b, "%8d row%s in %s\n", r.Rows, plural(r.Rows), wording.OneLine(r.File))
	line(r.Invalid, "no lead, not sent")
	line(r.Sent, fmt.Sprintf("sent to campaign %d", r.Campaign))
	line(r.Uncertain, "uncertain: sent, and no answer came")
	line(r.NotSent, "not sent")
	if r.Sent > 0 {
		b.WriteString("RingCX says:\n")
		for _, name := range slices.Sorted(maps.Keys(r.Counts)) {
			line(r.Counts[name], name)
		}
		line(r.Rejected, "rejected rows")
		line(r.Unsaid, "batches of which it says no numbers")
		for _, m := range r.Messages {
			fmt.Fprintf(&b, "         %s\n", m)
		}
	}
	faults(&b, r.RejectedRows, r.Rejected, most)
	for _, u := range r.UncertainRows {
		fmt.Fprintf(&b, "batch %d is uncertain: %d row%s from line %d to line %d, in the list %q if they are in\n", u.Batch, u.Rows, plural(u.Rows), u.First, u.Last, u.Description)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteInvalid lists the rows that are no lead.
func (r *Report) WriteInvalid(w io.Writer, most int) error {
	var b strings.Builder
	faults(&b, r.InvalidRows, r.Invalid, most)
	_, err := io.WriteString(w, b.String())
	return err
}

func faults(b *strings.Builder, all []Fault, n, most int) {
	for _, f := range all[:min(most, len(all))] {
		if f.Line == 0 {
			fmt.Fprintf(b, "a row: %s\n", wording.OneLine(f.Reason))
			continue
		}
		fmt.Fprintf(b, "line %d: %s\n", f.Line, wording.OneLine(f.Reason))
	}
	if shown := min(most, len(all)); n > shown {
		fmt.Fprintf(b, "and %d more; --rejects FILE has all\n", n-shown)
	}
}
