package endpoint_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
)

// events are rows of each event, and one without.
var events = []endpoint.Operation{
	{Method: http.MethodPost, Path: "/restapi/oauth/token", Event: journal.Issued},
	{Method: http.MethodPost, Path: "/restapi/oauth/revoke", Event: journal.Revoked},
	{Method: http.MethodPost, Path: "/api/auth/login/rc/accesstoken", Event: journal.Issued},
	{Method: http.MethodPost, Path: "/api/auth/token/refresh", Event: journal.Refreshed},
	{Method: http.MethodDelete, Path: "/api/auth/logout/{refreshToken}", Event: journal.LoggedOut},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/users"},
}

func TestAnEntryOfBeforeEventsIsCompletedByItsRow(t *testing.T) {
	rules := contract.Defaults()
	rules.AccessTokenTTL, rules.RingCXTokenTTL = time.Hour, 5*time.Minute
	routes := endpoint.NewRoutes(events, nil, nil, nil)
	form := func(pairs ...string) (out []journal.Parameter) {
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, journal.Parameter{Name: pairs[i], Value: pairs[i+1]})
		}
		return out
	}
	for _, c := range []struct {
		method, path string
		status       int
		about        uint64
		form         []journal.Parameter
		event        journal.Event
		lasts        time.Duration
	}{
		{"POST", "/restapi/oauth/token", 200, 1, nil, journal.Issued, time.Hour},
		{"POST", "/restapi/oauth/token", 200, 1, form("access_token_ttl", "600"), journal.Issued, 10 * time.Minute},
		{"POST", "/restapi/oauth/token", 200, 1, form("grant_type", "refresh_token"), journal.Refreshed, time.Hour},
		{"POST", "/restapi/oauth/token", 200, 0, nil, "", 0}, // a fault answered
		{"POST", "/restapi/oauth/token", 400, 0, nil, journal.Refused, 0},
		{"POST", "/restapi/oauth/token", 0, 0, nil, journal.Refused, 0},
		{"POST", "/restapi/oauth/revoke", 200, 1, nil, journal.Revoked, 0},
		{"POST", "/restapi/oauth/revoke", 200, 0, nil, "", 0},
		{"POST", "/restapi/oauth/revoke", 400, 1, nil, "", 0},
		{"POST", "/api/auth/login/rc/accesstoken", 200, 1, nil, journal.Issued, 5 * time.Minute},
		{"POST", "/api/auth/token/refresh", 200, 1, nil, journal.Refreshed, 5 * time.Minute},
		{"DELETE", "/api/auth/logout/***", 200, 1, nil, journal.LoggedOut, 0},
		{"GET", "/voice/api/v1/admin/users", 200, 1, nil, "", 0},
		{"GET", "/voice/api/v1/admin/users", 401, 1, nil, journal.Refused, 0},
		{"GET", "/nothing", 401, 0, nil, journal.Refused, 0},
		{"GET", "/restapi/oauth/token", 405, 0, nil, "", 0},
	} {
		e := journal.Entry{Request: journal.Request{Time: time.Unix(0, 0), Method: c.method, Path: c.path, Status: c.status}, About: c.about}
		e.Form = c.form
		routes.Complete(&rules, &e)
		if e.Event != c.event || c.lasts != 0 && e.Ends.Sub(e.Time) != c.lasts || c.lasts == 0 && !e.Ends.IsZero() {
			t.Errorf("%s %s, %d about %d: %q until %s", c.method, c.path, c.status, c.about, e.Event, e.Ends)
		}
	}
	e := journal.Entry{Request: journal.Request{Time: time.Unix(9, 0), Method: "POST", Path: "/api/auth/token/refresh", Status: 401}, About: 1}
	if routes.Complete(&rules, &e); e.Event != journal.Refused || !e.Ends.Equal(e.Time) {
		t.Errorf("a refused refresh may have ended its sign-in, and is %q until %s", e.Event, e.Ends)
	}
}

func TestACallTellsItsEvent(t *testing.T) {
	end := time.Unix(60, 0)
	for _, c := range []struct {
		row    *endpoint.Operation
		better journal.Event
		status int
		want   journal.Event
	}{
		{&events[0], "", 200, journal.Issued},
		{&events[0], journal.Refreshed, 200, journal.Refreshed},
		{&events[0], journal.Refreshed, 503, journal.Refused},
		{&events[1], "", 200, journal.Revoked},
		{&events[1], "", 503, ""},
		{nil, "", 401, journal.Refused},
		{nil, "", 404, ""},
	} {
		call := endpoint.Call{Now: time.Unix(0, 0), Session: 7, Row: c.row, Event: c.better, Ends: end}
		e := call.Entry(httptest.NewRequest(http.MethodPost, "/restapi/x", nil), endpoint.NewResponse(c.status, "", nil))
		if e.Event != c.want || (e.Event != "") != e.Ends.Equal(end) {
			t.Errorf("%v, %q, %d: %q until %s", c.row, c.better, c.status, e.Event, e.Ends)
		}
	}
}
