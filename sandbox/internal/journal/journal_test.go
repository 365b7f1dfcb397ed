package journal_test

import (
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
)

func TestAnEntryIsGivenBackAsItWasAdded(t *testing.T) {
	r := httptest.NewRequest("POST", "/restapi/oauth/token?page=1%262", nil)
	r.Header.Set("Authorization", "bearer secret")
	entry := journal.Entry{
		Request: journal.Request{
			Time: time.Unix(1_767_225_600, 5).UTC(), Method: "POST", Path: journal.MaskedPath(r), Status: 400, Verdicts: []string{"a", "b"},
			Fault: "delay 1s", Operation: "o", Answer: "an", Reason: "re", Caller: "ca", Token: "to",
		},
		About: 7, Event: journal.Issued, Ends: time.Unix(1_767_225_900, 7).UTC(),
		Shape: journal.ShapeOf(r, journal.MaskedParameters(r.URL.Query()), journal.MaskedParameters(url.Values{
			"a&b": {"hidden"}, "grant_type": {"$&=\x00 ü"}, "scope": {""},
		})),
	}
	want := journal.Shape{
		Auth: "Bearer", Query: []journal.Parameter{{Name: "page", Value: "1&2"}},
		Form: []journal.Parameter{{Name: "grant_type", Value: "$&=\x00 ü"}, {Name: "a&b", Value: "$A_B", Secret: true}, {Name: "scope"}},
	}
	if !reflect.DeepEqual(entry.Shape, want) {
		t.Errorf("the shape is %+v", entry.Shape)
	}
	j := journal.New(new(atomic.Int64))
	var observed journal.Request
	j.SetObserver(func(r journal.Request) { observed = r })
	j.Add(entry)
	entry.Number = 1
	all, last := j.Since(0)
	if last != 1 || len(all) != 1 || !reflect.DeepEqual(all[0].Unpack(), entry) || !reflect.DeepEqual(observed, entry.Request) {
		t.Errorf("added %+v\ngot %+v\nobserved %+v", entry, all, observed)
	}
	if p := all[0]; p.Path() != "/restapi/oauth/token" || p.Operation() != "o" || !p.Misused() || !p.Has("b") || p.Has("c") ||
		p.Event() != entry.Event || !p.Ends().Equal(entry.Ends) || !p.Time().Equal(entry.Time) ||
		p.Refusal() != (journal.Refusal{Answer: "an", Reason: "re", Caller: "ca", Token: "to"}) {
		t.Errorf("packed it says %+v", p.Refusal())
	}
}

func TestAJournalHoldsTheLatestAndTellsWhatIsNew(t *testing.T) {
	together := new(atomic.Int64)
	j := journal.New(together)
	add := func(n int) {
		for range n {
			j.Add(journal.Entry{Request: journal.Request{Path: "/"}})
		}
	}
	add(2)
	if fresh, _ := j.News(); len(fresh) != 2 {
		t.Errorf("new are %d", len(fresh))
	}
	add(journal.RequestsHeld)
	if fresh, _ := j.News(); len(fresh) != journal.RequestsHeld || fresh[0].Number != 3 {
		t.Errorf("new are %d", len(fresh))
	}
	if fresh, gone := j.News(); len(fresh)+len(gone) != 0 {
		t.Errorf("nothing is new, and it tells %d and %d", len(fresh), len(gone))
	}
	if list := j.List(); len(list) != journal.RequestsHeld || list[0].Number != 3 || j.Latest() != journal.RequestsHeld+2 {
		t.Errorf("it holds %d from %d, up to %d", len(list), list[0].Number, j.Latest())
	}
	if j.End(); j.Size() != 0 || together.Load() != 0 {
		t.Errorf("after the end there are %d, of %d bytes", j.Size(), together.Load())
	}
	if add(1); j.Size() != 0 {
		t.Error("after the end it remembers")
	}
}

func TestAnEventThatIsFoundOutLaterIsToldAndNotRecorded(t *testing.T) {
	end := time.Unix(60, 0).UTC()
	entries := []journal.Entry{
		{Request: journal.Request{Number: 1, Time: time.Unix(0, 0).UTC(), Path: "/old", Verdicts: []string{}}},
		{Request: journal.Request{Number: 2, Time: time.Unix(1, 0).UTC(), Path: "/told", Verdicts: []string{}}, Event: journal.Revoked},
		{Request: journal.Request{Number: 3, Time: time.Unix(2, 0).UTC(), Path: "/nothing", Verdicts: []string{}}},
	}
	j := journal.New(new(atomic.Int64))
	j.Restore(slices.Clone(entries), func(e *journal.Entry) {
		if e.Path == "/told" {
			t.Error("what tells of its event is completed")
		}
		if e.Path == "/old" {
			e.Event, e.Ends = journal.Issued, end
		}
	})
	all, _ := j.Since(0)
	want := []journal.Event{journal.Issued, journal.Revoked, ""}
	for i := range all {
		if all[i].Event() != want[i] || (i == 0) != all[i].Ends().Equal(end) {
			t.Errorf("entry %d tells %q until %s", i, all[i].Event(), all[i].Ends())
		}
		if got := all[i].Unpack(); !reflect.DeepEqual(got, entries[i]) {
			t.Errorf("it was %+v, and is recorded as %+v", entries[i], got)
		}
	}
}

func TestWhatMayBeASecretIsNotShown(t *testing.T) {
	for path, want := range map[string]string{
		"/api/auth/logout/secret":                                 "/api/auth/logout/***",
		"/api/auth/logout/":                                       "/api/auth/logout/",
		"/x/eyJhbGciOi/y":                                         "/x/***/y",
		"/x/0123456789012345678901234567890123456789":             "/x/***",
		"/x/012345678901234567890123456789012345678":              "/x/012345678901234567890123456789012345678",
		"/restapi/v1.0/account/~?access_token=secret":             "/restapi/v1.0/account/~",
		"/voice/api/v1/admin/token/00000000-0000-4000-8000-00000": "/voice/api/v1/admin/token/***",
	} {
		if got := journal.MaskedPath(httptest.NewRequest("GET", path, nil)); got != want {
			t.Errorf("%s is shown as %s", path, got)
		}
	}
	entry := journal.Entry{Shape: journal.Shape{Form: []journal.Parameter{{Name: "assertion", Value: "$RC_USER_JWT", Secret: true}}}}
	if err := entry.Check(); err != nil {
		t.Error(err)
	}
	if entry.Form[0].Value = "$secret"; entry.Check() == nil {
		t.Error("a value that is no name of a variable passes for a stand-in")
	}
}
