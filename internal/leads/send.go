package leads

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/pace"
	"github.com/ringcx-go/ringcx/internal/usage"
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
	ended   error // why no more is sent
	refused int   // batches in a row
}

// mostRefused is after how many batches that were refused one after the other no more are tried.
const mostRefused = 5

// Send sends the batches that no earlier run has sent. What it returns is why it ended early, nil if all batches were
// answered; Report tells the rest. An import that was interrupted, or failed, can be gone on with.
func (im *Import) Send(ctx context.Context, to *Vendor) error {
	if im.AllOrNothing && im.about.Invalid > 0 {
		im.rejects.keepIf(true)
		return usage.WithHint(fmt.Errorf("%d of %d rows are no lead, and nothing was sent", im.about.Invalid, im.about.Rows), "mend them, or leave --all-or-nothing out to send the others")
	}
	path, err := im.path(to.Account)
	if err != nil {
		return err
	}
	im.about.Server, im.about.Account, im.Report.Account = to.Base, to.Account, to.Account
	isNew := im.rejects.isNew()
	if im.about.Batches == 0 {
		im.rejects.keepIf(isNew || im.about.Invalid > 0)
		return nil
	}
	j, err := openJournal(ctx, im)
	if err != nil || j == nil {
		im.rejects.keepIf(isNew && err == nil)
		return err
	}
	defer j.close()
	im.Report.Journal = j.path
	s := &sender{Import: im, to: to, journal: j, url: to.Base + path, pace: pace.New(apispec.Default().Limit("leadLoads"))}
	r := im.reading()
	r.full = func(b *batch) error { return s.batch(ctx, b) }
	_, sum, err := r.run()
	im.rejects.keepIf(isNew || im.Report.Requests > 0 || len(im.Settle) > 0)
	if err == nil && s.ended == nil && sum != im.about.SHA256 {
		err = s.changed()
	}
	if s.ended != nil && err == nil {
		return s.ended
	}
	return err
}

// changed is the error for a file that is another than the one that was checked.
func (s *sender) changed() error {
	return usage.WithHint(fmt.Errorf("%s: %w", s.src.name, errChanged), "leave it as it is until the import has ended; what was sent is known to --resume if the file is put back")
}

// batch sends a batch, unless that was done, or no more is sent.
func (s *sender) batch(ctx context.Context, b *batch) error {
	if s.ended != nil {
		return s.rejectAll(b, "not sent: the import ended before")
	}
	if b.number > len(s.sums) || s.sums[b.number-1] != identOf(b.leads.Bytes()) {
		return s.changed()
	}
	e, known := s.journal.batches[b.number]
	var why error
	if !known || e.State == refused {
		e, why = s.deliver(ctx, b)
	}
	s.Report.count(&e, s.description(b), why)
	if s.to.Progress != nil {
		s.to.Progress(s.Report.Sent, s.Valid())
	}
	if errors.Is(why, errChanged) {
		return why // what it has now is not what was checked
	}
	s.ended = s.ends(&e, why)
	switch e.State {
	case done:
		others := ""
		if e.unexplained() {
			others = e.perhaps()
		}
		return s.keepRejected(b, e.Rejected, others)
	case uncertain:
		return s.rejectAll(b, "uncertain: it was sent, and whether it is in is not known")
	case refused:
		return s.keepRejected(b, e.Rejected, fmt.Sprintf("refused with its batch: %s", why))
	}
	return s.rejectAll(b, fmt.Sprintf("not sent: %s", why))
}

// ends says why no more is sent after a batch. One that RingCX does not like as it is costs itself, unless it likes none.
func (s *sender) ends(e *entry, why error) error {
	var call *apicmd.CallError
	answer := errors.As(why, &call)
	if errors.Is(why, errNoneTaken) { // the next may have rows that are new
		return nil
	}
	if e.State != refused || why == nil || answer && call.Status != http.StatusBadRequest && call.Status != http.StatusUnprocessableEntity || !answer && !e.Answered {
		s.refused = 0
		return why
	}
	if s.refused++; s.refused >= mostRefused {
		return why
	}
	return nil
}

