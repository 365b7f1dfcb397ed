package broker

import (
	"context"
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/budget"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
	"github.com/ringcx-go/ringcx/broker/internal/handout"
	"github.com/ringcx-go/ringcx/broker/internal/problem"
	"github.com/ringcx-go/ringcx/broker/internal/proxy"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// request is one request on its way through the steps, each of which adds what it found.
type request struct {
	b     *setup
	r     *http.Request
	body  *proxy.Body // nil: there is none
	w     answer
	began time.Time
	asked time.Time // when it was last asked whether it may be sent
	name  string    // in the audit log

	path    string // escaped, as it is forwarded
	caller  *Caller
	profile *profile
	op      *apispec.Operation // nil: nothing that is described
	account string
	target  proxy.Target
	why     string // it is allowed
	forward proxy.Exchange
	slot    *budget.Reservation // nil: it has none, or it was used
	token   *ringcx.Token
	refusal *problem.Problem // why it was not sent, though it had been let through; nil: it was
}

// steps are the way of a request that is forwarded. Each adds to it, or says why it goes no further.
var steps = []func(*request) *problem.Problem{
	(*request).admit, (*request).checkTarget, (*request).own, (*request).whoCalls, (*request).chooseProfile, (*request).findOperation, (*request).may,
	(*request).readBody, (*request).reserve, (*request).findToken, (*request).mayStill, (*request).writeDown,
}

// ServeHTTP implements http.Handler.
func (b *Broker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := b.at.Load()
	w, r, body := at.proxy.Receive(w, r)
	defer body.Leave()
	q := &request{b: at, r: r, body: body, w: answer{ResponseWriter: w, ending: at.ending, brief: at.proxy.Brief}, began: at.now(), path: r.URL.EscapedPath()}
	q.asked = q.began
	defer q.giveBack()
	for _, step := range steps {
		switch p := step(q); p {
		case nil:
		case answered:
			return
		default:
			q.refuse(p)
			return
		}
	}
	defer q.countEnd()
	defer q.writeEnd() // also of an answer that was cut off
	q.w.vendor = true
	e := &q.forward
	e.Target, e.Token, e.Operation, e.Gate = q.target, q.token, q.op, q
	e.Forward(&q.w)
}

// answered is what a step says that has answered.
var answered = new(problem.Problem)

// admit refuses what no program sends. What follows a body in chunks on its connection is not read: if the request also said how
// long it is, which net/http does not tell, something on the way may have taken it for a part of the body. Of HTTP/1.0 net/http
// does not tell that there are chunks either.
func (q *request) admit() *problem.Problem {
	if q.r.ProtoMajor == 1 && (len(q.r.TransferEncoding) > 0 || q.r.ProtoMinor == 0) {
		q.w.Header().Set("Connection", "close")
	}
	if q.b.loopback && q.b.peers.Stranger(q.r) {
		return problem.New(http.StatusForbidden, "this broker serves the programs of another user")
	}
	return q.b.hosts.Admit(q.r)
}

// checkTarget refuses paths and queries that may mean two things.
func (q *request) checkTarget() *problem.Problem { return proxy.CheckTarget(q.r) }

// own answers what is for the broker itself.
func (q *request) own() *problem.Problem {
	if q.tellHealth() {
		return answered
	}
	if p := q.tellMetrics(); p != nil {
		return p
	}
	if q.body != nil && handout.Method(q.path) == http.MethodPost {
		q.body.InTime() // a form is short
	}
	a := q.b.desk.Answer(q.r, q.path)
	switch {
	case a == nil:
		return nil
	case a.Poll == nil:
	case q.hold(a.Poll):
		return answered
	default:
		a = a.Poll.Wait(q.r.Context())
	}
	if err := q.writeOwn(a); err != nil {
		p := unwritten(q, err)
		if a = handout.InOAuth(q.path, p); a == nil {
			return p
		}
	}
	q.countOwn(a)
	a.Write(&q.w)
	return answered
}

// readBody reads a body that is short, before the request takes the turn of another one.
func (q *request) readBody() *problem.Problem { return q.b.proxy.Read(q.r, q.body, &q.forward) }

// whoCalls finds the caller.
func (q *request) whoCalls() *problem.Problem {
	_, secret, ok := handout.Secret(q.r)
	if !ok {
		return handout.Unknown(nil)
	}
	c, err := q.b.who(q.r, secret)
	if err != nil {
		return handout.Unknown(err)
	}
	q.caller = c
	return nil
}

// chooseProfile finds the profile.
func (q *request) chooseProfile() *problem.Problem {
	p, bad := q.b.profileOf(q.r, q.caller)
	q.profile = p
	return bad
}

// who tells who sent r and shows a secret.
func (b *setup) who(r *http.Request, secret string) (*Caller, error) {
	for _, way := range b.ways {
		c, err := way.Authenticate(r, secret)
		if err == caller.ErrUnknown { //nolint:errorlint // it is returned as it is, for each request
			continue
		}
		if err != nil {
			return nil, err
		}
		own := *c
		own.Remote = caller.PeerOf(r.Context()).Remote
		return &own, nil
	}
	return nil, caller.ErrUnknown
}

// alive is nil if a caller of an earlier request may still come, ErrUnknown if not, and another error if that cannot be told.
func (b *setup) alive(ctx context.Context, c Caller) error {
	switch {
	case !c.Until.IsZero() && !b.now().Before(c.Until), c.Keyed && b.keys == nil:
		return caller.ErrUnknown
	case c.Keyed:
		return b.keys.Alive(ctx, c.ID)
	}
	return nil
}

// profileOf is the profile that a caller asks for.
func (b *setup) profileOf(r *http.Request, c *Caller) (*profile, *problem.Problem) {
	name := c.Profile
	if values := r.Header["Ringcx-Profile"]; len(values) > 0 && values[0] != "" { // as net/http writes the name
		asked := values[0]
		if len(values) > 1 {
			return nil, problem.New(http.StatusBadRequest, "the header RingCX-Profile is there more than once")
		}
		if name != "" && name != asked {
			return nil, problem.New(http.StatusForbidden, "the key is for another profile")
		}
		name = asked
	}
	if name == "" {
		return b.first, nil
	}
	if p := b.profiles[name]; p != nil {
		return p, nil
	}
	return nil, problem.New(http.StatusForbidden, "there is no such profile")
}
