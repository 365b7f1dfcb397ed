package file_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/store/file"
)

func TestTheClockOfADirectoryGoesOnWhenTheMachinesIsSet(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has a clock that nobody can set")
	}
	dir := filepath.Join(t.TempDir(), "state")
	now := func() time.Time {
		t.Helper()
		at, err := (&file.Store{Dir: dir}).Now(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	near := func(what string, got, want time.Time) {
		t.Helper()
		if d := got.Sub(want); d.Abs() > time.Minute {
			t.Errorf("%s: the clock is off by %s", what, d)
		}
	}
	near("without a directory", now(), time.Now())
	if err := save(t, &file.Store{Dir: dir}, "k", "secret"); err != nil {
		t.Fatal(err)
	}
	near("at first", now(), time.Now())

	// Setting the machine's clock back by an hour is the same as an anchor that an hour ago was set by one that went
	// an hour fast.
	path := filepath.Join(dir, "clock")
	change := func(edit func(anchor map[string]any)) {
		t.Helper()
		value, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var anchor map[string]any
		if err := json.Unmarshal(value, &anchor); err != nil {
			t.Fatal(err)
		}
		edit(anchor)
		if value, err = json.Marshal(anchor); err != nil {
			t.Fatal(err)
		}
		if value, err = file.Resealed(value); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, value, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	change(func(anchor map[string]any) { anchor["time"] = time.Now().Add(time.Hour) })
	near("after the clock was set back", now(), time.Now().Add(time.Hour))
	change(func(anchor map[string]any) { anchor["boot"] = "another start of the machine" })
	near("after a restart", now(), time.Now())
	if err := os.WriteFile(path, []byte("no anchor"), 0o600); err != nil {
		t.Fatal(err)
	}
	near("after damage", now(), time.Now())
}

func TestAnAnchorOfTheClockThatWasDamagedIsNotBelieved(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has a clock that nobody can set")
	}
	dir := filepath.Join(t.TempDir(), "state")
	s := &file.Store{Dir: dir}
	if err := save(t, s, "k", "secret"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "clock")
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for bit := range 8 * len(sound) {
		flipped := bytes.Clone(sound)
		flipped[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(path, flipped, 0o600); err != nil {
			t.Fatal(err)
		}
		if now, err := s.Now(t.Context()); err != nil || time.Since(now).Abs() > 30*time.Second {
			t.Errorf("%s: %s, %v", flipped, now, err)
		}
	}
	var anchor map[string]any
	if err := json.Unmarshal(sound, &anchor); err != nil {
		t.Fatal(err)
	}
	anchor["time"] = time.Now().Add(-time.Hour)
	value, err := json.Marshal(anchor)
	if err == nil {
		value, err = file.Resealed(value)
	}
	if err != nil || os.WriteFile(path, value, 0o600) != nil {
		t.Fatal(err)
	}
	if now, err := s.Now(t.Context()); err != nil || time.Since(now) < 59*time.Minute {
		t.Errorf("an anchor that is sound is not believed: %s, %v", now, err)
	}
}
