package brokercmd

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

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

// lookAround finds what is wrong on this machine, whose store is the one that is named so, unless the configuration names another.
func (c *config) lookAround(store string) {
	for _, look := range c.later {
		look()
	}
	kind, dir, _ := strings.Cut(cmp.Or(c.store, store), ":")
	if (kind == "file" || kind == "keyring") && filepath.IsAbs(dir) {
		for _, f := range c.files {
			if strings.HasPrefix(f.of.path, "sink[") && strings.HasPrefix(whole(f.path), whole(dir)+string(filepath.Separator)) {
				f.of.misfit(f.setting, "is in the directory of the store, "+dir+", where logins are", "choose another directory")
			}
		}
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
	case runtime.GOOS != "windows":
		f.isKept(dir)
	}
}

// isKept refuses a directory that others can replace, or what is in it: by its own permissions, or by those of one that it is below.
func (f *named) isKept(dir string) {
	kept, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return
	}
	for at := kept; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return
		}
		where := "is in a directory"
		if at != kept {
			where = "is below the directory " + at + ","
		}
		if mode := info.Mode(); mode.Perm()&0o002 != 0 && mode&fs.ModeSticky == 0 {
			f.of.misfit(f.setting, fmt.Sprintf("%s in which everybody can replace it (mode %04o)", where, mode.Perm()), "chmod o-w "+at+", or choose another directory")
			return
		}
		if uid, is := strange(info); is {
			f.of.misfit(f.setting, fmt.Sprintf("%s of user %d, who can replace it", where, uid), "chown "+at+" to root or to the user that the broker runs as, or choose another directory")
			return
		}
		if at == filepath.Dir(at) {
			return
		}
	}
}

// isReplaceable refuses what is there and is no file that a sink has written: it would be lost.
func (f *named) isReplaceable(owner int) {
	if what, mends := inTheWay(f.path, owner); what != "" {
		f.of.misfit(f.setting, what, mends)
	}
}

// inTheWay is what is wrong with what is at the path of a sink for an owner, and what would do; "": there is nothing, or what a sink
// may have written.
func inTheWay(path string, owner int) (what, mends string) {
	const another = "name another file, which may be new, or remove that one"
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return "", ""
	case !info.Mode().IsRegular():
		return "is no file, and is not replaced", "name a file, which may be new"
	}
	if uid, is := strange(info); is && uid != owner {
		return fmt.Sprintf("is a file of user %d, and is not replaced", uid), another
	}
	file, err := os.Open(path) //nolint:gosec // as the configuration says
	if err != nil {
		return "", "" // of an owner who alone may read it
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, longestToken+1))
	if err == nil && !holdsToken(text) {
		return "is a file that holds something else than a token, and is not replaced", another
	}
	return "", ""
}

// longestToken is more than what a sink writes, in bytes.
const longestToken = 64 << 10

// livesTooLong is far more than an access token lives: a JWT with more is somebody's credential, of which there may be no other copy.
const livesTooLong = 24 * time.Hour

// holdsToken tells whether a text may be one that a sink has written: nothing yet, an access token, which is a JWT, or the object with
// one. A word alone may be a password.
func holdsToken(text []byte) bool {
	var object map[string]any
	switch {
	case len(text) > longestToken:
		return false
	case json.Unmarshal(text, &object) != nil:
		return len(text) == 0 || isAccessToken(strings.TrimSuffix(string(text), "\n"))
	}
	for _, name := range []string{"access_token", "token_type", "expires_at"} {
		if _, ok := object[name].(string); !ok {
			return false
		}
	}
	return len(object) == 3
}

// isAccessToken tells a JWT, but for one that lives longer than access tokens do, and a stand-in for a key.
func isAccessToken(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || text == "" || strings.Trim(parts[2], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=") != "" {
		return false
	}
	read := func(part string, into any) bool {
		data, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
		return err == nil && json.Unmarshal(data, into) == nil
	}
	var head struct {
		Alg string `json:"alg"`
	}
	var claims struct {
		Iss any     `json:"iss"`
		Exp float64 `json:"exp"`
	}
	if !read(parts[0], &head) || head.Alg == "" || !read(parts[1], &claims) || claims.Iss == "ringcx-broker" {
		return false
	}
	return claims.Exp < float64(time.Now().Add(livesTooLong).Unix())
}

// readAudit reads where the audit log is.
func (c *config) readAudit(t *table) {
	c.audit = c.path(t.text("audit", `audit = "/var/log/ringcx/audit.jsonl"`))
	c.names(t, "audit", c.audit, true)
	c.later = append(c.later, func() {
		if _, err := os.Stat(c.audit); c.audit == "" || err != nil {
			if _, err := os.Lstat(c.audit); c.audit != "" && err == nil {
				t.misfit("audit", "is a link to a file that is not there", "name the file itself, or make it")
			} else if c.audit != "" {
				(&named{of: t, setting: "audit", path: c.audit}).isMakeable()
			}
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
