//go:build unix && storm

package storm_test

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// disk is a file system of 64 KiB, in memory.
type disk struct{ dir string }

func newDisk(t *testing.T) *disk {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a small file system can only be mounted by root")
	}
	d := &disk{t.TempDir()}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs", d.dir).CombinedOutput(); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", d.dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	return d
}

func (d *disk) place() *place { return &place{name: "full disk", url: "file:" + d.state()} }

func (d *disk) state() string { return filepath.Join(d.dir, "state") }

func (d *disk) filler() string { return filepath.Join(d.dir, "filler") }

// fill leaves no byte free.
func (d *disk) fill() error {
	f, err := os.Create(d.filler())
	if err != nil {
		return err
	}
	for err == nil {
		_, err = f.Write(make([]byte, 512))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	return f.Close()
}

func (d *disk) empty() error { return os.Remove(d.filler()) }

// records are the contents of the files that a store made, without locks.
func records(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = string(text)
	}
	return all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// complains has a worker go on until it cannot, and returns it when it has said why, in these words.
func (l *lineage) complains(words ...string) *worker {
	l.t.Helper()
	w := l.hire(nil)
	w.complains(words...)
	return w
}

func (w *worker) complains(words ...string) {
	w.lineage.t.Helper()
	line, err := w.says(saidFailed, saidLost)
	must(w.lineage.t, err)
	w.lineage.t.Log(line)
	for _, word := range append(words, saidFailed) {
		if !strings.Contains(line, word) {
			w.lineage.t.Errorf("it does not say %q", word)
		}
	}
}

// went checks which answers the vendor gave since it was asked for a login and an exchange.
func (l *lineage) went(refreshes, exchanges int) {
	l.t.Helper()
	s := add(l)
	s.keepsPromises(l.t)
	if s.logins != 1 || s.exchanges != exchanges || s.refreshes != refreshes {
		l.t.Errorf("%d logins, %d exchanges, %d refreshes: want 1, %d and %d", s.logins, s.exchanges, s.refreshes, exchanges, refreshes)
	}
}

// stands checks that a worker that cannot write sends nothing and leaves what is stored as it is.
func (l *lineage) stands(dir string, words ...string) {
	l.t.Helper()
	before, sent := records(l.t, dir), l.vendor.requests()
	must(l.t, l.complains(words...).leave())
	if !maps.Equal(before, records(l.t, dir)) {
		l.t.Errorf("what is stored has changed: %v", slices.Sorted(maps.Keys(records(l.t, dir))))
	}
	if n := l.vendor.requests() - sent; n != 0 {
		l.t.Errorf("%d token requests were sent that could not be written down", n)
	}
}

func TestOnADiskThatIsFullNothingIsSentAndNothingIsLost(t *testing.T) {
	d := newDisk(t)
	l := newLineage(t, d.place(), "", &sandbox.Options{TokenTTL: tokenTTL})
	must(t, os.Mkdir(d.state(), 0o700))
	must(t, d.fill())
	l.stands(d.state(), "no space left on device") // with nothing stored
	must(t, d.empty())
	must(t, l.survives())
	must(t, d.fill())
	l.jwt = false
	l.stands(d.state(), "no space left on device")
	must(t, d.empty())
	must(t, l.survives())
	l.went(1, 1)
}

// full has a worker find the disk full when it wants to save the answer to a refresh, and returns it when it has said so.
func (l *lineage) full(d *disk) *worker {
	l.t.Helper()
	must(l.t, l.survives())
	l.jwt = false
	var filled error
	sprung := l.vendor.await(refreshPath, acted, func(string) { filled = d.fill() })
	w := l.hire(nil)
	mustSpring(l.t, sprung)
	must(l.t, filled)
	w.complains("no space left on device")
	return w
}

func TestAnAnswerThatAFullDiskCouldNotTakeIsSavedLater(t *testing.T) {
	d := newDisk(t)
	l := newLineage(t, d.place(), "", &sandbox.Options{TokenTTL: tokenTTL})
	w := l.full(d)
	must(t, d.empty())
	w.forget()
	if _, err := w.says(saidOK); err != nil {
		t.Error(err)
	}
	must(t, w.leave())
	must(t, l.survives())
	if n := l.vendor.count(exchangePath); n != 1 {
		t.Errorf("%d exchanges: the answer to the refresh was lost", n)
	}
	add(l).keepsPromises(t)
}

func TestAnAnswerThatDiedWithItsProcessOnAFullDiskIsNotAskedForAgain(t *testing.T) {
	d := newDisk(t)
	l := newLineage(t, d.place(), "", &sandbox.Options{TokenTTL: tokenTTL})
	l.full(d).kill()
	must(t, d.empty())
	must(t, l.survives())
	l.went(1, 2)
}

func TestInADirectoryThatCannotBeWrittenNothingIsSentAndNothingIsLost(t *testing.T) {
	top, err := os.MkdirTemp("", "ringcx-storm-")
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(top)) })
	dir := filepath.Join(top, "state")
	must(t, os.Chmod(top, 0o755))
	must(t, os.Mkdir(dir, 0o500))
	l := newLineage(t, &place{name: "read-only", url: "file:" + dir}, "", &sandbox.Options{TokenTTL: tokenTTL})
	if os.Geteuid() == 0 {
		l.nobody = true
		must(t, os.Chown(dir, nobody, nobody))
	}
	l.stands(dir, "permission denied", dir) // with nothing stored
	must(t, os.Chmod(dir, 0o700))
	must(t, l.survives())
	must(t, os.Chmod(dir, 0o500))
	l.jwt = false
	l.stands(dir, "permission denied", dir)
	must(t, os.Chmod(dir, 0o700))
	must(t, l.survives())
	l.went(1, 1)
}
