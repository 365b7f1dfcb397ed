package upgrades_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

var update = flag.Bool("update", false, "make the fixtures that are not there")

// fixture is what a program has stored.
type fixture struct {
	name string                               // of the directory below testdata; or a path from here
	make func(t *testing.T, dir string)       // as today's program does; nil: no program of today makes it
	read func(t *testing.T, dir string) error // as today's program does: nil if it found what it expects there
	ways map[string]func([]byte) []byte       // files in it that have a version, and how each becomes of a newer one
	old  string                               // what the refusal of a form that is not read any more says; "": it is read
}

// bySettingIt replaces the first of a text by another.
func bySettingIt(from, to string) func([]byte) []byte {
	return func(was []byte) []byte { return bytes.Replace(was, []byte(from), []byte(to), 1) }
}

var (
	byNumber = bySettingIt(`"version":1`, `"version":2`)
	byField  = bySettingIt(`{`, `{"version":2,`) // what has no number is of version 1
)

func byLayout(was []byte) []byte {
	// The layout is a number in a page, and pages have no checksum: bbolt itself writes it.
	f, err := os.CreateTemp("", "layout")
	if err != nil {
		panic(err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // a file of the test
	_, err = f.Write(was)
	err = errors.Join(err, f.Close())
	db, opened := bbolt.Open(f.Name(), 0o600, nil)
	if err = errors.Join(err, opened); err == nil {
		err = db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("ringcx-sandbox")).Put([]byte("layout"), []byte{3}) })
		err = errors.Join(err, db.Close())
	}
	now, read := os.ReadFile(f.Name())
	if err = errors.Join(err, read); err != nil {
		panic(err)
	}
	return now
}

// fixtures are all there are.
var fixtures = []fixture{
	{name: "store-1", make: makeStore, read: readStore, ways: map[string]func([]byte) []byte{
		"main.json": byNumber, "main.credentials.json": byField, "ledger-*.json": byField,
	}},
	{name: "keyring-1", make: makeKeyring, read: readKeyring, ways: map[string]func([]byte) []byte{"wrapping-key.json": byNumber, "main.sealed.json": byNumber}},
	{name: "broker-1", make: makeBroker, read: readBroker, ways: map[string]func([]byte) []byte{
		"ringcx-broker%2Fkeys.json": byNumber, "ringcx-broker%2Fshort.json": byNumber, "budget-*.json": bySettingIt(`"format":1`, `"format":2`),
	}},
	{name: "leads-1", make: makeLeads, read: readLeads, ways: map[string]func([]byte) []byte{"*.jsonl": byNumber}},
	{name: "../../../sandbox/datafile/testdata", read: readDatafile, old: "or save a snapshot with that ringcx"},
	{name: "datafile-2", make: makeDatafile, read: readDatafile, ways: map[string]func([]byte) []byte{"*.db": byLayout}},
	{name: "snapshot-1", make: makeSnapshot, read: readSnapshot, ways: map[string]func([]byte) []byte{"snapshot-1.json": bySettingIt("ringcx-sandbox/1", "ringcx-sandbox/2")}},
	{name: "../../../sandbox/testdata", read: readSnapshot, ways: map[string]func([]byte) []byte{"snapshot-1.json": bySettingIt("ringcx-sandbox/1", "ringcx-sandbox/2")}},
}

func (f *fixture) path() string { return filepath.Join("testdata", f.name) }

// copied is a private copy of a fixture, as programs keep such files.
func (f *fixture) copied(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "copy")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range contents(t, f.path()) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// contents are the files of a directory, but for locks, which hold nothing.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() || strings.HasSuffix(e.Name(), ".lock") || e.Name() == "clock" {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, e.Name())) //nolint:gosec // a file of the test
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(content)
	}
	return all
}

