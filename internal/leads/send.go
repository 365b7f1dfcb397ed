package leads

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/pace"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Vendor is where leads are sent.
type Vendor struct {
	Client  *http.Client
	Base    string                                  // the RingCX server
	Account string                                  // the sub-account of the campaign
	MaxWait time.Duration                           // for a vendor that asks for patience, for each batch
	Pause   func(d time.Duration, why string) error // waits so long, and tells so

	Progress func(sent, of int) // told of rows; nil: nobody is
}

// grace is how long an answer is waited for once the process is to end, so that what was sent is certain.
const grace = 2 * time.Second

// sender is the second way through the file.
type sender struct {
	*Import
	to      *Vendor
	journal *journal
	pace    *pace.Pace
	url     string
}

// Send sends the batches that no earlier run has sent. What it returns is why it ended early, nil if all batches were
// answered; Report tells the rest. An import that was interrupted, or failed, can be gone on with.
func (im *Import) Send(ctx context.Context, to *Vendor) error {
	if im.AllOrNothing && im.about.Invalid > 0 {
		return usage.WithHint(fmt.Errorf("%d of %d rows are no lead, and nothing was sent", im.about.Invalid, im.about.Rows), "mend them, or leave --all-or-nothing out to send the others")
	}
	path, err := im.path(to.Account)
	if err != nil {
		return err
	}
	im.about.Server, im.about.Account, im.Report.Account = to.Base, to.Account, to.Account
	if im.about.Batches == 0 {
		return nil
	}
	j, err := openJournal(ctx, im.Dir, &im.about, im)
	if err != nil {
		return err
	}
	defer j.close()
	im.Report.Journal = j.path
	s := &sender{Import: im, to: to, journal: j, url: to.Base + path, pace: pace.New(apispec.Default().Limit("leadLoads"))}
	r := im.reading()
	r.reject = func(*Row, string) error { return nil }
	r.full = func(b *batch) error { return s.batch(ctx, b) }
	_, sum, err := r.run()
	if err == nil && sum != im.about.SHA256 {
		err = fmt.Errorf("%s: %w", im.src.name, errChanged)
	}
	return err
}

// batch sends a batch, unless that was done.
func (s *sender) batch(ctx context.Context, b *batch) error {
	e, known := s.journal.batches[b.number]
	if !known || e.State == refused || e.State == uncertain && s.RetryUncertain {
		var err error
		e, err = s.deliver(ctx, b)
		if err != nil && e.State != uncertain {
			return err
		}
		if err != nil {
			s.Report.count(&e, s.description(b))
			return err
		}
	}
	s.Report.count(&e, s.description(b))
	if s.to.Progress != nil {
		s.to.Progress(s.Report.Sent, s.Valid())
	}
	return s.keepRejected(b, e.Rejected)
}

// keepRejected puts rows that the vendor has rejected into the file of those that are not in.
func (s *sender) keepRejected(b *batch, all []Fault) error {
	for _, f := range all {
		row := Row{Line: f.Line}
		for i, line := range b.lines {
			if line == f.Line && s.rejects != nil {
				row.Cells = b.rows[i].Cells
			}
		}
		if err := s.rejects.add(&row, "RingCX: "+f.Reason); err != nil {
			return err
		}
	}
	return nil
}

// deliver sends a batch until the vendor takes or refuses it. It is repeated after 429 alone, by which the vendor says that
// it has not looked at it.
func (s *sender) deliver(ctx context.Context, b *batch) (entry, error) {
	e := entry{Batch: b.number, First: b.lines[0], Last: b.lines[len(b.lines)-1], Rows: len(b.lines)}
	until := time.Now().Add(s.to.MaxWait)
	for try := 0; ; try++ {
		if err := pace.Sleep(ctx, s.pace.Wait()); err != nil {
			return e, err
		}
		if err := s.src.same(); err != nil {
			return e, err
		}
		e.State = sending
		if err := s.journal.write(e); err != nil {
			return e, err
		}
		err := s.post(ctx, b, &e)
		s.pace.Done()
		s.Report.Requests++
		if failed := s.journal.write(e); failed != nil {
			e.State = uncertain // to those who read the journal
			return e, failed
		}
		var call *apicmd.CallError
		switch {
		case err == nil:
			return e, nil
		case e.State == uncertain:
			return e, &unsure{batch: b.number, first: e.First, last: e.Last, name: s.description(b), cause: err}
		case !errors.As(err, &call) || call.Status != http.StatusTooManyRequests:
			return e, err
		}
		wait := call.RetryAfter()
		if wait == 0 {
			wait = min(time.Second<<min(try, 6), time.Minute)
		}
		if time.Now().Add(wait).After(until) {
			return e, err
		}
		if err := s.to.Pause(wait, "the vendor asks for fewer requests"); err != nil {
			return e, err
		}
	}
}

