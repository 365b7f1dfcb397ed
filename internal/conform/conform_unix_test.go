//go:build !windows

package conform_test

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/conform"
)

func TestWhatAProgramLeavesBehindIsEnded(t *testing.T) {
	t.Parallel()
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		f, err := os.Open(fifo) // waits for the process that is left behind to open its end
		if err == nil {
			_, err = io.Copy(io.Discard, f) // and then for its end
		}
		ended <- err
	}()
	_, err := conform.Run(t.Context(), &conform.Options{
		Command: []string{"sh", "-c", `exec 3>"$1"; sleep 600 & exit 1`, "sh", fifo},
		Environ: os.Environ(), Only: []string{"fresh-start"}, Timeout: 20 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Error("it lives on")
	}
}
