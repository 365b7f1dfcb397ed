package ringcx

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// caller is the user with this id and its RingCX, or nil if it is gone, switched off or lost its RingCX.
func (x *Service) caller(id int64) (*model.User, *model.MainAccount) {
	u := x.World.Member(x.Lock.Tx, id)
	if u == nil || !u.Enabled {
		return nil, nil
	}
	m := x.World.MainOf(x.Lock.Tx, u.Account)
	if m == nil {
		return nil, nil
	}
	return u, m
}

// AdmitRead counts a call of the standard rate, by its caller.
func (x *Service) AdmitRead(c *endpoint.Call) limit.Decision {
	key := strconv.FormatInt(c.Subject, 10)
	if c.Rules.APILimitCountedBy == contract.ByAccount {
		if u, _ := x.caller(c.Subject); u != nil {
			key = "account " + strconv.FormatInt(u.Account, 10)
		}
	}
	return x.Limits.Admit(limit.Reads, key, c.Now, c.Rules)
}

// counted answers with do, if a call of key is within the limit of its row.
func (x *Service) counted(c *endpoint.Call, r *http.Request, key string, do func() endpoint.Response) endpoint.Response {
	return c.Counted(x.Limits, key, func() endpoint.Response { return TooMany(c, r) }, do)
}

// asCaller answers a call of a user, who has a RingCX; agents are no users and may not.
func (x *Service) asCaller(c *endpoint.Call, r *http.Request, do func(*model.User, *model.MainAccount) endpoint.Response) endpoint.Response {
	u, m := x.caller(c.Subject)
	if u == nil {
		return forbiddenAs(c, r, c.Rules.CallerStatus)
	}
	x.Polling.Called(u.ID, c.XAuth)
	return do(u, m)
}

// readSub answers a read of one sub-account of the caller; another one is forbidden, whether it exists or not.
func (x *Service) readSub(c *endpoint.Call, r *http.Request, do func(*model.MainAccount, *model.SubAccount) endpoint.Response) endpoint.Response {
	return x.asCaller(c, r, func(_ *model.User, m *model.MainAccount) endpoint.Response {
		sub := m.Sub(chi.URLParam(r, "accountId"))
		if sub == nil {
			return forbidden(c, r)
		}
		return do(m, sub)
	})
}

// readGroup answers a read of one agent group.
func (x *Service) readGroup(c *endpoint.Call, r *http.Request, do func(*model.AgentGroup) endpoint.Response) endpoint.Response {
	return x.readSub(c, r, func(_ *model.MainAccount, sub *model.SubAccount) endpoint.Response {
		group := sub.Group(chi.URLParam(r, "agentGroupId"))
		if group == nil {
			return NotFound(c, r)
		}
		return do(group)
	})
}

// page cuts items as page (from 0) and maxRows ask; false if they are not such numbers. Without maxRows there is one
// page with everything, or with a number of rows that is a setting.
func page[T any](c *endpoint.Call, r *http.Request, items []T) ([]T, bool) {
	query := r.URL.Query()
	number, rows := 0, cmp.Or(c.Rules.MaxRowsDefault, len(items))
	var err error
	if v := query.Get("page"); v != "" {
		if number, err = strconv.Atoi(v); err != nil || number < 0 {
			return nil, false
		}
	}
	if v := query.Get("maxRows"); v != "" {
		if rows, err = strconv.Atoi(v); err != nil || rows < 1 {
			return nil, false
		}
	}
	if number > 0 && (rows == 0 || number > len(items)/rows) {
		return nil, true
	}
	start := min(number*rows, len(items))
	return items[start:min(start+min(rows, len(items)), len(items))], true
}

// viewKey names an answer that is the same until somebody changes the objects that it tells about.
type viewKey struct {
	main                string // id of the main account
	accounts, listed    bool   // its accounts, with the main account or without; else its users ...
	activeOnly, flatten bool   // ... as they were asked for
	roles, zone         bool   // ... with the description of roles, with the name of the time zone
}

// viewsKept are the answers that are remembered, at most.
const viewsKept = 1_000

// view is the answer of a name, made anew if nobody has asked for it since the objects changed.
func (x *Service) view(key viewKey, build func() any) endpoint.Response {
	body, ok := x.views[key]
	if !ok {
		if len(x.views) >= viewsKept {
			x.ForgetViews()
		}
		body = endpoint.JSON(http.StatusOK, build()).Body
		x.views[key] = body
	}
	return endpoint.NewResponse(http.StatusOK, endpoint.TypeJSON, body)
}

// ForgetViews is called when objects have changed. Only the control plane and the console do that.
func (x *Service) ForgetViews() { clear(x.views) }