// post sends the request of a batch, and finds out what became of it.
func (s *sender) post(ctx context.Context, b *batch, e *entry) error {
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	defer stop()
	body := s.body(b)
	var begun atomic.Bool
	send := func() (io.ReadCloser, error) { return &witness{bytes.NewReader(body), &begun}, nil }
	first, _ := send()
	req, err := http.NewRequestWithContext(lasting, operation().Method, s.url, first)
	if err != nil {
		return err
	}
	req.ContentLength, req.GetBody = int64(len(body)), send
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	r, err := apicmd.Fetch(s.to.Client, req)
	var token *ringcx.Error
	switch {
	case err == nil:
		return s.answered(r, b, e)
	case !begun.Load(), errors.As(err, &token), errors.Is(err, ringcx.ErrLoginRequired): // without a token the vendor takes nothing
		e.State = refused
	default:
		e.State = uncertain
	}
	return err
}

// witness is a body that tells whether any of it was read to be sent.
type witness struct {
	*bytes.Reader
	begun *atomic.Bool
}

// Read implements io.Reader.
func (w *witness) Read(p []byte) (int, error) {
	w.begun.Store(true)
	return w.Reader.Read(p)
}

// WriteTo implements io.WriterTo.
func (w *witness) WriteTo(to io.Writer) (int64, error) {
	w.begun.Store(true)
	return w.Reader.WriteTo(to)
}

// Close implements io.Closer.
func (w *witness) Close() error { return nil }

// answered reads an answer. Statuses that say that nothing was done are believed; what says neither is uncertain.
func (s *sender) answered(r *apicmd.Reply, b *batch, e *entry) error {
	e.Counts, e.Rejected, e.Message = nil, nil, ""
	switch {
	case r.Code/100 == 2 && !r.IsPage():
		if len(bytes.TrimSpace(r.Body)) > 0 && !s.result(r.Body, b, e) {
			e.State = uncertain
			return fmt.Errorf("%s %s: %d, and the answer is not what it should be", r.Request.Method, r.Request.URL.Path, r.Code)
		}
		e.State = done
		return nil
	case r.Code/100 == 3, r.Code/100 == 4 && r.Code != http.StatusRequestTimeout && r.Code != 499, r.Code == http.StatusNotImplemented:
		e.State = refused
	default:
		e.State = uncertain
	}
	return r.Err()
}

// result reads what the vendor says of a batch: every number, what it says in words, and which rows it has rejected.
func (s *sender) result(body []byte, b *batch, e *entry) bool {
	var all map[string]json.RawMessage
	if json.Unmarshal(body, &all) != nil {
		return false
	}
	e.Counts = map[string]int{}
	var words []string
	for _, f := range apispec.Default().Schema("LeadListProcessingResult").Fields {
		raw := all[f.Name]
		var n int
		var text string
		switch {
		case len(raw) == 0 || string(raw) == "null":
		case f.Type.Name == "int32":
			if json.Unmarshal(raw, &n) == nil {
				e.Counts[f.Name] = n
			}
		case f.Name == "message" || f.Name == "processingResult" || f.Name == "processingStatus":
			if json.Unmarshal(raw, &text) == nil && text != "" && text != "DEFAULT_NOT_A_FAILURE" {
				words = append(words, wording.Said(text))
			}
		}
	}
	e.Message = strings.Join(words, "; ")
	var rows []struct {
		Message string            `json:"message"`
		RowData []json.RawMessage `json:"rowData"`
	}
	_ = json.Unmarshal(all["rejectedRows"], &rows) // what is not as described says nothing
	for _, row := range rows {
		e.Rejected = append(e.Rejected, Fault{b.lineOf(row.RowData), wording.Said(wording.First(row.Message, "rejected without a reason"))})
	}
	return true
}

// unsure is the end of an import by a batch of which nobody knows whether it was taken.
type unsure struct {
	batch, first, last int
	name               string
	cause              error // not to be unwrapped: what it is of itself, such as an interruption, is not what matters
}

// Error says which, and why.
func (e *unsure) Error() string {
	return fmt.Sprintf("batch %d (lines %d to %d) was sent, and whether RingCX has taken it is not known: %s", e.batch, e.first, e.last, e.cause)
}

// Hint tells what to do about it.
func (e *unsure) Hint() string {
	return fmt.Sprintf("look in the campaign for the list %q; then the same command with --resume goes on behind it, with --retry-uncertain too it sends this batch again", e.name)
}
