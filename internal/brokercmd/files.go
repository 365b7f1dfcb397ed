package brokercmd

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// named is a file that the configuration names.
type named struct {
	of            *table
	setting, path string
	written       bool // the broker makes it, or writes to it
}

// names notes a file.
func (c *config) names(t *table, setting, path string, written bool) {
	if path == "" {
		return
	}
	f := named{t, setting, path, written}
	c.files = append(c.files, f)
	if written {
		c.later = append(c.later, f.inDirectory)
	}
}

// lookAround finds what is wrong on this machine.
func (c *config) lookAround() {
	for _, look := range c.later {
		look()
	}
	c.clash(func(a, b string) bool {
		if filepath.Clean(a) == filepath.Clean(b) {
			return false // distinct has told
		}
		one, err := os.Stat(a)
		other, err2 := os.Stat(b)
		return err == nil && err2 == nil && os.SameFile(one, other) || whole(a) == whole(b)
	})
}

// whole is a path without links, whether there is a file or not yet.
func whole(path string) string {
	if at, err := filepath.EvalSymlinks(path); err == nil {
		return at
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return path
	}
	return filepath.Join(dir, filepath.Base(path))
}

// distinct refuses to write to a file that is named for something else, too.
func (c *config) distinct(t *table) {
	c.files = append(c.files, named{of: t, path: c.file})
	c.clash(func(a, b string) bool { return filepath.Clean(a) == filepath.Clean(b) })
}

func (c *config) clash(same func(a, b string) bool) {
	for i, f := range c.files {
		for _, other := range c.files[:i] {
			if !f.written && !other.written || !same(f.path, other.path) {
				continue
			}
			also := other.of.shown(other.setting) + " in line " + fmt.Sprint(other.of.line(other.of.of(other.setting)))
			if f.setting == "" { // the configuration is the last
				f, also = other, "this configuration"
			}
			f.of.misfit(f.setting, "is the file of "+also+", too", "give each a file of its own")
			break
		}
	}
}

// inDirectory refuses a file that cannot be made, or that everybody can replace.
func (f *named) inDirectory() {
	dir := filepath.Dir(f.path)
	switch info, err := os.Stat(dir); {
	case err != nil:
		f.of.misfit(f.setting, "is in a directory that cannot be used: "+usage.PlainPath(err).Error(), "make the directory "+dir+", or choose another")
	case !info.IsDir():
		f.of.misfit(f.setting, "is below a file", "name a file in a directory")
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o002 != 0 && info.Mode()&fs.ModeSticky == 0:
		f.of.misfit(f.setting, fmt.Sprintf("is in a directory in which everybody can replace it (mode %04o)", info.Mode().Perm()), "chmod o-w "+dir+", or choose another directory")
	}
}

// isPlain refuses what is there and is no file.
func (f *named) isPlain() {
	if info, err := os.Lstat(f.path); err == nil && !info.Mode().IsRegular() {
		f.of.misfit(f.setting, "is no file, and is not replaced", "name a file, which may be new")
	}
}

// readAudit reads where the audit log is.
func (c *config) readAudit(t *table) {
	c.audit = c.path(t.text("audit", `audit = "/var/log/ringcx/audit.jsonl"`))
	c.names(t, "audit", c.audit, true)
	c.later = append(c.later, func() {
		if _, err := os.Stat(c.audit); c.audit == "" || err != nil {
			return // the broker makes it
		}
		log, err := broker.OpenAuditLog(c.audit)
		if err != nil {
			t.misfit("audit", "cannot be used: "+usage.PlainPath(err).Error(), "name a file that is this user's alone, which may be new")
			return
		}
		_ = log.Close()
	})
}
