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

// Report is what became of the rows of a file. Rows is the sum of Invalid, SentBefore, Sent, Uncertain and NotSent.
type Report struct {
	File       string   `json:"file"`
	Account    string   `json:"accountId"`
	Campaign   int      `json:"campaignId"`
	LeftOut    []string `json:"columnsLeftOut"`
	Rows       int      `json:"rows"`       // that the file has, its first line apart
	Invalid    int      `json:"invalid"`    // that are no lead, and were not sent
	SentBefore int      `json:"sentBefore"` // that other imports have sent, and this one left out
	Sent       int      `json:"sent"`       // that the vendor has answered for
	Uncertain  int      `json:"uncertain"`  // that were sent, and whether they are in is not known
	NotSent    int      `json:"notSent"`    // or refused
	Accepted   int      `json:"accepted"`   // of those that were sent, as the vendor says of each batch
	Rejected   int      `json:"rejected"`   // likewise
	Batches    int      `json:"batches"`
	Requests   int      `json:"requests"` // of this run

	Counts        map[string]int `json:"counts"` // the vendor's, added up
	Messages      []string       `json:"messages"`
	Notices       []Fault        `json:"notices"` // of rows that are sent as they are
	InvalidRows   []Fault        `json:"invalidRows"`
	RejectedRows  []Fault        `json:"rejectedRows"`
	UncertainRows []Span         `json:"uncertainBatches"`
	RefusedRows   []Span         `json:"refusedBatches"`
	ShortRows     []Span         `json:"shortBatches"` // of which the vendor has taken fewer rows than were sent
	Journal       string         `json:"journal"`

	noticed int
	rejects string // the file that has all rows that are not in; "": none was asked for
}

// Span is a batch, by the lines of its first and last row.
type Span struct {
	Batch       int    `json:"batch"`
	First       int    `json:"firstLine"`
	Last        int    `json:"lastLine"`
	Rows        int    `json:"rows"`
	Description string `json:"description"`
	Reason      string `json:"reason"` // why the batch is here, in words
}

func (r *Report) begin(a *about, left []string) {
	r.File, r.Campaign, r.Rows, r.Invalid, r.Batches = a.File, a.Campaign, a.Rows, a.Invalid, a.Batches
	r.NotSent = r.Rows - r.Invalid
	r.LeftOut = append([]string{}, left...)
	r.Counts, r.Messages = map[string]int{}, []string{}
	r.RejectedRows, r.UncertainRows, r.RefusedRows, r.ShortRows = []Fault{}, []Span{}, []Span{}, []Span{}
	if r.InvalidRows == nil {
		r.InvalidRows = []Fault{}
	}
	if r.Notices == nil {
		r.Notices = []Fault{}
	}
}

// leftOut counts rows that were sent before.
func (r *Report) leftOut(n int, a *about) {
	r.SentBefore, r.Batches = n, a.Batches
	r.NotSent -= n
}

func (r *Report) notice(line int, what string) {
	if r.noticed++; len(r.Notices) < maxFaults {
		r.Notices = append(r.Notices, Fault{line, what})
	}
}

func (r *Report) invalid(f Fault) {
	if len(r.InvalidRows) < maxFaults {
		r.InvalidRows = append(r.InvalidRows, f)
	}
}

// count adds what is known of a batch. why is how it ended, nil if it is in.
func (r *Report) count(e *entry, description string, why error) {
	span := Span{e.Batch, e.First, e.Last, e.Rows, description, ""}
	if why != nil {
		span.Reason = wording.OneLine(why.Error())
	}
	switch e.State {
	case uncertain:
		r.Uncertain += e.Rows
		r.NotSent -= e.Rows
		r.UncertainRows = append(r.UncertainRows, span)
	case refused:
		r.RefusedRows = append(r.RefusedRows, span)
		r.rejected(e)
	case done:
		r.Sent += e.Rows
		r.NotSent -= e.Rows
		for name, n := range e.Counts {
			r.Counts[name] += n
		}
		n := e.taken()
		r.Accepted += n
		if span.Reason = fmt.Sprintf("of %d rows RingCX has taken %d", e.Rows, n); n < e.Rows {
			if e.unexplained() {
				span.Reason += ", and which is not known: each is perhaps in"
			}
			r.ShortRows = append(r.ShortRows, span)
		}
		r.rejected(e)
		if e.Message != "" && len(r.Messages) < 10 && !slices.Contains(r.Messages, e.Message) {
			r.Messages = append(r.Messages, e.Message)
		}
	}
}

