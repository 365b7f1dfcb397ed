package subaccount

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/store/file"
)

// Cache is a file with the accounts that logins may use. It holds no secret, is the user's alone, and may go at any time: what
// cannot be read is as if it were not there, and what cannot be written is not missed. A nil Cache is empty.
type Cache struct {
	Path string
	Now  func() time.Time // nil: time.Now
}

// What is kept is bounded, the latest first: a login with more accounts asks each time.
const (
	mostLogins   = 32
	mostAccounts = 2000
	mostBytes    = 4 << 20
)

// seen is what was seen of a login's accounts.
type seen struct {
	At       time.Time `json:"at"`
	Accounts []Account `json:"accounts,omitempty"`
	Refused  bool      `json:"refused,omitempty"` // the vendor does not tell
	age      time.Duration
}

// is tells what was seen no longer than that ago.
func (s seen) is(long time.Duration) bool { return !s.At.IsZero() && s.age >= 0 && s.age < long }

// Key is a login as the cache knows it, made of what tells it from others: server, app, profile, user. None of that can be
// read from it.
func Key(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

func (c *Cache) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

// kept says whether the file may be read and written: what is behind a link is another file.
func (c *Cache) kept() bool {
	if c == nil || c.Path == "" {
		return false
	}
	info, err := os.Lstat(c.Path)
	return err != nil || info.Mode().IsRegular()
}

func (c *Cache) get(login string) seen {
	if !c.kept() {
		return seen{}
	}
	s := c.read()[login]
	s.age = c.now().Sub(s.At)
	return s
}

func (c *Cache) read() map[string]seen {
	f, err := file.OpenPrivate(c.Path, func(string) {})
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	var all map[string]seen
	if err != nil || len(data) > mostBytes || json.Unmarshal(data, &all) != nil {
		return nil
	}
	return all
}

// put keeps what was seen of a login. Of two commands that do so at once one may be forgotten.
func (c *Cache) put(login string, s seen) {
	if !c.kept() || len(s.Accounts) > mostAccounts {
		return
	}
	s.At = c.now().UTC()
	all := c.read()
	if all == nil {
		all = make(map[string]seen)
	}
	all[login] = s
	if logins := slices.Collect(maps.Keys(all)); len(logins) > mostLogins {
		slices.SortFunc(logins, func(a, b string) int { return all[b].At.Compare(all[a].At) })
		for _, old := range logins[mostLogins:] {
			delete(all, old)
		}
	}
	data, err := json.Marshal(all)
	if err != nil || len(data) > mostBytes || os.MkdirAll(filepath.Dir(c.Path), 0o700) != nil {
		return
	}
	_ = file.Replace(c.Path, data)
}
