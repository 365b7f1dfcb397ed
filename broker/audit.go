package broker

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/audit"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
	"github.com/ringcx-go/ringcx/broker/internal/handout"
	"github.com/ringcx-go/ringcx/broker/internal/problem"
)

// numbers name requests: by a text of this process, and a number.
type numbers struct {
	once sync.Once
	text string
	last atomic.Uint64
}

func (n *numbers) next() string {
	n.once.Do(func() {
		var random [5]byte
		_, _ = rand.Read(random[:])
		n.text = hex.EncodeToString(random[:]) + "-"
	})
	return n.text + strconv.FormatUint(n.last.Add(1), 10)
}

// entry is what the log says of q so far.
func (q *request) entry(event string) *audit.Entry {
	if q.name == "" {
		q.name = q.b.requests.next()
	}
	e := &audit.Entry{
		Time: q.b.now(), Event: event, Request: q.name, Remote: caller.PeerOf(q.r.Context()).Remote,
		Method: q.r.Method, Path: loggedPath(q.op, q.r.Method, q.path), Why: q.why,
	}
	if q.caller != nil {
		e.Caller = q.caller.Name
	}
	if q.profile != nil {
		e.Profile = q.profile.name
	}
	if q.op != nil {
		e.Op = q.op.ID
	}
	if q.token != nil {
		names := &q.profile.named[0]
		if q.target.Platform {
			names = &q.profile.named[1]
		}
		e.Token = names.Of(q.token)
	}
	return e
}

// audit is the log of now: a file that was moved away since the request came is nobody's any more. nil: nothing is written down.
func (q *request) audit() *AuditLog { return q.b.latest().audit }

// write writes a line to the log of now. One that a reload closes at the same moment is that of before.
func (q *request) write(log *AuditLog, e *audit.Entry) error {
	for {
		err := log.Write(e)
		now := q.audit()
		if now == log || !errors.Is(err, audit.ErrClosed) {
			return err
		}
		if log = now; log == nil {
			return nil
		}
	}
}

// writeDown writes that the request is about to be forwarded.
func (q *request) writeDown() *problem.Problem {
	log := q.audit()
	if log == nil {
		return nil
	}
	e := q.entry("begin")
	e.Decision = "allow"
	if err := q.write(log, e); err != nil {
		return unwritten(q, err)
	}
	return nil
}

// writeEnd writes what came of it. If that cannot be written, no other request can either.
func (q *request) writeEnd() {
	log := q.audit()
	if log == nil {
		return
	}
	e := &audit.Entry{Time: q.b.now(), Event: "end", Request: q.name, Status: q.w.status, Took: q.b.now().Sub(q.began), Sent: q.w.sent}
	if q.refusal != nil {
		e.Decision, e.Why = "deny", q.refusal.Detail
	}
	if err := q.write(log, e); err != nil {
		q.b.cannotWrite(err)
	}
}

// writeOwn writes an answer of the broker's own, before it leaves.
func (q *request) writeOwn(a *handout.Answer) error {
	log := q.audit()
	if log == nil {
		return nil
	}
	e := q.entry("answer")
	e.Decision, e.Why, e.Profile, e.Token = "allow", a.Why, a.Profile, a.Token
	if a.Status >= http.StatusBadRequest && a.Status != problem.Left {
		e.Decision = "deny"
	}
	if a.Caller != nil {
		e.Caller = a.Caller.Name
	}
	e.Status, e.Took, e.Sent = a.Status, e.Time.Sub(q.began), int64(len(a.Body))
	return q.write(log, e)
}

// unwritten is why a request is not served that cannot be written down.
func unwritten(q *request, err error) *problem.Problem {
	q.b.cannotWrite(err)
	p := problem.New(http.StatusServiceUnavailable, "the request cannot be written to the audit log, so it is not served")
	p.RetryAfter = time.Second
	return p
}

// refuse answers with p, and writes that down as far as that can be done: nothing was.
func (q *request) refuse(p *problem.Problem) {
	p.Write(&q.w)
	q.count(q.operation(), decision(p.Status), p.Status)
	log := q.audit()
	if log == nil {
		return
	}
	e := q.entry("refused")
	e.Decision, e.Why, e.Status, e.Took, e.Sent = "deny", p.Detail, p.Status, e.Time.Sub(q.began), q.w.sent
	if err := q.write(log, e); err != nil {
		q.b.cannotWrite(err)
	}
}

// cannotWrite tells that a line is missing.
func (s *setup) cannotWrite(err error) {
	s.log.Error("the audit log cannot be written", slog.Any("error", err))
	s.unwrittenLine()
}