// unexplained says whether fewer rows of a batch are in than the vendor does not name as rejected: each of them is perhaps in.
func (e *entry) unexplained() bool {
	named := map[int]bool{}
	for _, f := range e.Rejected {
		named[f.Line] = f.Line > 0
	}
	delete(named, 0)
	return e.State == done && e.taken()+len(named) < e.Rows
}

// perhaps is what there is to say of each of its rows then.
func (e *entry) perhaps() string {
	return fmt.Sprintf("perhaps in: %d of %d were taken, and which is not known", e.taken(), e.Rows)
}

// rejected adds the rows that the vendor names as such.
func (r *Report) rejected(e *entry) {
	r.Rejected += len(e.Rejected)
	r.RejectedRows = append(r.RejectedRows, e.Rejected[:min(len(e.Rejected), maxFaults-len(r.RejectedRows))]...)
}

// Complete says whether all rows are in, by what the vendor says of each batch.
func (r *Report) Complete() bool {
	return r.Sent+r.SentBefore == r.Rows && r.Rejected == 0 && len(r.ShortRows) == 0
}

// Unsettled is what to do about batches that are uncertain, "" if none is.
func (r *Report) Unsettled() string {
	switch len(r.UncertainRows) {
	case 0:
		return ""
	case 1:
		u := r.UncertainRows[0]
		return fmt.Sprintf("look in the campaign for the list %q; then --resume --settle %d=sent says that it is in, --resume --settle %d=unsent sends it again", u.Description, u.Batch, u.Batch)
	}
	return "look in the campaign for the lists; then --resume --settle sent says of all that they are in, --settle unsent sends them again, --settle 3=sent is for one"
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
	line(r.SentBefore, "sent before, by other imports")
	line(r.Sent, fmt.Sprintf("sent to campaign %d", r.Campaign))
	line(r.Uncertain, "uncertain: sent, and whether they are in is not known")
	line(r.NotSent, "not sent")
	if r.Sent > 0 {
		b.WriteString("RingCX says:\n")
		for _, name := range slices.Sorted(maps.Keys(r.Counts)) {
			line(r.Counts[name], name)
		}
		line(r.Rejected, "rejected rows")
		for _, m := range r.Messages {
			fmt.Fprintf(&b, "         %s\n", m)
		}
	}
	r.faults(&b, r.RejectedRows, r.Rejected, most)
	for _, u := range r.UncertainRows {
		fmt.Fprintf(&b, "batch %d is uncertain: %d row%s from line %d to line %d, in the list %q if they are in\n", u.Batch, u.Rows, plural(u.Rows), u.First, u.Last, u.Description)
	}
	for _, u := range slices.Concat(r.RefusedRows, r.ShortRows) {
		fmt.Fprintf(&b, "batch %d (lines %d to %d, the list %q): %s\n", u.Batch, u.First, u.Last, u.Description, u.Reason)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteInvalid lists the rows that are no lead, and what was noticed of others.
func (r *Report) WriteInvalid(w io.Writer, most int) error {
	var b strings.Builder
	r.faults(&b, r.InvalidRows, r.Invalid, most)
	for _, f := range r.Notices[:min(most, len(r.Notices))] {
		fmt.Fprintf(&b, "notice: line %d: %s\n", f.Line, f.Reason)
	}
	if r.noticed > most {
		fmt.Fprintf(&b, "and %d more notices; --json has %d\n", r.noticed-most, min(r.noticed, maxFaults))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) faults(b *strings.Builder, all []Fault, n, most int) {
	for _, f := range all[:min(most, len(all))] {
		if f.Line == 0 {
			fmt.Fprintf(b, "a row: %s\n", wording.OneLine(f.Reason))
			continue
		}
		fmt.Fprintf(b, "line %d: %s\n", f.Line, wording.OneLine(f.Reason))
	}
	if shown := min(most, len(all)); n > shown {
		where := "--rejects FILE keeps all"
		if r.rejects != "" {
			where = "all are for " + wording.OneLine(r.rejects)
		}
		fmt.Fprintf(b, "and %d more; %s\n", n-shown, where)
	}
}
