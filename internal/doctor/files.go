package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/store/file"
	"github.com/ringcx-go/ringcx/store/keyring"
)

// fileFact is something about a file or a directory of ours.
type fileFact struct {
	path     string
	dir      bool
	missing  bool   // a directory that is not there yet
	private  error  // it is open to others, or others can replace it
	writable error  // a directory in which nothing can be written, or a file that cannot be replaced
	foreign  bool   // it is somebody else's, and cannot be used
	leftover bool   // a temporary file that nobody finished
	other    string // what names another place
}

// leftoverAge is after which time a temporary file is one that nobody finishes.
const leftoverAge = 10 * time.Minute

// lookAtFiles examines the directories of sessions and settings.
func (a *gatherer) lookAtFiles(f *Facts) {
	look := func(dir string, secret bool, other string) {
		for _, one := range examineDir(dir, secret, f.now) {
			if one.dir && a.Home != "" && strings.HasPrefix(dir, a.Home) {
				one.other = "; " + other + " name another place (HOME is " + a.Home + ")"
			}
			f.files = append(f.files, one)
		}
	}
	if dir := a.sessionDir(); dir != "" {
		look(dir, true, env.OtherState)
	}
	if dir := a.ConfigDir(); dir != "" {
		look(dir, false, env.OtherConfig)
	}
}

// sessionDir is where sessions are kept, "" if that is not a directory.
func (a *gatherer) sessionDir() string {
	if kind, _, _ := strings.Cut(a.Variable("RINGCX_STORE"), ":"); kind != "" && kind != "file" && kind != "keyring" {
		return ""
	}
	store, err := a.NamedStore()
	if err != nil {
		return ""
	}
	switch s := store.(type) {
	case *file.Store:
		return s.Dir
	case *keyring.Store:
		return s.Dir
	}
	return ""
}

// examineDir looks at a directory and what we keep in it.
func examineDir(dir string, secret bool, now time.Time) []fileFact {
	here := fileFact{path: dir, dir: true, missing: true}
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		here.writable = tryMaking(dir)
		return []fileFact{here}
	}
	here.missing = false
	if err != nil || !info.IsDir() {
		if here.writable = err; err == nil {
			here.writable = &fs.PathError{Op: "open", Path: dir, Err: syscall.ENOTDIR}
		}
		return []fileFact{here}
	}
	check := file.CheckOwned
	if secret {
		check = file.CheckPrivate
	}
	here.private, here.writable = check(dir), tryWriting(dir)
	if !secret && info.Mode()&fs.ModeSticky != 0 && !foreign(info, secret) {
		here.private = nil // nobody else can replace what lies in it
	}
	here.foreign = foreign(info, secret) && here.writable != nil
	facts := []fileFact{here}
	entries, err := os.ReadDir(dir)
	if err != nil || here.private != nil && !strings.HasPrefix(usage.Hint(here.private), "chmod") { // it is not ours alone
		return facts
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		one := fileFact{path: filepath.Join(dir, e.Name())}
		old := now.Sub(info.ModTime()) > leftoverAge
		one.leftover = old && (secret && strings.HasSuffix(e.Name(), ".json.new") || !secret && strings.HasPrefix(e.Name(), ".config.toml-") ||
			strings.HasPrefix(e.Name(), probeName))
		if secret && strings.HasSuffix(e.Name(), ".json") || !secret && e.Name() == "config.toml" {
			one.private, one.foreign = check(one.path), foreign(info, secret) && !readable(one.path)
			one.writable = file.Replaceable(one.path)
		}
		facts = append(facts, one)
	}
	return facts
}

func readable(path string) bool {
	f, err := os.Open(path) //nolint:gosec // one of ours
	if err == nil {
		_ = f.Close()
	}
	return err == nil
}

// probeName begins the names of files that only the doctor makes.
const probeName = ".doctor-"

// tryWriting writes as much as a session takes, and forces it to disk.
func tryWriting(dir string) (err error) {
	f, err := os.CreateTemp(dir, probeName+"*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.Write(make([]byte, 16<<10))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// tryMaking writes where dir would be made.
func tryMaking(dir string) error {
	for {
		parent := filepath.Dir(dir)
		if _, err := os.Stat(parent); err == nil || parent == dir {
			return tryWriting(parent)
		}
		dir = parent
	}
}

func judgeFiles(f *Facts) []Finding {
	var all []Finding
	for _, text := range f.loose {
		all = append(all, note("mode-group", "", "%s", text))
	}
	for _, one := range f.files {
		switch {
		case one.private != nil && strings.Contains(one.private.Error(), "belongs to another user"):
			all = append(all, problem("owner", usage.Hint(one.private), "%s", one.private))
		case one.private != nil:
			all = append(all, problem("mode", usage.Hint(one.private), "%s", one.private))
		case one.foreign:
			all = append(all, problem("owner", fmt.Sprintf("sudo chown \"$(id -u)\" %s, if you trust what is in it", shell.Word(one.path)), "%s belongs to another user", one.path))
		case one.writable != nil:
			found := unwritable(one, one.writable)
			if found.Fix != "" && found.ID == "not-writable" {
				found.Fix += one.other
			}
			all = append(all, found)
		case one.leftover:
			all = append(all, note("leftover", fmt.Sprintf("rm %s", shell.Word(one.path)), "%s was left behind by a program that was stopped while writing; it does no harm", one.path))
		}
	}
	return all
}

// unwritable names why nothing can be written to a directory.
func unwritable(one fileFact, err error) Finding {
	known := file.Explain(one.path, err)
	for id, causes := range map[string][]error{
		"disk-full": {syscall.ENOSPC, usage.QuotaExceeded}, "read-only": {syscall.EROFS, usage.ReadOnly}, "not-a-directory": {syscall.ENOTDIR},
	} {
		if slices.ContainsFunc(causes, func(cause error) bool { return errors.Is(err, cause) }) {
			return problem(id, usage.Hint(known), "%s", known)
		}
	}
	if errors.Is(err, fs.ErrPermission) {
		return problem("not-writable", usage.Hint(known), "nothing can be written to %s: permission denied", one.path)
	}
	if hinted := (interface{ Hint() string })(nil); errors.As(known, &hinted) {
		return problem("not-writable", usage.Hint(known), "%s", known)
	}
	return problem("not-writable", usage.Hint(known), "nothing can be written to %s: %s", one.path, usage.PlainPath(err))
}

func fineFiles(f *Facts) string {
	var dirs []string
	for _, one := range f.files {
		if one.missing {
			dirs = append(dirs, one.path+" (not there yet)")
		} else if one.dir {
			dirs = append(dirs, one.path)
		}
	}
	if len(dirs) == 0 {
		return ""
	}
	return "yours, closed to others, with room: " + strings.Join(dirs, ", ")
}
