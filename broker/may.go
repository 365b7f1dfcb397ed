package broker

import (
	"net/http"
	"net/url"

	"github.com/ringcx-go/ringcx/broker/internal/handout"
	"github.com/ringcx-go/ringcx/broker/internal/policy"
	"github.com/ringcx-go/ringcx/broker/internal/problem"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// findOperation finds what the request calls, and where it goes.
func (q *request) findOperation() *problem.Problem {
	var params apispec.Params
	q.op, params = policy.Operation(q.r.Method, q.path)
	q.account = policy.Account(&params)
	if policy.SignsIn(q.op, q.path) {
		return problem.New(http.StatusForbidden, "signing in, renewing and ending tokens is the broker's business: the vendor is not asked")
	}
	if why := policy.Respelt(q.op, &params, q.r.Method, q.path); why != "" {
		return problem.New(http.StatusBadRequest, why)
	}
	var ok bool
	if q.target, ok = q.profile.vendor.Route(q.path); ok {
		return nil
	}
	if q.op != nil && policy.Credential(q.op) { // a token for the digital channels
		q.target = q.profile.vendor.DigitalToken()
		return nil
	}
	return problem.New(http.StatusNotFound, "the broker forwards paths below /voice/api/, /platform/api/ and /restapi/")
}

// may asks the rules.
func (q *request) may() *problem.Problem {
	allowed, why := q.b.decide(q.caller, q.profile, q.r.Method, q.path, q.op, q.account)
	if q.why = why; !allowed {
		return problem.New(http.StatusForbidden, why)
	}
	return nil
}

// waited is how long a request may be under way without being asked again whether it may be sent.
const waited = handout.Waited

// mayStill asks again, by what holds now, whether a request that has waited may be sent: its key may be revoked, rules be others. One
// whose profile has another login now, or which is that of another profile because it names none, goes on with that: it has its turn
// there, and its token. It is asked before each line of the audit log that lets a request be sent, and by Enter before each that is
// sent, so that no wait is missed.
func (q *request) mayStill() *problem.Problem {
	for {
		at := q.b.now()
		if at.Sub(q.asked) < waited {
			return nil
		}
		now := &request{b: q.b.latest(), r: q.r, path: q.path}
		for _, step := range []func(*request) *problem.Problem{(*request).whoCalls, (*request).chooseProfile, (*request).findOperation, (*request).may} {
			if p := step(now); p != nil {
				return p
			}
		}
		q.asked = at
		if q.goesAs(now) {
			return nil
		}
		if now.profile.name != q.profile.name || now.governor() != q.governor() {
			q.giveBack()
		}
		q.caller, q.profile, q.target, q.account, q.why, q.token = now.caller, now.profile, now.target, now.account, now.why, nil
		if q.slot == nil {
			if p := q.reserve(); p != nil {
				return p
			}
		}
		if p := q.bringToken(); p != nil {
			return p
		}
	}
}

// goesAs tells whether what q was begun with is what now has.
func (q *request) goesAs(now *request) bool {
	return now.profile.name == q.profile.name && now.profile.session == q.profile.session && *now.target.Origin == *q.target.Origin
}

func (b *setup) decide(c *Caller, p *profile, method, path string, op *apispec.Operation, account string) (bool, string) {
	ask := policy.Query{Caller: c.Name, Profile: p.name, Account: account, Method: method, Path: path}
	if op != nil {
		ask.Operation, ask.Credential = op.ID, policy.Credential(op)
	} else {
		ask.Credential = policy.PlatformCredential(path)
	}
	return b.rules.Decide(&ask)
}

// judges are the steps that say whether a request goes further, in their order, for one that is not there.
var judges = []func(*request) *problem.Problem{
	(*request).admit, (*request).checkTarget, (*request).mayOwn, (*request).findOperation, (*request).may,
}

// judge is what would become of a request to the target, with a query or without, of a caller who is known.
func (b *setup) judge(c *Caller, p *profile, method, target string) (bool, string) {
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return false, "the target of the request must be a path"
	}
	q := &request{b: b, caller: c, profile: p, path: u.EscapedPath(), r: &http.Request{
		Method: method, URL: u, RequestURI: target, Host: "localhost", Header: http.Header{}, ProtoMajor: 1, ProtoMinor: 1,
	}}
	for _, step := range judges {
		switch bad := step(q); bad {
		case nil:
		case answered:
			return true, q.why
		default:
			return false, bad.Detail
		}
	}
	return true, q.why
}

// Why the broker answers itself.
const (
	whyAnyone = "the broker answers whoever asks, and no rule decides"
	whyItself = "the broker answers it itself, with tokens that only it takes, and no rule decides"
)

// mayOwn tells what rules say of a path of the broker's own: answered if it may be had, nil if the path is another's.
func (q *request) mayOwn() *problem.Problem {
	method, numbers := handout.Method(q.path), q.path == metricsPath && q.b.metrics != nil
	switch {
	case q.path == alivePath, q.path == readyPath, q.path == handout.MetadataPath:
		method, q.why = http.MethodGet, whyAnyone
	case numbers:
		method = http.MethodGet
	case method == "":
		return nil
	case q.path != handout.TokenPath:
		q.why = whyItself
	}
	if q.r.Method != method && !(q.r.Method == http.MethodHead && method == http.MethodGet) {
		return problem.New(http.StatusMethodNotAllowed, "the method is not one of this path")
	}
	switch {
	case numbers:
		if bad := q.may(); bad != nil {
			return bad
		}
	case q.path == handout.TokenPath, q.path == handout.OAuthPath:
		allowed, why := q.b.decide(q.caller, q.profile, http.MethodGet, handout.TokenPath, nil, "")
		if q.path != handout.TokenPath {
			why += ", as it does GET " + handout.TokenPath
		}
		if q.why = why; !allowed {
			return problem.New(http.StatusForbidden, why)
		}
	}
	return answered
}

// findToken brings the token that the request goes with, if it still may have one: a session that a reload has replaced is asked for
// nothing any more, as it would log in with what it was made of.
func (q *request) findToken() *problem.Problem {
	if p := q.mayStill(); p != nil || q.token != nil {
		return p
	}
	failed := q.bringToken()
	if failed == nil {
		return nil
	}
	if p := q.mayStill(); p != nil || q.token != nil { // the login of now may have one
		return p
	}
	return failed
}

func (q *request) bringToken() *problem.Problem {
	t, err := q.target.Source.Token(q.r.Context())
	if err != nil {
		return handout.Unavailable(err)
	}
	q.token = t
	return nil
}

// handsOut is the source of tokens for a caller, see handout.Desk.
func (b *setup) handsOut(r *http.Request, c *Caller, vendors bool) (*handout.Source, string, *problem.Problem) {
	p, bad := b.profileOf(r, c)
	if bad != nil {
		return nil, "", bad
	}
	if vendors {
		if allowed, why := b.decide(c, p, http.MethodGet, handout.TokenPath, nil, ""); !allowed {
			return nil, p.name, problem.New(http.StatusForbidden, why)
		}
	}
	return p.source, p.name, nil
}
