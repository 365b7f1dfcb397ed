package file_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"github.com/ringcx-go/ringcx/store/file"
)

func TestFilesKeepThePromisesOfAStore(t *testing.T) {
	ringcxtest.TestStore(t, func(t *testing.T) func() ringcx.Store {
		dir := filepath.Join(t.TempDir(), "state")
		return func() ringcx.Store { return &file.Store{Dir: dir} }
	})
}

func save(t *testing.T, s *file.Store, key, value string) error {
	t.Helper()
	return s.Update(t.Context(), key, func(_ []byte, save func([]byte) error) error { return save([]byte(value)) })
}

func TestWhatTheStoreMakesIsClosedToOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permission bits")
	}
	dir := filepath.Join(t.TempDir(), "state")
	if err := save(t, &file.Store{Dir: dir}, "k", "secret"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "k.json"): 0o600, filepath.Join(dir, "k.json.lock"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
}

func TestWhatOthersMayReadIsRefusedWithTheCommandThatMendsIt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permission bits")
	}
	for name, c := range map[string]struct {
		path string
		mode os.FileMode
		hint string
	}{
		"the file":      {"k.json", 0o644, "chmod 600"},
		"the directory": {"", 0o755, "chmod 700"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "state")
			s := &file.Store{Dir: dir}
			if err := save(t, s, "k", "secret"); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, c.path)
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			_, load := s.Load(t.Context(), "k")
			for _, err := range []error{load, save(t, s, "k", "other")} {
				var hinted interface{ Hint() string }
				if !errors.As(err, &hinted) || !strings.HasPrefix(hinted.Hint(), c.hint) || !strings.Contains(err.Error(), path) {
					t.Errorf("error: %v", err)
				}
			}
			if err := os.Chmod(path, c.mode&0o700); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Load(t.Context(), "k"); string(got) != "secret" || err != nil {
				t.Errorf("after the chmod: %q %v", got, err)
			}
		})
	}
}

func TestWhatACrashLeftBehindIsOverwritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := &file.Store{Dir: dir}
	if err := save(t, s, "k", "one"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "k.json.new"), []byte("half a val"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Load(t.Context(), "k"); string(got) != "one" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	if err := save(t, s, "k", "two"); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Load(t.Context(), "k"); string(got) != "two" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "k.json.new")); !os.IsNotExist(err) {
		t.Errorf("the temporary file is still there: %v", err)
	}
}

func TestAStoreThatCannotWriteSaysSoAndKeepsTheOldValue(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := &file.Store{Dir: dir}
	if err := save(t, s, "k", "one"); err != nil {
		t.Fatal(err)
	}
	// A directory where the temporary file should be makes the write fail, for root too.
	if err := os.Mkdir(filepath.Join(dir, "k.json.new"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "k.json.new", "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := save(t, s, "k", "two"); err == nil {
		t.Error("a save that could not be written is reported as done")
	}
	if got, err := s.Load(t.Context(), "k"); string(got) != "one" || err != nil {
		t.Errorf("%q %v", got, err)
	}
}

func TestMistakesInTheSettingsAreNamed(t *testing.T) {
	for want, err := range map[string]error{
		"no directory": save(t, &file.Store{}, "k", "v"),
		"empty key":    save(t, &file.Store{Dir: t.TempDir()}, "", "v"),
		"too long":     save(t, &file.Store{Dir: t.TempDir()}, strings.Repeat("ä", 100), "v"),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestALineageOutlivesTheProcess(t *testing.T) {
	v := ringcxtest.NewServer(t, nil)
	dir := filepath.Join(t.TempDir(), "state")
	for range 3 {
		if _, err := v.Session(&ringcx.SessionOptions{Store: &file.Store{Dir: dir}}).Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(v.Paths()); n != 2 {
		t.Errorf("three processes made %d requests, want 2", n)
	}
	v.Advance(6 * time.Minute)
}
