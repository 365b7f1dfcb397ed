package fault_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/fault"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

func newFaults(t *testing.T) *fault.Faults {
	t.Helper()
	lock := &state.Lock{DB: state.New(nil, "")}
	f := fault.New(lock, nil)
	lock.Lock()
	t.Cleanup(lock.Unlock)
	return f
}

// order arms a fault that makes sense.
func order(t *testing.T, f *fault.Faults, in fault.Request) {
	t.Helper()
	armed, field, err := in.Order()
	if err != nil {
		t.Fatalf("%+v: %s: %v", in, field, err)
	}
	f.Arm(armed)
}

// take are the labels of what happens to requests.
func take(f *fault.Faults, calls ...string) (labels []string) {
	for _, call := range calls {
		method, path, _ := strings.Cut(call, " ")
		labels = append(labels, f.Take(httptest.NewRequest(method, path, nil)).Label())
	}
	return labels
}

func TestAFaultMeetsTheRequestsThatItWasOrderedFor(t *testing.T) {
	f := newFaults(t)
	if f.Busy.Load() {
		t.Error("it is busy without a fault")
	}
	order(t, f, fault.Request{Path: "/api/*", Method: "post", Kind: fault.Status, Times: 2})
	order(t, f, fault.Request{Path: "/api/a", Kind: fault.Empty})
	got := take(f, "POST /restapi/a", "GET /api/b", "POST /api/b", "POST /api/a", "POST /api/a", "POST /api/a")
	want := []string{"", "", "status 503", "status 503", "empty 200", ""}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if f.Busy.Load() || f.Size() != 0 {
		t.Error("something is left")
	}
}

func TestAFaultThatWasTakenAwayMeetsNothing(t *testing.T) {
	f := newFaults(t)
	order(t, f, fault.Request{Path: "/a", Kind: fault.Reset})
	order(t, f, fault.Request{Path: "/b", Kind: fault.Reset})
	armed, _ := f.List()
	f.DisarmOne(armed[0].ID)
	if got := take(f, "GET /a", "GET /b"); !slices.Equal(got, []string{"", "reset"}) {
		t.Errorf("got %q", got)
	}
	order(t, f, fault.Request{Path: "/b", Kind: fault.Reset})
	f.Disarm()
	if got := take(f, "GET /b"); got[0] != "" || f.Busy.Load() {
		t.Errorf("got %q", got)
	}
}

func TestAnOrderThatMakesNoSenseNamesItsField(t *testing.T) {
	long := strings.Repeat("a", endpoint.TextMost+1)
	for _, c := range []struct {
		in    fault.Request
		field string
	}{
		{fault.Request{Path: "/a", Kind: fault.Status}, ""},
		{fault.Request{Path: "/a*", Kind: fault.Delay, Delay: wording.JSONDuration(time.Second)}, ""},
		{fault.Request{Path: "/a"}, "kind"},
		{fault.Request{Path: "/a", Kind: "rain"}, "kind"},
		{fault.Request{Kind: fault.Status}, "path"},
		{fault.Request{Path: "a", Kind: fault.Status}, "path"},
		{fault.Request{Path: "/a?b", Kind: fault.Status}, "path"},
		{fault.Request{Path: "/a*b", Kind: fault.Status}, "path"},
		{fault.Request{Path: "/" + long, Kind: fault.Status}, "path"},
		{fault.Request{Path: "/_sandbox/state", Kind: fault.Status}, "path"},
		{fault.Request{Path: "/_ns/a/restapi", Kind: fault.Status}, "path"},
		{fault.Request{Path: "/console/*", Kind: fault.Status}, "path"},
		{fault.Request{Path: "/a", Kind: fault.Status, Times: -1}, "times"},
		{fault.Request{Path: "/a", Kind: fault.Status, Status: 199}, "status"},
		{fault.Request{Path: "/a", Kind: fault.Status, Status: 600}, "status"},
		{fault.Request{Path: "/a", Kind: fault.Delay}, "delay"},
		{fault.Request{Path: "/a", Kind: fault.Delay, Delay: wording.JSONDuration(2 * time.Hour)}, "delay"},
		{fault.Request{Path: "/a", Kind: fault.Delay, Delay: -1}, "delay"},
		{fault.Request{Path: "/a", Kind: fault.RetryAfter, RetryAfter: "1", RetryAfterDate: 1}, "retryAfter"},
	} {
		if _, field, err := c.in.Order(); field != c.field || (err == nil) != (field == "") {
			t.Errorf("%.80v: field %q, want %q (%v)", c.in, field, c.field, err)
		}
	}
}

