package budget_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/budget"
	"github.com/ringcx-go/ringcx/store/file"
)

func TestBrokersOfOneMachineShareAFile(t *testing.T) {
	o := budget.Options{Store: &file.Store{Dir: filepath.Join(t.TempDir(), "store")}, MaxWait: 2 * time.Second, MaxWaiting: 1, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	all, v, q := governors(t, 2, o), &vendor{}, budget.Request{Operation: operation(t, "searchForCampaignLeads"), Account: "1", Profile: "main"}
	sum := 0
	for _, g := range all {
		n, _ := v.burst(t, g, q)
		sum += n
	}
	v.wantAtMost(t, 15, 10*time.Second)
	if sum < 15 {
		t.Errorf("%d requests are let in", sum)
	}
}

func TestAStoreWithoutAClockWillDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, st := &vendor{}, new(ringcx.Memory)
		for _, g := range governors(t, 2, budget.Options{Store: st, MaxWait: time.Second}) {
			_, _ = v.burst(t, g, budget.Request{Profile: "main"})
		}
		if n := len(v.sent); n != 120 {
			t.Errorf("%d requests are let in", n)
		}
	})
}

func TestServersHaveLimitsOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, st := &vendor{}, &store{}
		for _, server := range []string{"one", "another"} {
			g := governors(t, 1, budget.Options{Store: st, Server: server, MaxWait: time.Second})[0]
			if n, _ := v.burst(t, g, budget.Request{Profile: "main"}); n != 120 {
				t.Errorf("%s: %d requests are let in", server, n)
			}
		}
	})
}

func TestARequestIsNotBegunWhenItsLeaseHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &store{}
		g := governors(t, 1, budget.Options{Store: st})[0]
		reserve := func() *budget.Reservation {
			r, err := g.Reserve(t.Context(), budget.Request{Profile: "main"})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		first, second := reserve(), reserve()
		if !first.InTime() || !second.InTime() {
			t.Error("a request may not be begun at once")
		}
		first.Commit(429, 0)
		if second.InTime() {
			t.Error("a request may be begun although the vendor has had too many")
		}
		time.Sleep(61 * time.Second)
		if !second.InTime() {
			t.Error("a request may not be begun although its lease was renewed")
		}
		st.fail(true)
		time.Sleep(31 * time.Second)
		if second.InTime() {
			t.Error("a request may be begun although the lease has ended")
		}
		second.Release()
		st.fail(false)
		time.Sleep(10 * time.Second)
		if third := reserve(); !third.InTime() {
			t.Error("a request may not be begun when the store is back")
		} else {
			third.Release()
		}
	})
}

func TestAQueueIsBoundedAndAFloodMakesRoomForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := governors(t, 1, budget.Options{Store: &store{}, MaxWaiting: 10, MaxWait: time.Hour})[0]
		v := &vendor{}
		for range 120 {
			if refusal := v.send(t, g, budget.Request{Profile: "main"}); refusal != nil {
				t.Fatal(refusal)
			}
		}
		errs := make(chan error, 20)
		ctx, cancel := context.WithCancel(t.Context())
		for range 10 {
			go func() {
				_, err := g.Reserve(ctx, budget.Request{Profile: "main", Caller: "flood"})
				errs <- err
			}()
		}
		synctest.Wait()
		var refusal *budget.Refusal
		_, err := g.Reserve(ctx, budget.Request{Profile: "main", Caller: "flood"})
		if !errors.As(err, &refusal) || !strings.Contains(err.Error(), "and 10 requests wait already") {
			t.Errorf("the eleventh is answered %v", err)
		}
		go func() {
			_, err := g.Reserve(ctx, budget.Request{Profile: "main", Caller: "other"})
			errs <- err
		}()
		synctest.Wait()
		if len(errs) != 1 || !errors.As(<-errs, &refusal) {
			t.Error("no request of the flood is refused for one of another caller")
		}
		cancel()
		for range 10 {
			if err := <-errs; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
	})
}

func TestADamagedRecordIsWaitedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, v, q := &store{}, &vendor{}, budget.Request{Profile: "main"}
		g := governors(t, 2, budget.Options{Store: st, MaxWait: time.Second})
		if n, _ := v.burst(t, g[0], q); n != 120 {
			t.Fatal(n)
		}
		name := g[0].Names()[0]
		err := st.Update(t.Context(), name, func(_ []byte, save func([]byte) error) error { return save([]byte("?")) })
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := v.burst(t, g[1], q); n != 0 {
			t.Errorf("%d requests are let in", n)
		}
		time.Sleep(2 * time.Minute)
		if n, _ := v.burst(t, g[1], q); n != 120 {
			t.Errorf("%d requests are let in when it is over", n)
		}
	})
}
