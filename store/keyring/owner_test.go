package keyring_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ringcx-go/ringcx/store/keyring"
)

func TestFilesOfAnotherUserAreRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir := t.TempDir()
	private(t, dir)
	r := &ring{}
	mustSave(t, &keyring.Store{Dir: dir, Ring: r}, "k", "one")
	for _, name := range []string{".", "wrapping-key.json", "k.sealed.json"} {
		path := filepath.Join(dir, name)
		if err := os.Chown(path, 54321, 54321); err != nil {
			t.Fatal(err)
		}
		s := &keyring.Store{Dir: dir, Ring: r}
		if got, err := s.Load(t.Context(), "k"); err == nil || got != nil {
			t.Errorf("%s: read %q", name, got)
		}
		if err := save(t.Context(), s, "k", "two"); err == nil {
			t.Errorf("%s: saved", name)
		}
		if err := os.Chown(path, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	wantLoad(t, &keyring.Store{Dir: dir, Ring: r}, "k", "one")
}
