package state_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// scattered are keys whose order is not that in which they are made.
func scattered(i int) string { return fmt.Sprintf("%08x", uint32(i)*2654435761) }

// dated is a table of rows whose order is their time.
func dated() (*state.DB, *state.Table[string, time.Time]) {
	db := state.New(nil, "")
	table := state.NewTable[string, time.Time](db, "dated")
	table.Limit(state.Bound[string, time.Time]{Limit: 2000, Order: time.Time.Compare})
	return db, table
}

func TestTheFirstOfAnOrderGoFirst(t *testing.T) {
	db, table := dated()
	tx := db.Begin()
	defer db.Commit()
	for i := range 10_000 {
		table.Put(tx, scattered(i), time.Unix(int64(i), 0))
		if n := table.Len(tx); n > 2000 || n < min(i+1, 1000) {
			t.Fatalf("%d rows of %d", n, i+1)
		}
		for _, one := range []int{max(i-999, 0), i} {
			if _, ok := table.Get(tx, scattered(one)); !ok {
				t.Fatalf("%d went before %d came", one, i)
			}
		}
	}
	for i := range 5000 { // before all others, as after a clock was set back
		table.Put(tx, scattered(20_000+i), time.Unix(-1, 0))
		for _, one := range []int{max(i-999, 0), i} {
			if _, ok := table.Get(tx, scattered(20_000+one)); !ok {
				t.Fatalf("%d went before %d came", one, i)
			}
		}
	}
	if _, ok := table.Get(tx, scattered(9_999)); !ok {
		t.Error("the last of the order has gone")
	}
}

func TestWhatIsRestoredIsBoundedToo(t *testing.T) {
	db, table := dated()
	err := db.Restore(func(yield func(state.Record) error) error {
		for i := range 5000 {
			value, _ := time.Unix(int64(i), 0).UTC().MarshalJSON()
			if err := yield(state.Record{Kind: "dated", Key: scattered(i), Value: value}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	db.View(func(tx *state.Tx) {
		if n := table.Len(tx); n > 2000 || n < 1000 {
			t.Errorf("%d rows", n)
		}
		for i := range 1000 {
			if _, ok := table.Get(tx, scattered(4999-i)); !ok {
				t.Fatalf("%d has gone", 4999-i)
			}
		}
	})
}
