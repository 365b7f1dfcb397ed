package sandbox_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// suffer sends a request that a hostile day may cut, and gives the fault that the log tells of.
func (v *vendor) suffer(path string) string {
	v.t.Helper()
	return v.faultsOf(path, 1)[0]
}

// faultsOf are the faults of n requests to a path.
func (v *vendor) faultsOf(path string, n int) []string {
	v.t.Helper()
	send := func() {
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
				panic(p)
			}
		}()
		v.get(path, "")
	}
	for range n {
		send()
	}
	log := v.Requests()
	var all []string
	for _, e := range log[len(log)-n:] {
		all = append(all, e.Fault)
	}
	return all
}

// hostile begins a day without real delays.
func (v *vendor) hostile(fields string) {
	v.t.Helper()
	v.control("faults", `{"maxDelay":"0s",`+fields+`}`)
}

func spoiled(faults []string) int {
	return len(slices.DeleteFunc(slices.Clone(faults), func(f string) bool { return f == "" }))
}

func TestAHostileDaySpoilsTheShareThatWasAskedFor(t *testing.T) {
	const n = 4000
	for _, share := range []float64{0.02, 0.1, 0.5} {
		t.Run(fmt.Sprint(share), func(t *testing.T) {
			t.Parallel()
			v := newVendor(t, sandbox.Options{})
			v.hostile(fmt.Sprintf(`"hostile":%v,"seed":7`, share))
			got := spoiled(v.faultsOf("/restapi", n))
			// Four standard deviations of a binomial distribution; the seed makes it the same number every time.
			if off := math.Abs(float64(got) - n*share); off > 4*math.Sqrt(n*share*(1-share)) {
				t.Errorf("%d of %d were spoiled", got, n)
			}
		})
	}
	v := newVendor(t, sandbox.Options{})
	v.hostile(`"hostile":1`)
	if got := spoiled(v.faultsOf("/restapi", 100)); got != 100 {
		t.Errorf("share 1: %d of 100 were spoiled", got)
	}
}

func TestEveryKindOfBadMomentComesOnAHostileDay(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.hostile(`"hostile":1,"seed":7`)
	seen := map[string]bool{}
	for _, f := range v.faultsOf("/restapi", 1000) {
		seen[f] = true
	}
	for _, want := range []string{
		"delay 0s", "status 500", "status 503", "html 502", "retry-after 503", "retry-after 429", "reset", "truncate",
		"garble", "drop-answer", "skew 1h0m0s", "skew -12h0m0s", "empty 200",
	} {
		if !seen[want] {
			t.Errorf("%s never happened: %v", want, seen)
		}
	}
}

func TestTheSameSeedIsTheSameDayWhateverHappensElsewhere(t *testing.T) {
	alone := newVendor(t, sandbox.Options{})
	alone.hostile(`"hostile":0.3,"seed":7`)
	want := alone.faultsOf("/restapi", 200)

	busy := newVendor(t, sandbox.Options{Seed: 3})
	busy.hostile(`"hostile":0.3,"seed":7`)
	var got []string
	for i := range 200 {
		busy.faultsOf("/api/auth/login", i%3)
		got = append(got, busy.suffer("/restapi?n="+fmt.Sprint(i)))
		busy.Advance(time.Second)
	}
	if !slices.Equal(got, want) {
		t.Errorf("other paths changed the day:\n%q\n%q", got, want)
	}
	busy.control("reset", ``)
	if got := busy.faultsOf("/restapi", 200); !slices.Equal(got, want) {
		t.Errorf("after a reset it is another day:\n%q\n%q", got, want)
	}
	// The control: what must differ does.
	if other := busy.faultsOf("/restapi", 200); slices.Equal(other, want) {
		t.Error("the next two hundred requests got the same")
	}
	if other := alone.faultsOf("/restapi/v1.0", 200); slices.Equal(other, want) {
		t.Error("another path got the same")
	}
	alone.hostile(`"hostile":0.3,"seed":8`)
	if other := alone.faultsOf("/restapi", 200); slices.Equal(other, want) {
		t.Error("another seed gave the same")
	}
}

func TestPathsThatHoldATokenAreOnePathOfTheDay(t *testing.T) {
	day := func(token string) (all []string) {
		v := newVendor(t, sandbox.Options{})
		v.hostile(`"hostile":0.5,"seed":7`)
		for i := range 100 {
			all = append(all, v.suffer("/api/auth/logout/"+token+fmt.Sprint(i)))
		}
		return all
	}
	if a, b := day("a"), day("b"); !slices.Equal(a, b) {
		t.Errorf("the token made a difference:\n%q\n%q", a, b)
	}
}

func TestAHostileDayKeepsToItsPathAndKinds(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.hostile(`"hostile":1,"path":"/api/*","kinds":["retry-after","empty"]`)
	if got := spoiled(v.faultsOf("/restapi", 50)); got != 0 {
		t.Errorf("%d requests of another path were spoiled", got)
	}
	for _, f := range v.faultsOf("/api/auth/login", 50) {
		if f != "retry-after 429" && f != "retry-after 503" && f != "empty 200" {
			t.Errorf("%q was not asked for", f)
		}
	}
	v.control("faults", `{"hostile":0}`)
	if got := spoiled(v.faultsOf("/api/auth/login", 50)); got != 0 {
		t.Errorf("the day is over, and %d requests were spoiled", got)
	}
}

