package brokercmd_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/brokercmd"
)

// always is a source of one token.
type always ringcx.Token

func (a *always) Token(context.Context) (*ringcx.Token, error) { return (*ringcx.Token)(a), nil }

func TestASinkThatCannotBeWrittenIsAProblemUntilItCan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		path := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(path, []byte("MyPassword123\n"), 0o600); err != nil { // since the broker began
			t.Fatal(err)
		}
		token := &always{AccessToken: jwt(`{"exp":1000}`), Expiry: time.Now().Add(time.Minute)}
		problems := brokercmd.KeepSink(ctx, path, token, slog.New(slog.DiscardHandler))
		synctest.Wait()
		if got := problems(); len(got) != 1 || !strings.Contains(got[0], path) || !strings.Contains(got[0], "something else than a token") {
			t.Errorf("%q", got)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != "MyPassword123\n" {
			t.Errorf("%q, %v", text, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Minute) // of the bubble
		synctest.Wait()
		if text, err := os.ReadFile(path); err != nil || string(text) != token.AccessToken || len(problems()) > 0 {
			t.Errorf("%q, %v, %q", text, err, problems())
		}
		cancel()
		synctest.Wait()
	})
}
