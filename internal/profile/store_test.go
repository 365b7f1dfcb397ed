package profile_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/profile"
)

// server is a store on a server that comes up.
type server struct{ ringcx.Memory }

func (*server) Now(context.Context) (time.Time, error) { return time.Now(), nil }
func (*server) Warnings() []string                     { return nil }
func (*server) Close()                                 {}

func TestAServiceTriesAgainToReachItsStoreAndACommandDoesNot(t *testing.T) {
	for _, lasts := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			tries, up := 0, false
			store := profile.RemoteStore(&profile.Accounts{Lasts: lasts}, func(context.Context) (profile.Remote, error) {
				if tries++; !up {
					return nil, errors.New("nobody is there")
				}
				return new(server), nil
			})
			load := func() error {
				_, err := store.Load(t.Context(), "x")
				return err
			}
			for range 2 {
				if load() == nil || tries != 1 {
					t.Errorf("%d tries within a second", tries)
				}
			}
			up = true
			time.Sleep(time.Second)
			if err := load(); (err == nil) != lasts {
				t.Errorf("lasts %v: %v after %d tries", lasts, err, tries)
			}
		})
	}
}
