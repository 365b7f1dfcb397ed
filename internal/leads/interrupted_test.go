package leads_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/leads"
)

func TestAnInterruptedImportSpeaksInWordsOfItsOwn(t *testing.T) {
	for _, answers := range []bool{false, true} {
		ctx, cancel := context.WithCancelCause(t.Context())
		held := make(chan struct{})
		v := newVendor(t, func(n int, r request) (int, string) {
			if n == 2 {
				cancel(context.Canceled)
				if !answers {
					<-held
				}
			}
			return 200, accepted(len(r.Leads))
		})
		name := filepath.Join(t.TempDir(), "rejects.csv")
		im := &leads.Import{Path: file(t, numbered(35)), Dir: t.TempDir(), Campaign: 7, Batch: 10, Rejects: name}
		if err := im.Prepare(); err != nil {
			t.Fatal(err)
		}
		err := im.Send(ctx, &leads.Vendor{Client: v.Client(), Base: v.URL, Account: "21", Pause: func(time.Duration, string) error { return nil }})
		close(held)
		if failed := im.Close(); failed != nil {
			t.Error(failed)
		}
		all := fmt.Sprint(err, im.Report, rejected(t, name))
		if err == nil || strings.Contains(all, "context canceled") || !strings.Contains(err.Error(), "interrupted") {
			t.Errorf("%s", all)
		}
		if errors.Is(err, context.Canceled) != answers || (im.Report.Uncertain == 0) != answers { // only where nothing is uncertain is it an interruption alone
			t.Errorf("%v, %+v", err, im.Report)
		}
	}
}