// rejectAll puts the rows of a batch into the file of those that are not in.
func (s *sender) rejectAll(b *batch, why string) error { return s.keepRejected(b, nil, why) }

// keepRejected does so with rows that the vendor has rejected, and with the others of the batch if there is something to say of them.
func (s *sender) keepRejected(b *batch, all []Fault, others string) error {
	named := map[int]bool{}
	for _, f := range all {
		row := Row{}
		if i := slices.Index(b.lines, f.Line); i >= 0 {
			row, named[f.Line] = b.rows[i], true
		}
		if err := s.rejects.add(&row, "RingCX: "+f.Reason); err != nil {
			return err
		}
	}
	for i := range b.rows {
		if others == "" || named[b.lines[i]] {
			continue
		}
		if err := s.rejects.add(&b.rows[i], others); err != nil {
			return err
		}
	}
	return nil
}

// deliver sends a batch until the vendor takes or refuses it. It is repeated after 429 alone, by which the vendor says that
// it has not looked at it.
func (s *sender) deliver(ctx context.Context, b *batch) (entry, error) {
	e := entry{Batch: b.number, First: b.lines[0], Last: b.rows[len(b.rows)-1].Last, Rows: len(b.lines)}
	until := time.Now().Add(s.to.MaxWait)
	for try := 0; ; try++ {
		if err := pace.Sleep(ctx, s.pace.Wait()); err != nil {
			return e, worded(err)
		}
		if err := s.src.same(); err != nil {
			return e, err
		}
		e.State, e.IDs = sending, packed(b.ids)
		if err := s.journal.write(e); err != nil {
			return e, err
		}
		e.IDs = nil
		err := s.post(ctx, b, &e)
		s.pace.Done()
		s.Report.Requests++
		if failed := s.journal.write(e); failed != nil {
			return e, &unnoted{e.Batch, e.State, failed}
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
			return e, worded(err)
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
		e.Answered = true
		return s.answered(r, b, e)
	case !begun.Load(), errors.As(err, &token), errors.Is(err, ringcx.ErrLoginRequired): // without a token the vendor takes nothing
		e.State = refused
	default:
		e.State = uncertain
	}
	return worded(err)
}

// interrupted is an end that the user wanted, in words.
type interrupted struct{ error }

// Error says so.
func (interrupted) Error() string { return "interrupted" }

// Unwrap is what it is of itself.
func (e interrupted) Unwrap() error { return e.error }

// worded says what an interruption is, which neither contexts nor signals do.
func worded(err error) error {
	if errors.Is(err, context.Canceled) {
		return interrupted{err}
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
	return fmt.Sprintf("look in the campaign for the list %q; then the same command with --resume and --settle %d=sent goes on behind it, with --settle %d=unsent it sends the batch again", e.name, e.batch, e.batch)
}

// Busy says that the vendor asks for patience.
func (e *unsure) Busy() bool { return usage.IsBusy(e.cause) }

// unnoted is the end of an import by a journal that does not take what became of a batch.
type unnoted struct {
	batch int
	state string
	cause error
}

// Error says what became of it.
func (e *unnoted) Error() string {
	what := map[string]string{done: "is in", refused: "is not in", uncertain: "may be in"}[e.state]
	return fmt.Sprintf("batch %d %s, which the journal does not know: %s", e.batch, what, e.cause)
}

// Hint tells what to do about it.
func (e *unnoted) Hint() string {
	word := map[string]string{done: Sent, refused: Unsent}[e.state]
	if word == "" {
		word = Sent + " or " + Unsent
	}
	return fmt.Sprintf("make room, then go on with --resume --settle %d=%s", e.batch, word)
}
