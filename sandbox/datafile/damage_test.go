package datafile_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ringcx-go/ringcx/sandbox"
	"github.com/ringcx-go/ringcx/sandbox/datafile"
)

// kept is all that a file holds: the value of each record by its namespace, kind and key.
func kept(f *datafile.File) (map[[3]string]string, error) {
	out := map[[3]string]string{}
	names, err := f.Namespaces()
	for _, name := range names {
		err = errors.Join(err, f.Load(name, func(r sandbox.Record) error {
			out[[3]string{name, r.Kind, r.Key}] = string(r.Value)
			return nil
		}))
	}
	return out, err
}

func keep(t *testing.T, f *datafile.File, namespace string, records ...sandbox.Record) {
	t.Helper()
	if err := f.Save(namespace, false, records); err != nil {
		t.Fatal(err)
	}
}

func record(key string, value string) sandbox.Record {
	return sandbox.Record{Kind: "kind", Key: key, Value: []byte(value)}
}

// copied are the files of one that is open, as the end of its process would leave them.
func copied(t *testing.T, path string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "copy.db")
	for _, end := range []string{"", "-wal"} {
		raw, err := os.ReadFile(path + end) //nolint:gosec // a file of the test
		if err == nil {
			err = os.WriteFile(out+end, raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func mustOpen(t *testing.T, path string) *datafile.File {
	t.Helper()
	f, err := datafile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func mustHold(t *testing.T, f *datafile.File, want map[[3]string]string) {
	t.Helper()
	got, err := kept(f)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("- wanted, + kept, %v:\n%s", err, diff)
	}
}

func TestTheFileHoldsWhatWasSavedHoweverItIsClosed(t *testing.T) {
	long := strings.Repeat("long", 9_000)
	texts := []string{"", "a", "b", "=", "a\x00b", "\xff", "日本", long, long + "er"}
	for seed := range uint64(10) {
		dice := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // the same on each run
		path := filepath.Join(t.TempDir(), "box.db")
		f := mustOpen(t, path)
		want := map[[3]string]string{}
		for range 40 {
			switch dice.IntN(10) {
			case 0:
				if err := f.Close(); err != nil {
					t.Fatal(err)
				}
				f = mustOpen(t, path)
			case 1:
				mustHold(t, f, want)
			default:
				name, replace := texts[dice.IntN(6)], dice.IntN(4) == 0
				if replace {
					maps.DeleteFunc(want, func(at [3]string, _ string) bool { return at[0] == name })
				}
				var records []sandbox.Record
				for range dice.IntN(5) {
					r := sandbox.Record{Kind: "kind", Key: texts[dice.IntN(len(texts))]}
					at := [3]string{name, r.Kind, r.Key}
					if delete(want, at); dice.IntN(3) > 0 {
						r.Value = []byte(texts[dice.IntN(len(texts))])
						want[at] = string(r.Value)
					}
					records = append(records, r)
				}
				if err := f.Save(name, replace, records); err != nil {
					t.Fatal(err)
				}
			}
		}
		mustHold(t, mustOpen(t, copied(t, path)), want)
	}
}

func TestAMachineThatEndsTakesTheLastSavesAtMostAndEachAsAWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "box.db")
	f := mustOpen(t, path)
	states := []map[[3]string]string{{}}
	var ends []int64 // of each save in the log
	for i := range 4 {
		keep(t, f, "", record("a", fmt.Sprint(i)), record("b", fmt.Sprint(i)))
		value := fmt.Sprint(i)
		states = append(states, map[[3]string]string{{"", "kind", "a"}: value, {"", "kind", "b"}: value})
		info, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, info.Size())
	}
	whole := copied(t, path)
	raw, err := os.ReadFile(whole + "-wal") //nolint:gosec // a file of the test
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(raw) + 1 {
		safe := 0
		for safe < len(ends) && ends[safe] <= int64(cut) {
			safe++
		}
		// The disk has written what was before, and of what follows nothing, or something else.
		for _, rest := range [][]byte{nil, make([]byte, len(raw)-cut), bytes.Repeat([]byte{0xa5}, len(raw)-cut)} {
			if err := os.WriteFile(whole+"-wal", append(slices.Clone(raw[:cut]), rest...), 0o600); err != nil {
				t.Fatal(err)
			}
			g := mustOpen(t, copied(t, whole))
			mustHold(t, g, states[safe])
			keep(t, g, "", record("a", "new"))
			if err := g.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// closed is the file after a close, which moves what was in its log into the database.
func closed(t *testing.T, f *datafile.File, path string) *datafile.File {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return mustOpen(t, path)
}

func TestALogThatWasLeftBesideAnotherFileIsNotRead(t *testing.T) {
	one := filepath.Join(t.TempDir(), "one.db")
	f := mustOpen(t, one)
	keep(t, f, "", record("a", "1"))
	early := copied(t, one)
	f = closed(t, f, one)
	keep(t, f, "", record("b", "2"))
	late := copied(t, one)
	mustHold(t, mustOpen(t, copied(t, one)), map[[3]string]string{{"", "kind", "a"}: "1", {"", "kind", "b"}: "2"})
	// The database is a copy from before, which lacks what is between.
	if err := os.Rename(copied(t, one)+"-wal", early+"-wal"); err != nil {
		t.Fatal(err)
	}
	mustHold(t, mustOpen(t, early), map[[3]string]string{})
	// The database was deleted, and its log was not.
	if err := os.Remove(late); err != nil {
		t.Fatal(err)
	}
	g := mustOpen(t, late)
	mustHold(t, g, map[[3]string]string{})
	keep(t, g, "", record("c", "3"))
	mustHold(t, mustOpen(t, copied(t, late)), map[[3]string]string{{"", "kind", "c"}: "3"})
}

func TestALogThatTheDatabaseHasAlreadyIsNotAppliedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "box.db")
	f := mustOpen(t, path)
	keep(t, f, "", record("a", "1"))
	before := copied(t, path)
	mustHold(t, mustOpen(t, copied(t, before)), map[[3]string]string{{"", "kind", "a"}: "1"})
	keep(t, f, "", record("a", "2"))
	f = closed(t, f, path)
	// The disk has the database, and the log as it was one save before: its end was not written.
	after := copied(t, path)
	if err := os.Rename(before+"-wal", after+"-wal"); err != nil {
		t.Fatal(err)
	}
	mustHold(t, mustOpen(t, after), map[[3]string]string{{"", "kind", "a"}: "2"})
	keep(t, f, "", record("a", "3"))
	mustHold(t, mustOpen(t, copied(t, path)), map[[3]string]string{{"", "kind", "a"}: "3"})
}

func TestTheLogDoesNotGrowForEver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "box.db")
	f := mustOpen(t, path)
	value := strings.Repeat("x", 1<<20)
	for i := range 40 {
		keep(t, f, "", record("a", value+fmt.Sprint(i)))
		if info, err := os.Stat(path + "-wal"); err != nil || info.Size() > 12<<20 {
			t.Fatalf("after %d MB the log has %d bytes, %v", i+1, info.Size(), err)
		}
	}
	mustHold(t, mustOpen(t, copied(t, path)), map[[3]string]string{{"", "kind", "a"}: value + "39"})
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Error("the log is there after the file was closed")
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 8<<20 {
		t.Errorf("the file has %d bytes, %v", info.Size(), err)
	}
}

func TestADamagedFileIsRefusedAndLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "box.db")
	f := mustOpen(t, path)
	for i := range 300 {
		keep(t, f, "", record(fmt.Sprint(i), strings.Repeat("v", 100)))
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path) //nolint:gosec // a file of the test
	if err != nil {
		t.Fatal(err)
	}
	size := os.Getpagesize()
	written := func(t *testing.T, raw []byte) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), "damaged.db")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Run("cut off", func(t *testing.T) {
		for _, n := range []int{size, 2 * size, 4 * size, len(good) / 2} {
			refused(t, written(t, good[:n]), "is damaged")
		}
	})
	t.Run("both heads", func(t *testing.T) {
		raw := slices.Clone(good)
		raw[40], raw[size+40] = raw[40]^1, raw[size+40]^1
		refused(t, written(t, raw), "is damaged")
	})
	t.Run("pages", func(t *testing.T) {
		refusals := 0
		for page := 2; page < len(good)/size; page++ {
			raw := slices.Clone(good)
			copy(raw[page*size:], bytes.Repeat([]byte{0xa5}, size))
			path := written(t, raw)
			if f, err := datafile.Open(path); err == nil { // the page is not in use
				mustHoldAll(t, f, 300)
				_ = f.Close()
				continue
			}
			refusals++
			refused(t, path, "is damaged")
		}
		if refusals < 10 {
			t.Errorf("only %d were refused", refusals)
		}
	})
	t.Run("bytes", func(t *testing.T) {
		for i := range 200 { // some are not noticed, but none ends the process
			raw := slices.Clone(good)
			raw[2*size+i*61] ^= 0x81
			if f, err := datafile.Open(written(t, raw)); err == nil {
				_ = f.Close()
			}
		}
	})
}

func mustHoldAll(t *testing.T, f *datafile.File, n int) {
	t.Helper()
	if got, err := kept(f); err != nil || len(got) != n {
		t.Errorf("%d records, %v", len(got), err)
	}
}

func TestAFileOfTheFormBeforeIsRefusedAndLeftAlone(t *testing.T) {
	raw, err := os.ReadFile("testdata/layout1.db")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "box.db")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, path, "is an SQLite database, as an older ringcx kept it, and is left as it is: start with another file, "+
		"or save a snapshot with that ringcx (its console, or GET /_sandbox/snapshot) and start from that")
	// So is what its process has left beside it when it was killed.
	beside := []byte("what was saved last")
	if err := os.WriteFile(path+"-wal", beside, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := datafile.Open(path); err == nil {
		t.Error("it was opened")
	}
	if got, err := os.ReadFile(path + "-wal"); err != nil || !bytes.Equal(got, beside) { //nolint:gosec // a file of the test
		t.Errorf("beside it is %q, %v", got, err)
	}
}
