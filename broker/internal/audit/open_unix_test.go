//go:build unix

package audit_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ringcx-go/ringcx/broker/internal/audit"
)

func TestAPipeIsNoLogAndIsNotWaitedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := audit.Open(path); err == nil || !strings.Contains(err.Error(), "is no file") {
		t.Errorf("a pipe: %v", err)
	}
	for _, device := range []string{"/dev/null", "/dev/stdout"} {
		if _, err := audit.Open(device); err == nil {
			t.Errorf("%s is a log", device)
		}
	}
}

func TestALogOfAnotherUserIsRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	path := filepath.Join(t.TempDir(), "audit.log")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for owner, refused := range map[int]bool{0: false, 54321: true} {
		if err := os.Chown(path, owner, owner); err != nil {
			t.Fatal(err)
		}
		log, err := audit.Open(path)
		if err == nil {
			_ = log.Close()
		}
		if (err != nil) != refused || refused && !strings.Contains(err.Error(), "another user") {
			t.Errorf("of user %d: %v", owner, err)
		}
	}
}