func TestFixturesAreThereAndAreMadeOnlyOnce(t *testing.T) {
	for _, f := range fixtures {
		_, err := os.Stat(f.path())
		switch {
		case err == nil:
		case !errors.Is(err, fs.ErrNotExist) || !*update || f.make == nil:
			t.Errorf("%v: go test ./internal/upgrades -update makes it, of today's form", err)
		default:
			dir := filepath.Join(t.TempDir(), "made")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			f.make(t, dir)
			if err := os.MkdirAll(f.path(), 0o750); err != nil {
				t.Fatal(err)
			}
			for name, content := range contents(t, dir) {
				if err := os.WriteFile(filepath.Join(f.path(), name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestWhatAnyVersionHasStoredIsReadOrRefusedWithAWayOut(t *testing.T) {
	for _, f := range fixtures {
		t.Run(f.name, func(t *testing.T) {
			dir := f.copied(t)
			before := contents(t, dir)
			err := f.read(t, dir)
			if f.old == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(said(err), f.old) {
				t.Errorf("%v, want %q", err, f.old)
			}
			unchanged(t, dir, before)
		})
	}
}

// TestWhatWasStoredBeforeThereWereChecksumsIsRead takes the checksums out of a store, as the first programs wrote it.
func TestWhatWasStoredBeforeThereWereChecksumsIsRead(t *testing.T) {
	checksum, damaged := regexp.MustCompile(`,"checksum":"[0-9a-f]{32}"`), []byte(`,"checksum":"00000000000000000000000000000000"`)
	for name, instead := range map[string][]byte{"none": nil, "the control: a wrong one": damaged} {
		dir := fixtures[0].copied(t)
		for file, content := range contents(t, dir) {
			if !checksum.MatchString(content) {
				t.Errorf("%s has none", file)
			}
			if err := os.WriteFile(filepath.Join(dir, file), checksum.ReplaceAll([]byte(content), instead), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := readStore(t, dir); (err == nil) != (instead == nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatANewerVersionHasStoredIsRefusedWithAWayOutAndLeftAsItIs(t *testing.T) {
	for _, f := range fixtures {
		for pattern, raise := range f.ways {
			names, err := filepath.Glob(filepath.Join(f.path(), pattern))
			if err != nil || len(names) == 0 {
				t.Errorf("%s: there is no %s: %v", f.name, pattern, err)
			}
			for _, path := range names {
				name := filepath.Base(path)
				t.Run(fmt.Sprint(f.name, " ", name), func(t *testing.T) {
					dir := f.copied(t)
					was := contents(t, dir)[name]
					now := raise([]byte(was))
					if string(now) == was {
						t.Fatal("its version is not where it was")
					}
					if err := os.WriteFile(filepath.Join(dir, name), now, 0o600); err != nil {
						t.Fatal(err)
					}
					err := f.read(t, dir)
					if err == nil {
						t.Fatal("it was read")
					}
					for _, word := range []string{"update this program", "newer version"} {
						if snapshot := strings.HasPrefix(name, "snapshot"); !strings.Contains(said(err), word) && !(snapshot && word == "newer version") {
							t.Errorf("the refusal does not say %q: %s", word, said(err))
						}
					}
					if left := contents(t, dir)[name]; left != string(now) {
						t.Errorf("it has become\n%.300s\nfrom\n%.300s", left, now)
					}
				})
			}
		}
	}
}

// TestFieldsThatANewerProgramHasAddedWithinAVersionHinderNoOlderOne is the way back where no number was raised.
func TestFieldsThatANewerProgramHasAddedWithinAVersionHinderNoOlderOne(t *testing.T) {
	checksum := regexp.MustCompile(`,"checksum":"[0-9a-f]{32}"`)
	for _, f := range fixtures {
		if f.ways == nil || strings.HasPrefix(f.name, "datafile") || strings.HasSuffix(f.name, "sandbox/testdata") || strings.HasPrefix(f.name, "snapshot") {
			continue // of those, what is in the records may have more
		}
		t.Run(f.name, func(t *testing.T) {
			dir, changed := f.copied(t), 0
			for pattern := range f.ways {
				names, _ := filepath.Glob(filepath.Join(dir, pattern)) // the pattern is one
				for _, path := range names {
					content := checksum.ReplaceAllString(contents(t, dir)[filepath.Base(path)], "")
					if err := os.WriteFile(path, bySettingIt(`"`, `"future":[{"a":1}],"`)([]byte(content)), 0o600); err != nil {
						t.Fatal(err)
					}
					changed++
				}
			}
			if err := f.read(t, dir); err != nil || changed < len(f.ways) {
				t.Errorf("%d files, %v", changed, err)
			}
		})
	}
}

// unchanged fails if a directory holds anything else than before.
func unchanged(t *testing.T, dir string, before map[string]string) {
	t.Helper()
	after := contents(t, dir)
	for name, content := range before {
		if after[name] != content {
			t.Errorf("%s has changed", name)
		}
	}
	for name := range after {
		if _, there := before[name]; !there && !slices.Contains([]string{"clock"}, name) {
			t.Errorf("%s was not there", name)
		}
	}
}