func TestAHostile429IsTheVendors(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.hostile(`"hostile":1,"seed":7,"kinds":["retry-after"]`)
	until429 := func(path string) reply {
		for {
			if r := v.get(path, ""); r.status == http.StatusTooManyRequests {
				return r
			}
		}
	}
	for path, want := range map[string]struct{ group, limit, body string }{
		tokenPath:    {"auth", "5", "CMN-301"},
		accountPath:  {"light", "50", "CMN-301"},
		exchangePath: {"auth", "5", "rate"},
		usersPath:    {"standard", "120", "rate"},
	} {
		r := until429(path)
		if r.header.Get("X-Rate-Limit-Group") != want.group || r.header.Get("X-Rate-Limit-Limit") != want.limit ||
			r.header.Get("Retry-After") != "60" || !strings.Contains(r.body, want.body) {
			t.Errorf("%s: %v, %s", path, r.header, r.body)
		}
	}
}

func TestAnArmedFaultComesBeforeTheDay(t *testing.T) {
	v := newVendor(t, sandbox.Options{Hostile: 1})
	v.control("faults", `{"path":"/restapi","kind":"status","status":418}`)
	if got := v.suffer("/restapi"); got != "status 418" {
		t.Errorf("fault %q", got)
	}
}

func TestFaultsAndTheHostileDayAreListedAndEnded(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	type answer struct {
		Faults  []map[string]any
		Hostile *struct {
			Share    float64
			Seed     uint64
			Path     string
			Kinds    []string
			MaxDelay string
			Requests int
			Spoiled  map[string]int
		}
	}
	list := func() (out answer) {
		v.get("/_sandbox/faults", "").want(200).decode(&out)
		return out
	}
	if l := list(); len(l.Faults) != 0 || l.Hostile != nil {
		t.Errorf("at first %+v", l)
	}
	v.control("faults", `{"path":"/never","kind":"delay","delay":"2s","times":3}`)
	v.control("faults", `{"hostile":0.25,"seed":7,"path":"/restapi*","kinds":["status","empty"],"maxDelay":"5ms"}`)
	got := spoiled(v.faultsOf("/restapi", 100))
	v.faultsOf("/api/auth/login", 10)
	l := list()
	if len(l.Faults) != 1 || l.Faults[0]["delay"] != "2s" || l.Faults[0]["times"] != 3.0 {
		t.Errorf("armed %v", l.Faults)
	}
	again, err := json.Marshal(l.Faults[0])
	if err != nil {
		t.Fatal(err)
	}
	v.control("faults", string(again))
	h := l.Hostile
	if h.Share != 0.25 || h.Seed != 7 || h.Path != "/restapi*" || !slices.Equal(h.Kinds, []string{"empty", "status"}) ||
		h.MaxDelay != "5ms" || h.Requests != 100 || h.Spoiled["status"]+h.Spoiled["empty"] != got || got == 0 {
		t.Errorf("the day %+v, %d spoiled", h, got)
	}
	v.controlRaw(http.MethodDelete, "faults", "").want(200)
	if l := list(); len(l.Faults) != 0 || l.Hostile != nil {
		t.Errorf("in the end %+v", l)
	}
}

func TestTheLogTellsWhatWasDoneToARequest(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.get("/restapi", "")
	v.control("faults", `{"path":"/restapi","kind":"html","status":502}`)
	v.get("/restapi", "").want(502)
	all := v.get("/_sandbox/requests", "").json()["requests"].([]any)
	if _, ok := all[0].(map[string]any)["fault"]; ok {
		t.Error("a fault is named where there was none")
	}
	if got := all[1].(map[string]any)["fault"]; got != "html 502" {
		t.Errorf("fault %v", got)
	}
}

func TestAHostileDayThatMakesNoSenseIsRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for body, want := range map[string]string{
		`{"hostile":-0.1}`:                   "0 to 1",
		`{"hostile":1.5}`:                    "0 to 1",
		`{"hostile":0.1,"kinds":["large"]}`:  "drop-answer",
		`{"hostile":0.1,"path":"api"}`:       "slash",
		`{"hostile":0.1,"maxDelay":"2h"}`:    "1h",
		`{"hostile":0.1,"kind":"delay"}`:     "only",
		`{"path":"/x","seed":7,"kind":"x"}`:  "hostile",
		`{"hostile":0.1,"seed":-1}`:          "reading",
		`{"hostile":0.1,"maxDelay":"a day"}`: "reading",
	} {
		if got := v.controlRaw(http.MethodPost, "faults", body).want(400).json()["error"].(string); !strings.Contains(got, want) {
			t.Errorf("%s: %q does not mention %q", body, got, want)
		}
	}
	for _, share := range []float64{-1, 1.1, math.NaN()} {
		if _, err := sandbox.New(&sandbox.Options{Hostile: share}); err == nil {
			t.Errorf("Hostile %v was taken", share)
		}
	}
}
