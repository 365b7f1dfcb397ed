package broker

import (
	"net/http"

	"github.com/ringcx-go/ringcx/broker/internal/handout"
	"github.com/ringcx-go/ringcx/broker/internal/policy"
	"github.com/ringcx-go/ringcx/broker/internal/problem"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// findOperation finds what the request calls, and where it goes.
func (q *request) findOperation() *problem.Problem {
	var params apispec.Params
	q.op, params = policy.Operation(q.r.Method, q.path)
	q.account = account(&params)
	if policy.SignsIn(q.op, q.path) {
		return problem.New(http.StatusForbidden, "signing in, renewing and ending tokens is the broker's business: the vendor is not asked")
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

// account is the sub-account that the path of an operation names, "" if it names none.
func account(params *apispec.Params) string {
	if id := params.Get("subAccountId"); id != "" {
		return id
	}
	return params.Get("accountId")
}

// may asks the rules.
func (q *request) may() *problem.Problem {
	allowed, why := q.b.decide(q.caller, q.profile, q.r.Method, q.path, q.op, q.account)
	if q.why = why; !allowed {
		return problem.New(http.StatusForbidden, why)
	}
	return nil
}

func (b *setup) decide(c *Caller, p *profile, method, path string, op *apispec.Operation, account string) (bool, string) {
	ask := policy.Query{Caller: c.Name, Profile: p.name, Account: account, Method: method, Path: path, Credential: policy.Credential(op)}
	if op != nil {
		ask.Operation = op.ID
	}
	return b.rules.Decide(&ask)
}

// judge is what would become of a request, as far as rules decide.
func (b *setup) judge(c *Caller, p *profile, method, path string) (bool, string) {
	if err := apispec.CheckPath(path); err != nil {
		return false, "the path " + err.Error()
	}
	op, params := policy.Operation(method, path)
	if policy.SignsIn(op, path) {
		return false, "what signs in, renews or ends tokens is never forwarded"
	}
	return b.decide(c, p, method, path, op, account(&params))
}

// findToken brings the token that the request goes with.
func (q *request) findToken() *problem.Problem {
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
