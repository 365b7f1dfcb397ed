package budget_test

import (
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/budget"
)

func BenchmarkReserve(b *testing.B) {
	g := budget.New(budget.Options{Store: new(ringcx.Memory)})
	defer func() { _ = g.Close(b.Context()) }()
	q := budget.Request{Profile: "main", Caller: "a"}
	r, err := g.Reserve(b.Context(), q)
	if err != nil {
		b.Fatal(err)
	}
	r.Release()
	b.ReportAllocs()
	for b.Loop() {
		r, err := g.Reserve(b.Context(), q)
		if err != nil {
			b.Fatal(err)
		}
		r.Release()
	}
}

// TestReserveAllocatesOnce: the reservation itself.
func TestReserveAllocatesOnce(t *testing.T) {
	g := budget.New(budget.Options{Store: new(ringcx.Memory), MaxWait: time.Minute})
	defer func() { _ = g.Close(t.Context()) }()
	q := budget.Request{Operation: operation(t, "getLeadStates"), Query: "page=1", Profile: "main", Caller: "a"}
	if n := testing.AllocsPerRun(1000, func() {
		r, err := g.Reserve(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		r.Release()
	}); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
