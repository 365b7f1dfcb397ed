package recent_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox/internal/recent"
)

func TestTheLatestEntriesAreThereAndNoMoreThanTwiceAsMany(t *testing.T) {
	const keep = 10
	m := recent.New[int](keep)
	for i := range 100 {
		m.Put(fmt.Sprint(i), i)
		for j := max(0, i-keep+1); j <= i; j++ {
			if got, ok := m.Get(fmt.Sprint(j)); !ok || got != j {
				t.Fatalf("after %d entries, the one before the last %d is %d (%v)", i+1, i-j, got, ok)
			}
		}
		if m.Len() > 2*keep {
			t.Fatalf("%d entries are there", m.Len())
		}
	}
	if _, ok := m.Get("0"); ok {
		t.Error("the oldest is still there")
	}
}

func TestOnlyTheLatestEntryOfAKeyIsThere(t *testing.T) {
	m := recent.New[int](2)
	for i, key := range []string{"a", "b", "c", "a"} { // the first "a" is among the older ones
		m.Put(key, i)
	}
	if got, _ := m.Get("a"); got != 3 {
		t.Errorf("a is %d", got)
	}
	if all := maps.Collect(m.All()); !maps.Equal(all, map[string]int{"a": 3, "b": 1, "c": 2}) {
		t.Errorf("all are %v", all)
	}
	seen := 0
	for range m.All() {
		seen++
		break
	}
	if seen != 1 {
		t.Errorf("a loop that was left saw %d", seen)
	}
}
