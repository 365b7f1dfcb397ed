package endpoint

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
)

// did is what a call of o, which may be nil, has done to a token: a success about a session or sign-in what better says, else what
// o says. Without such a number there was nothing to end, or a fault answered instead. A status of 401 refuses a token whatever
// was called.
func (o *Operation) did(status int, about uint64, better journal.Event) journal.Event {
	var does journal.Event
	if o != nil {
		does = o.Event
	}
	switch {
	case status == http.StatusUnauthorized, status != http.StatusOK && does.HandsOut():
		return journal.Refused
	case status == http.StatusOK && about != 0:
		return cmp.Or(better, does)
	}
	return ""
}

// Complete finds the event of an entry that tells of none: nothing, unless it was recorded before entries told. Then the end of
// a token is told by its form and by rules, and each refused refresh may have been the one that ended a sign-in.
func (t *Routes) Complete(r *contract.Rules, e *journal.Entry) {
	name, _ := t.names.Match(e.Method, e.Path)
	row := t.rows[name]
	e.Event = row.did(e.Status, e.About, "")
	if e.Event == journal.Refused && row != nil && row.Event == journal.Refreshed {
		e.Ends = e.Time
	}
	if !e.Event.HandsOut() {
		return
	}
	ttl := r.RingCXTokenTTL
	if IsPlatform(e.Path) {
		ttl = r.AccessTokenTTL
	}
	for _, p := range e.Form {
		switch {
		case p.Name == "grant_type" && p.Value == "refresh_token":
			e.Event = journal.Refreshed
		case p.Name == "access_token_ttl":
			if seconds, err := strconv.ParseInt(p.Value, 10, 32); err == nil {
				ttl = r.AccessTTL(seconds)
			}
		}
	}
	e.Ends = e.Time.Add(ttl)
}
