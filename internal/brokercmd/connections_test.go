package brokercmd_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/internal/brokercmd"
)

func TestAConnectionIsKeptForAMomentAfterItsAnswer(t *testing.T) {
	const linger = 5 * time.Second
	for what, c := range map[string]struct {
		states []http.ConnState
		since  time.Duration // the last of them
		want   time.Duration
	}{
		"none has come":                    {nil, 0, 0},
		"it was idle for long":             {[]http.ConnState{http.StateActive, http.StateIdle}, 6 * time.Second, 0},
		"it is answered, and kept":         {[]http.ConnState{http.StateActive, http.StateIdle}, time.Second, linger - time.Second},
		"it is answered, and ends":         {[]http.ConnState{http.StateActive, http.StateClosed}, time.Second, 0},
		"it is taken from the server":      {[]http.ConnState{http.StateActive, http.StateHijacked}, time.Second, 0},
		"its request is under way for all": {[]http.ConnState{http.StateNew, http.StateActive}, time.Second, time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			all, conn := new(brokercmd.Connections), new(net.TCPConn)
			for _, state := range c.states {
				all.Note(conn, state)
			}
			time.Sleep(c.since)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			began := time.Now()
			all.Wait(ctx, linger)
			if took := time.Since(began); took != c.want {
				t.Errorf("%s: it waits %v, not %v", what, took, c.want)
			}
		})
	}
}

func TestARequestThatComesOnAConnectionThatIsKeptIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all, conn, began := new(brokercmd.Connections), new(net.TCPConn), time.Now()
		all.Note(conn, http.StateActive)
		go func() {
			time.Sleep(8 * time.Second)
			all.Note(conn, http.StateIdle) // its header was written before the broker was to end
			time.Sleep(2 * time.Second)
			all.Note(conn, http.StateActive)
			time.Sleep(4 * time.Second)
			all.Note(conn, http.StateClosed) // this one said that it was the last
		}()
		all.Wait(t.Context(), 5*time.Second)
		if took := time.Since(began); took != 14*time.Second {
			t.Errorf("it waits %v", took)
		}
	})
}