func TestWhatIsShownOfAFaultOrdersItAgain(t *testing.T) {
	for _, in := range []fault.Request{
		{Path: "/a*", Method: "put", Times: 3, Kind: fault.RetryAfter, RetryAfterDate: wording.JSONDuration(time.Minute)},
		{Path: "/a", Kind: fault.Skew},
		{Path: "/a", Kind: fault.Garble},
	} {
		first, _, err := in.Order()
		if err != nil {
			t.Fatal(err)
		}
		view := first.View()
		second, _, err := view.Order()
		if err != nil || *second != *first {
			t.Errorf("%+v has become %+v (%v)", first, second, err)
		}
	}
}

// day is a hostile day that makes sense.
func day(t *testing.T, share float64, seed uint64, kinds ...string) *fault.Day {
	t.Helper()
	d, field, err := (&fault.DayRequest{Share: share, Seed: &seed, Path: "/api/*", Kinds: kinds}).Order(1)
	if err != nil {
		t.Fatalf("%s: %v", field, err)
	}
	return d
}

// calls are so many of one path.
func calls(path string, n int) []string { return slices.Repeat([]string{"GET " + path}, n) }

func TestAHostileDayBringsTheSameToTheSameRequests(t *testing.T) {
	f, same, other := newFaults(t), newFaults(t), newFaults(t)
	f.SetDay(day(t, 0.5, 7))
	same.SetDay(day(t, 0.5, 7))
	other.SetDay(day(t, 0.5, 8))
	want := take(f, calls("/api/a", 60)...)
	var got []string
	for range 60 { // what comes between does not matter
		take(same, "GET /api/b", "POST /api/a", "GET /restapi/a")
		got = append(got, take(same, "GET /api/a")...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the same day brings\n%q, want\n%q", got, want)
	}
	if got := take(other, calls("/api/a", 60)...); slices.Equal(got, want) {
		t.Error("another seed brings the same")
	}
	spoiled := len(slices.DeleteFunc(slices.Clone(want), func(label string) bool { return label == "" }))
	if spoiled < 15 || spoiled > 45 {
		t.Errorf("%d of 60 were spoiled, which is not about the half", spoiled)
	}
	f.SetDay(day(t, 0.5, 7))
	if got := take(f, calls("/api/a", 60)...); !slices.Equal(got, want) {
		t.Error("a day that begins again brings something else")
	}
}

func TestAHostileDaySpoilsWhatItWasOrderedFor(t *testing.T) {
	f := newFaults(t)
	f.SetDay(day(t, 1, 7, fault.Empty))
	if got := take(f, "GET /api/a", "GET /restapi/a"); !slices.Equal(got, []string{"empty 200", ""}) {
		t.Errorf("got %q", got)
	}
	order(t, f, fault.Request{Path: "/api/a", Kind: fault.Reset})
	if got := take(f, "GET /api/a"); got[0] != "reset" {
		t.Errorf("what was armed does not come first: %q", got)
	}
	if _, d := f.List(); d.Requests != 2 || d.Spoiled[fault.Empty] != 1 || len(d.Spoiled) != 1 {
		t.Errorf("the day counts %+v", d)
	}
	f.SetDay(nil)
	if got := take(f, "GET /api/a"); got[0] != "" || f.Busy.Load() {
		t.Errorf("after the day: %q", got)
	}
}

func TestADayThatMakesNoSenseNamesItsField(t *testing.T) {
	late := wording.JSONDuration(2 * time.Hour)
	for field, in := range map[string]fault.DayRequest{
		"hostile":  {Share: 1.1},
		"kinds":    {Share: 1, Kinds: []string{fault.Large}},
		"path":     {Share: 1, Path: "/console/*"},
		"maxDelay": {Share: 1, MaxDelay: &late},
	} {
		if _, got, err := in.Order(1); got != field || err == nil {
			t.Errorf("%s: field %q (%v)", field, got, err)
		}
	}
	if d, _, err := (&fault.DayRequest{}).Order(1); d != nil || err != nil {
		t.Errorf("a share of nothing is %v (%v)", d, err)
	}
}

// delivered is what of an answer comes through a fault.
func delivered(t *testing.T, f *fault.Fault) (int, string, error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		f.Deliver(endpoint.JSON(http.StatusOK, map[string]string{"a": strings.Repeat("b", 100)}), w)
	}))
	defer server.Close()
	resp, err := server.Client().Get(server.URL)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

