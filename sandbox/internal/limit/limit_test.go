package limit_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// start is when the tests begin.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// office is a set of limits with rules of its own.
type office struct {
	*limit.Limits
	db    *state.DB
	rules contract.Rules
}

// newOffice lets in so many requests of group auth in a minute; who breaks that waits another.
func newOffice(t *testing.T, most int) *office {
	t.Helper()
	o := &office{db: state.New(nil, ""), rules: contract.Defaults()}
	o.rules.AuthLimit, o.rules.LimitWindow, o.rules.LimitPenalty = most, time.Minute, time.Minute
	o.rules.PlatformRetryAfter = contract.RetrySeconds
	lock := &state.Lock{DB: o.db}
	o.Limits = limit.New(lock, false)
	lock.Lock()
	t.Cleanup(lock.Unlock)
	return o
}

// at is the decision about a request of a key, so long after the start.
func (o *office) at(after time.Duration, key string) limit.Decision {
	return o.Admit(limit.Auth, key, start.Add(after), &o.rules)
}

func (o *office) wantAdmitted(t *testing.T, want bool, after time.Duration, key string) {
	t.Helper()
	if got := o.at(after, key); got.Admitted != want {
		t.Errorf("%v after the start, %s is admitted: %v (%s)", after, key, got.Admitted, got.Verdict)
	}
}

func TestALimitCountsByKeyInAWindowThatSlides(t *testing.T) {
	o := newOffice(t, 2)
	o.rules.LimitPenalty = 0
	o.wantAdmitted(t, true, 0, "a")
	o.wantAdmitted(t, true, 30*time.Second, "a")
	o.wantAdmitted(t, false, 59*time.Second, "a")
	o.wantAdmitted(t, true, 59*time.Second, "b")
	o.wantAdmitted(t, true, 60*time.Second, "a") // the first one has left the window
	o.wantAdmitted(t, false, 89*time.Second, "a")
	o.wantAdmitted(t, true, 90*time.Second, "a")
}

func TestARequestInsideThePenaltyBeginsItAnew(t *testing.T) {
	o := newOffice(t, 1)
	o.wantAdmitted(t, true, 0, "a")
	first := o.at(time.Second, "a")
	if first.Admitted || first.Verdict != verdict.Excess || !first.Again.Equal(start.Add(61*time.Second)) || first.Wait != time.Minute {
		t.Errorf("the one too many: %+v", first)
	}
	second := o.at(50*time.Second, "a")
	if second.Admitted || second.Verdict != verdict.Penalty || !second.Again.Equal(start.Add(110*time.Second)) {
		t.Errorf("the one that did not wait: %+v", second)
	}
	o.wantAdmitted(t, false, 109*time.Second, "a")
	o.wantAdmitted(t, true, 169*time.Second, "a")
}

func TestTheSixthOfFiveAMinuteHasAVerdictOfItsOwn(t *testing.T) {
	o := newOffice(t, 5)
	for range 5 {
		o.wantAdmitted(t, true, 0, "a")
	}
	if got := o.at(0, "a"); got.Verdict != verdict.Sixth {
		t.Errorf("the verdict is %q", got.Verdict)
	}
}

// TestInventedKeysMakeNobodyForgotten fills a limit with keys. Those that it has no room for share a count until there is.
func TestInventedKeysMakeNobodyForgotten(t *testing.T) {
	const known = 10_000
	o := newOffice(t, 1)
	for i := range known {
		o.wantAdmitted(t, true, 0, fmt.Sprint(i))
	}
	o.wantAdmitted(t, true, 0, "new")
	o.wantAdmitted(t, false, 0, "newer")
	o.wantAdmitted(t, false, 0, "0")
	if n := o.Known(limit.Auth); n > known+1 {
		t.Errorf("%d keys are known", n)
	}
	o.wantAdmitted(t, true, 2*time.Minute, "newest")
	o.wantAdmitted(t, true, 2*time.Minute, "newest of all")
	if n := o.Known(limit.Auth); n != 2 {
		t.Errorf("%d keys are known after a while", n)
	}
}

func TestALimitThatIsOffCountsNothingAndALimitOfNoneLetsAllIn(t *testing.T) {
	o := newOffice(t, 1)
	if !o.Switch(limit.Auth, true) || o.Switch(limit.Auth, true) || !o.IsOff(limit.Auth) || o.IsOff(limit.Light) {
		t.Error("it is not switched, or others are")
	}
	for range 3 {
		o.wantAdmitted(t, true, 0, "a")
	}
	if n := o.Known(limit.Auth); n != 0 {
		t.Errorf("%d keys are known to a limit that is off", n)
	}
	o.Switch(limit.Auth, false)
	o.wantAdmitted(t, true, 0, "a")
	o.wantAdmitted(t, false, 0, "a")
	if !o.Forget(limit.Auth) || o.Forget(limit.Auth) {
		t.Error("it has not forgotten")
	}
	o.wantAdmitted(t, true, 0, "a")
	o.rules.AuthLimit = 0
	o.wantAdmitted(t, true, 0, "a")
}

func TestAnswersTellOfTheLimit(t *testing.T) {
	o := newOffice(t, 2)
	headers := func(v limit.Decision) string {
		h := http.Header{}
		v.SetHeaders(h)
		return strings.Join([]string{
			h.Get("X-Rate-Limit-Group"), h.Get("X-Rate-Limit-Limit"), h.Get("X-Rate-Limit-Remaining"), h.Get("X-Rate-Limit-Window"), h.Get("Retry-After"),
		}, " ")
	}
	for i, want := range []string{"auth 2 1 60 ", "auth 2 0 60 ", "auth 2 0 60 60"} {
		if got := headers(o.at(0, "a")); got != want {
			t.Errorf("request %d has %q, want %q", i, got, want)
		}
	}
	o.rules.PlatformRetryAfter = contract.RetryDate
	if got, want := headers(o.at(0, "a")), "auth 2 0 60 "+start.Add(time.Minute).Format(http.TimeFormat); got != want {
		t.Errorf("as a date it is %q, want %q", got, want)
	}
	o.rules.PlatformRetryAfter = contract.RetryAbsent
	if got, want := headers(o.at(0, "a")), "auth 2 0 60 "; got != want {
		t.Errorf("absent it is %q, want %q", got, want)
	}
}

func TestARecordOfALimitThatThereIsNotIsRefused(t *testing.T) {
	for kind, value := range map[string]string{"limit": `{"sent":[],"until":0}`, "limiter": "true"} {
		for name, refused := range map[string]bool{"auth": false, "nothing": true} {
			db := state.New(nil, "")
			limit.New(&state.Lock{DB: db}, false)
			key := name
			if kind == "limit" {
				key += " somebody"
			}
			err := db.Restore(func(yield func(state.Record) error) error {
				return yield(state.Record{Kind: kind, Key: key, Value: json.RawMessage(value)})
			})
			if (err != nil) != refused {
				t.Errorf("%s %q: %v", kind, key, err)
			}
		}
	}
}
