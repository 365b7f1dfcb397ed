package keyring_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"github.com/ringcx-go/ringcx/store/keyring"
)

// ring is a keyring in memory.
type ring struct {
	mu      sync.Mutex // guards all below
	entries map[string]string
	sets    int

	err     error         // of every call
	hang    chan struct{} // nil, or calls wait for it to be closed
	forgets bool          // what is set is not kept
}

func (r *ring) call(do func()) error {
	r.mu.Lock()
	hang := r.hang
	r.mu.Unlock()
	if hang != nil {
		<-hang
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.entries == nil {
		r.entries = map[string]string{}
	}
	if r.err == nil {
		do()
	}
	return r.err
}

func (r *ring) Get(service, user string) (secret string, err error) {
	err = r.call(func() { secret = r.entries[service+"/"+user] })
	return secret, err
}

func (r *ring) Set(service, user, secret string) error {
	return r.call(func() {
		if r.sets++; !r.forgets {
			r.entries[service+"/"+user] = secret
		}
	})
}

// edit changes all entries; "" removes them.
func (r *ring) edit(secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name := range r.entries {
		if r.entries[name] = secret; secret == "" {
			delete(r.entries, name)
		}
	}
}

func save(ctx context.Context, s ringcx.Store, key, value string) error {
	return s.Update(ctx, key, func(_ []byte, save func([]byte) error) error { return save([]byte(value)) })
}

func mustSave(t *testing.T, s ringcx.Store, key, value string) {
	t.Helper()
	if err := save(t.Context(), s, key, value); err != nil {
		t.Fatal(err)
	}
}

func wantLoad(t *testing.T, s ringcx.Store, key, want string) {
	t.Helper()
	if got, err := s.Load(t.Context(), key); err != nil || string(got) != want {
		t.Errorf("%q holds %q (%v), want %q", key, got, err, want)
	}
}

// wantRefused checks that nothing is read and nothing written, and that the error says why and what to do.
func wantRefused(t *testing.T, s ringcx.Store, dir, key, problem, hint string) {
	t.Helper()
	before := files(t, dir)
	_, load := s.Load(t.Context(), key)
	update := s.Update(t.Context(), key, func([]byte, func([]byte) error) error {
		t.Error("the update ran")
		return nil
	})
	for _, err := range []error{load, update} {
		var hinted interface{ Hint() string }
		if !errors.As(err, &hinted) || !strings.Contains(err.Error(), problem) || !strings.Contains(hinted.Hint(), hint) {
			t.Errorf("error: %v, want %q with the hint %q", err, problem, hint)
		}
	}
	after := files(t, dir)
	for name, data := range before {
		if !bytes.Equal(after[name], data) {
			t.Errorf("%s was changed", name)
		}
	}
}

// files is what a directory holds, but for locks.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, name := range names {
		if all[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func write(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestEncryptedFilesKeepThePromisesOfAStore(t *testing.T) {
	ringcxtest.TestStore(t, func(t *testing.T) func() ringcx.Store {
		dir, r := filepath.Join(t.TempDir(), "state"), &ring{}
		return func() ringcx.Store { return &keyring.Store{Dir: dir, Ring: r} }
	})
}

func TestALineageOutlivesTheProcessAndNothingOfItCanBeRead(t *testing.T) {
	v := ringcxtest.NewServer(t, nil)
	dir, r := filepath.Join(t.TempDir(), "state"), &ring{}
	var tokens []string
	for range 3 {
		token, err := v.Session(&ringcx.SessionOptions{Store: &keyring.Store{Dir: dir, Ring: r}}).Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token.AccessToken, token.RefreshToken)
	}
	if n := len(v.Paths()); n != 2 {
		t.Errorf("three processes made %d requests, want 2", n)
	}
	kept := files(t, dir)
	if len(kept) < 2 {
		t.Fatalf("the directory holds %d files", len(kept))
	}
	for name, data := range kept {
		for _, secret := range append(tokens, "access_token") {
			if secret != "" && (bytes.Contains(data, []byte(secret)) || bytes.Contains(data, []byte(base64.StdEncoding.EncodeToString([]byte(secret))[:8]))) {
				t.Errorf("%s can be read", name)
			}
		}
		info, err := os.Stat(filepath.Join(dir, name))
		if runtime.GOOS != "windows" && (err != nil || info.Mode().Perm() != 0o600) {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
}

func TestWhatWasTamperedWithIsRefusedAndLeftAlone(t *testing.T) {
	dir, r := t.TempDir(), &ring{}
	private(t, dir)
	open := func() ringcx.Store { return &keyring.Store{Dir: dir, Ring: r} }
	mustSave(t, open(), "one", "first")
	mustSave(t, open(), "two", "second")
	const name = "one.sealed.json"
	good := files(t, dir)
	sealed := good[name]
	refused := func(data []byte) {
		t.Helper()
		write(t, dir, name, data)
		wantRefused(t, open(), dir, "one", `the stored session "one" in `+dir+" cannot be decrypted", "remove one.sealed.json and log in anew")
	}
	at := bytes.Index(sealed, []byte(`"sealed":"`)) + len(`"sealed":"`)
	for i := at; i < len(sealed)-2; i += 5 {
		changed := bytes.Clone(sealed)
		if changed[i]++; changed[i] == '=' || bytes.ContainsAny(changed[i:i+1], `:;<>?@[{`) {
			changed[i] = 'A'
		}
		refused(changed)
	}
	for _, n := range []int{0, 1, at, len(sealed) / 2, len(sealed) - 1} {
		refused(sealed[:n])
	}
	refused(good["two.sealed.json"])   // of another name
	refused(good["wrapping-key.json"]) // sealed with the same key
	refused([]byte(`{"version":1,"key":"x","sealed":null}`))
	refused([]byte(`{"access_token":"plain"}`))
	refused(bytes.Replace(sealed, []byte(`"version":1`), []byte(`"version":0`), 1))
	write(t, dir, name, bytes.Replace(sealed, []byte(`"version":1`), []byte(`"version":2`), 1))
	wantRefused(t, open(), dir, "one", "is of a newer version: it has version 2", "update this program")
	write(t, dir, name, sealed)
	wantLoad(t, open(), "one", "first")
	wantLoad(t, open(), "two", "second")
}

// private closes a directory that a test made.
func private(t *testing.T, dir string) {
	t.Helper()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestFilesOfAnotherDirectoryAreRefused(t *testing.T) {
	a, b, r := t.TempDir(), t.TempDir(), &ring{}
	private(t, a)
	private(t, b)
	mustSave(t, &keyring.Store{Dir: a, Ring: r}, "k", "of a")
	mustSave(t, &keyring.Store{Dir: b, Ring: r}, "k", "of b")
	write(t, b, "k.sealed.json", files(t, a)["k.sealed.json"])
	wantRefused(t, &keyring.Store{Dir: b, Ring: r}, b, "k", "cannot be decrypted", "log in anew")
}

func TestAKeyThatIsLostIsToldAndNeverReplaced(t *testing.T) {
	for why, lose := range map[string]func(t *testing.T, dir string, r *ring){
		"the keyring does not hold the key any more": func(_ *testing.T, _ string, r *ring) { r.edit("") },
		"the keyring holds another key": func(_ *testing.T, _ string, r *ring) {
			r.edit(base64.StdEncoding.EncodeToString(make([]byte, 32)))
		},
		"the keyring holds another key ": func(_ *testing.T, _ string, r *ring) { r.edit("no key") },
		"the file wrapping-key.json is gone": func(t *testing.T, dir string, _ *ring) {
			if err := os.Remove(filepath.Join(dir, "wrapping-key.json")); err != nil {
				t.Fatal(err)
			}
		},
		"the file wrapping-key.json is damaged": func(t *testing.T, dir string, _ *ring) {
			write(t, dir, "wrapping-key.json", []byte("{}"))
		},
	} {
		t.Run(why, func(t *testing.T) {
			dir, r := t.TempDir(), &ring{}
			private(t, dir)
			mustSave(t, &keyring.Store{Dir: dir, Ring: r}, "k", "v")
			lose(t, dir, r)
			wantRefused(t, &keyring.Store{Dir: dir, Ring: r}, dir, "k", strings.TrimSpace(why), "log in anew")
			if r.sets != 1 {
				t.Errorf("%d keys were made", r.sets)
			}
			if err := os.RemoveAll(dir); err != nil { // as the hint says
				t.Fatal(err)
			}
			s := &keyring.Store{Dir: dir, Ring: r}
			mustSave(t, s, "k", "new")
			wantLoad(t, s, "k", "new")
		})
	}
}

func TestAProcessThatRunsNoticesThatTheDirectoryWasMadeAnew(t *testing.T) {
	dir, r := filepath.Join(t.TempDir(), "state"), &ring{}
	old := &keyring.Store{Dir: dir, Ring: r}
	mustSave(t, old, "k", "one")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	mustSave(t, &keyring.Store{Dir: dir, Ring: r}, "k", "two")
	wantLoad(t, old, "k", "two")
	mustSave(t, old, "k", "three")
	wantLoad(t, &keyring.Store{Dir: dir, Ring: r}, "k", "three")
}

func TestThoseWhoStartAtOnceMakeOneKey(t *testing.T) {
	for range 10 {
		dir, r := filepath.Join(t.TempDir(), "state"), &ring{hang: make(chan struct{})}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				err := (&keyring.Store{Dir: dir, Ring: r}).Update(t.Context(), "k", func(old []byte, save func([]byte) error) error {
					return save(append(bytes.Clone(old), 'x'))
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		close(r.hang)
		all.Wait()
		wantLoad(t, &keyring.Store{Dir: dir, Ring: r}, "k", "xxxxxxxx")
		if r.sets != 1 {
			t.Errorf("%d keys were made", r.sets)
		}
	}
}

func TestAKeyringThatDoesNotAnswerIsLeftAfterThreeSeconds(t *testing.T) {
	for name, c := range map[string]struct {
		limit, want time.Duration
	}{"by default": {0, 3 * time.Second}, "as set": {time.Minute, time.Minute}} {
		t.Run(name, func(t *testing.T) {
			dir, r := filepath.Join(t.TempDir(), "state"), &ring{}
			mustSave(t, &keyring.Store{Dir: dir, Ring: r}, "k", "v")
			synctest.Test(t, func(t *testing.T) {
				r.hang = make(chan struct{})
				defer close(r.hang)
				for _, what := range []struct{ dir, op string }{{dir, "read"}, {dir + "2", "write to"}} {
					begin := time.Now()
					err := save(t.Context(), &keyring.Store{Dir: what.dir, Ring: r, Limit: c.limit}, "k", "v2")
					if took := time.Since(begin); took != c.want {
						t.Errorf("it took %v, want %v", took, c.want)
					}
					var hinted interface{ Hint() string }
					want := "cannot " + what.op + " the keyring: it did not answer within " + c.want.String()
					if !errors.As(err, &hinted) || err.Error() != want || !strings.HasPrefix(hinted.Hint(), "unlock the keyring") {
						t.Errorf("error %v, want %s", err, want)
					}
				}
			})
			r.hang = nil
			wantLoad(t, &keyring.Store{Dir: dir, Ring: r}, "k", "v")
			mustSave(t, &keyring.Store{Dir: dir + "2", Ring: r}, "k", "v") // what came too late harms nobody
		})
	}
}

func TestWhoGivesUpDoesNotWaitForTheKeyring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &ring{hang: make(chan struct{})}
		defer close(r.hang)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := save(ctx, &keyring.Store{Dir: filepath.Join(t.TempDir(), "state"), Ring: r}, "k", "v")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func TestWhatTheKeyringRefusesIsSaidWithTheChoice(t *testing.T) {
	for want, r := range map[string]*ring{
		"cannot write to the keyring: no service":    {err: errors.New("no\nservice")},
		"the keyring does not keep what it is given": {forgets: true},
	} {
		dir := filepath.Join(t.TempDir(), "state")
		err := save(t.Context(), &keyring.Store{Dir: dir, Ring: r}, "k", "v")
		var hinted interface{ Hint() string }
		if !errors.As(err, &hinted) || err.Error() != want || !strings.Contains(hinted.Hint(), "RINGCX_STORE=file:DIR") {
			t.Errorf("error %v, want %s", err, want)
		}
		if r.err != nil && !errors.Is(err, r.err) {
			t.Errorf("%v does not wrap what the keyring said", err)
		}
		if kept := files(t, dir); len(kept) > 0 {
			t.Errorf("files were made: %v", kept)
		}
	}
}

func TestWithoutAKeyringNothingIsAsked(t *testing.T) {
	missing := errors.New("no keyring here")
	s := &keyring.Store{Dir: filepath.Join(t.TempDir(), "state"), Ring: &ring{}, Available: func() error { return missing }}
	_, err := s.Load(t.Context(), "k")
	for _, err := range []error{err, save(t.Context(), s, "k", "v")} {
		if !errors.Is(err, missing) {
			t.Error(err)
		}
	}
	if _, err := os.Stat(s.Dir); !os.IsNotExist(err) {
		t.Errorf("the directory was made: %v", err)
	}
}

func TestASessionWithoutABusHasNoKeyring(t *testing.T) {
	always := runtime.GOOS == "darwin" || runtime.GOOS == "windows"
	for bus, there := range map[string]bool{"": always, "autolaunch:": always, "unix:path=/run/user/0/bus": true} {
		err := keyring.Available(func(name string) string {
			if name != "DBUS_SESSION_BUS_ADDRESS" {
				t.Errorf("%s was read", name)
			}
			return bus
		})
		var hinted interface{ Hint() string }
		switch {
		case there && err != nil:
			t.Errorf("bus %q: %v", bus, err)
		case there:
		case !errors.As(err, &hinted) || !strings.HasPrefix(err.Error(), "there is no keyring in this session") || !strings.Contains(hinted.Hint(), "RINGCX_STORE=file:DIR"):
			t.Errorf("bus %q: %v", bus, err)
		}
	}
}

func TestMistakesInTheSettingsOfTheStoreAreNamed(t *testing.T) {
	for want, err := range map[string]error{
		"no directory": save(t.Context(), &keyring.Store{Ring: &ring{}}, "k", "v"),
		"empty key":    save(t.Context(), &keyring.Store{Dir: t.TempDir(), Ring: &ring{}}, "", "v"),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func FuzzFilesThatAreNotOursAreRefused(f *testing.F) {
	dir, r := f.TempDir(), &ring{}
	if err := os.Chmod(dir, 0o700); err != nil {
		f.Fatal(err)
	}
	s := &keyring.Store{Dir: dir, Ring: r}
	if err := save(f.Context(), s, "k", "v"); err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(dir, "k.sealed.json")
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{good, good[:len(good)/2], []byte(`{"version":1,"key":"x","sealed":"AAAA"}`), nil} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		switch got, err := s.Load(t.Context(), "k"); {
		case err == nil && string(got) != "v":
			t.Errorf("%q opened as %q", data, got)
		case err != nil && (strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "cannot be decrypted")):
			t.Error(err)
		}
	})
}