func TestAFaultSpoilsAnAnswerOnItsWay(t *testing.T) {
	status, whole, err := delivered(t, nil)
	if status != http.StatusOK || !json.Valid([]byte(whole)) || err != nil {
		t.Fatalf("a good day: %d %q %v", status, whole, err)
	}
	for _, kind := range []string{fault.Reset, fault.DropAnswer} {
		if status, _, err := delivered(t, &fault.Fault{Kind: kind}); err == nil {
			t.Errorf("%s: there is an answer, %d", kind, status)
		}
	}
	if status, half, err := delivered(t, &fault.Fault{Kind: fault.Truncate}); status != http.StatusOK || !errors.Is(err, io.ErrUnexpectedEOF) ||
		half != whole[:len(whole)/2] {
		t.Errorf("truncated: %d %q %v", status, half, err)
	}
	if status, odd, err := delivered(t, &fault.Fault{Kind: fault.Garble}); status != http.StatusOK || err != nil ||
		len(odd) != len(whole) || json.Valid([]byte(odd)) {
		t.Errorf("garbled: %d %q %v", status, odd, err)
	}
}

func TestAFaultAnswersInTheVendorsPlace(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	outage := func(status int) endpoint.Response { return endpoint.Text(status, "outage") }
	for _, kind := range fault.Kinds() {
		armed, _, err := (&fault.Request{Path: "/a", Kind: kind, RetryAfter: "7", Delay: 1}).Order()
		if err != nil {
			t.Fatal(err)
		}
		f := &armed.Fault
		a, instead := f.Instead(now, outage)
		if want := f.Status != 0 || kind == fault.Reset; instead != want || a.Status != f.Status {
			t.Errorf("%s answers instead: %v, with %d", kind, instead, a.Status)
		}
		if kind == fault.RetryAfter && a.Header.Get("Retry-After") != "7" {
			t.Errorf("headers %v", a.Header)
		}
	}
	dated := &fault.Fault{Kind: fault.RetryAfter, Status: 503, RetryDate: time.Minute}
	if a, _ := dated.Instead(now, outage); a.Header.Get("Retry-After") != "Sun, 01 Mar 2026 12:01:00 GMT" {
		t.Errorf("headers %v", a.Header)
	}
	var none *fault.Fault
	if _, instead := none.Instead(now, outage); instead || none.Label() != "" {
		t.Error("nothing answers instead")
	}
	skewed := &fault.Fault{Kind: fault.Skew, Skew: time.Hour}
	if none.Date(now) != "Sun, 01 Mar 2026 12:00:00 GMT" || skewed.Date(now) != "Sun, 01 Mar 2026 13:00:00 GMT" {
		t.Errorf("dates %s and %s", none.Date(now), skewed.Date(now))
	}
}
