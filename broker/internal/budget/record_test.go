package budget_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ringcx-go/ringcx/broker/internal/budget"
)

func TestSharesAreFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := rapid.IntRange(0, 180).Draw(t, "pool")
		wants := rapid.SliceOfN(rapid.IntRange(0, 200), 1, 8).Draw(t, "wants")
		round := rapid.IntRange(0, 20).Draw(t, "round")
		sum, wanted, least := 0, 0, 1000
		got := make([]int, len(wants))
		for i, w := range wants {
			got[i] = budget.Fair(pool, wants, i, round)
			sum, wanted = sum+got[i], wanted+w
			if got[i] < w {
				least = min(least, got[i])
			}
			if got[i] > w {
				t.Fatalf("%v of %d get %v", wants, pool, got)
			}
		}
		if sum != min(pool, wanted) {
			t.Fatalf("%v of %d get %v", wants, pool, got)
		}
		for i := range wants {
			if got[i] > least+1 {
				t.Fatalf("%v of %d get %v: one has more than another that wants more", wants, pool, got)
			}
		}
	})
}

func TestWhatCannotBeDividedGoesRound(t *testing.T) {
	got := make([]int, 8)
	for round := range 8 {
		for i := range got {
			got[i] += budget.Fair(3, []int{9, 9, 9, 9, 9, 9, 9, 9}, i, round)
		}
	}
	for _, n := range got {
		if n != 3 {
			t.Fatalf("in eight rounds they get %v", got)
		}
	}
}

func TestARecordSaysWhatWasSaved(t *testing.T) {
	r := &budget.Record{
		Quiet:  epoch.Add(time.Hour),
		Shares: []budget.Entry{{Holder: "a", Slots: []int{1, 2}, Wanted: []int{3, 4}, Until: epoch, Nth: 5}},
	}
	value, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := budget.Decode(value, 2)
	if err != nil || !back.Quiet.Equal(r.Quiet) || len(back.Shares) != 1 || back.Shares[0].Slots[1] != 2 || !back.Shares[0].Until.Equal(epoch) {
		t.Errorf("%+v, %v", back, err)
	}
	if again, _ := back.Encode(); string(again) != string(value) {
		t.Errorf("%s became %s", value, again)
	}
	if value, err := new(budget.Record).Encode(); value != nil || err != nil {
		t.Errorf("a record that says nothing is %q, %v", value, err)
	}
	if r, err := budget.Decode(nil, 2); err != nil || len(r.Shares) != 0 {
		t.Errorf("none is %+v, %v", r, err)
	}
	for name, damaged := range map[string][]byte{
		"cut":           value[:len(value)-2],
		"no format":     []byte(`{"shares":[]}`),
		"other windows": nil,
		"text":          []byte("hello"),
	} {
		windows := 2
		if name == "other windows" {
			damaged, windows = value, 1
		}
		if _, err := budget.Decode(damaged, windows); !errors.Is(err, budget.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARecordOfANewerProgramIsLeftAlone(t *testing.T) {
	text := `{"format":2,"shares":"another way"}`
	if _, err := budget.Decode([]byte(text), 1); !errors.Is(err, budget.ErrNewer) {
		t.Errorf("%v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"format":1,"shares":[{"holder":"a","slots":[1],"until":"2026-03-01T12:00:00Z","nth":1}]}`)
	f.Add(`{"format":1,"shares":[{"holder":"a"}]}`)
	f.Add(`{"format":1,"shares":[{"holder":"b","slots":[1]},{"holder":"a","slots":[1]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := budget.Decode([]byte(text), 1)
		if err != nil {
			return
		}
		s := budget.NewShare("b", documented()[1], []int{0}, 0)
		now := budget.NewMoment(0, 0)
		at := budget.NewReading(epoch, now, now)
		if p := s.Propose(r, false, at, now); p != nil {
			if _, err := p.Encode(); err != nil {
				t.Error(err)
			}
		}
	})
}
