//go:build unix

package redis_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/store/redis"
)

func wantHint(t *testing.T, err error, hint string) {
	t.Helper()
	var hinted interface{ Hint() string }
	if !errors.As(err, &hinted) || !strings.Contains(hinted.Hint(), hint) {
		t.Errorf("%v: want a hint with %q", err, hint)
	}
}

func TestErrorsSayWhatToDoAndNeverThePassword(t *testing.T) {
	url := start(t).URL()
	for name, c := range map[string]struct{ url, hint string }{
		"wrong password":    {strings.Replace(url, ":"+testservers.Password, ":canary", 1), "check user and password"},
		"no password":       {strings.Replace(url, ":"+testservers.Password+"@", "", 1), "put user and password"},
		"nobody answers":    {"redis://u:canary@127.0.0.1:1/0", "check that Redis runs"},
		"not a URL":         {"canary", "write redis://"},
		"a port of letters": {"redis://u:p@canary:canary@h:xx/0", "write redis://"},
		"a bad escape":      {"redis://u:%zzcanary@h/0", "write redis://"},
		"a wrong option":    {"redis://u:canary@h/0?canary=1", "write redis://"},
		"a wrong database":  {"redis://u:canary@h/canary", "write redis://"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := redis.Open(t.Context(), c.url)
			if err == nil {
				s.Close()
				t.Fatal("it opened")
			}
			wantHint(t, err, c.hint)
			for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
				if strings.Contains(text, "canary") || strings.Contains(text, "päss") || strings.Contains(text, "\n") {
					t.Errorf("the error says: %s", text)
				}
			}
		})
	}
}

func TestAUserWithFewRightsIsEnoughAndWhatCannotBeAskedIsReported(t *testing.T) {
	url := empty(t)
	admin := client(t, url)
	limited := strings.Replace(url, ":"+testservers.Password, "limited:x", 1)
	rights := []any{"ACL", "SETUSER", "limited", "reset", "on", ">x", "~ringcx:*", "+ping", "+select"}
	if err := admin.Do(t.Context(), rights...).Err(); err != nil {
		t.Fatal(err)
	}
	s := open(t, limited)
	wantWarning(t, s, "does not say")
	_, err := s.Load(t.Context(), "k")
	wantHint(t, err, "ACL SETUSER")
	// What the hint grants, less the questions about the configuration.
	for _, right := range []string{"&ringcx:*", "+@hash", "+@scripting", "+@pubsub", "+time", "+del"} {
		if err := admin.Do(t.Context(), "ACL", "SETUSER", "limited", right).Err(); err != nil {
			t.Fatal(err)
		}
	}
	save(t, s, "k", "v")
	if got := load(t, s, "k"); got != "v" {
		t.Errorf("the store holds %q", got)
	}
}

func TestSettingsThatLoseWritesAreNamed(t *testing.T) {
	s := other(t, "appendonly yes", "maxmemory-policy allkeys-lru")
	store := open(t, s.URL())
	wantWarning(t, store, "appendfsync everysec")
	wantWarning(t, store, "allkeys-lru")
}

func TestStoresWithDifferentPrefixesDoNotMeet(t *testing.T) {
	url := empty(t)
	a, b := open(t, url), open(t, url)
	b.Prefix = "other:"
	save(t, a, "k", "a")
	if got := load(t, b, "k"); got != "" {
		t.Errorf("the other store holds %q", got)
	}
	save(t, b, "k", "b")
	if got := load(t, a, "k"); got != "a" {
		t.Errorf("the store holds %q", got)
	}
}

// What the clock of the machine says must not matter, so nothing asks it. Timers and deadlines run on the monotonic one.
func TestNoCodeOfTheStoreReadsTheClock(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") && strings.Contains(read(t, file), "time.Now") {
			t.Errorf("%s reads the clock", file)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A save whose connection was given up may reach the server after the next one.
func TestASaveThatArrivesLateDoesNotUndoALaterOne(t *testing.T) {
	url := empty(t)
	s, c := open(t, url), client(t, url)
	err := s.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error {
		if err := errors.Join(save([]byte("one")), save([]byte("two"))); err != nil {
			return err
		}
		holder := c.HGet(t.Context(), "ringcx:k", "holder").Val()
		number, err := c.HGet(t.Context(), "ringcx:k", "generation").Int64()
		if err != nil {
			return err
		}
		if done, err := s.SaveAgain(t.Context(), "k", holder, number-1, []byte("one")); done || err != nil {
			t.Errorf("the first save arrived again: %v %v", done, err)
		}
		if done, err := s.SaveAgain(t.Context(), "k", holder, number, []byte("two")); !done || err != nil {
			t.Errorf("the last save was repeated: %v %v", done, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := load(t, s, "k"); got != "two" {
		t.Errorf("the store holds %q", got)
	}
}
