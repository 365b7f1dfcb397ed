package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// anchor ties the clock that counts from the start of the machine, which nobody can set, to a time of day.
type anchor struct {
	Boot  string        `json:"boot"`  // which start of the machine
	Since time.Duration `json:"since"` // nanoseconds since then
	Time  time.Time     `json:"time"`  // was this time of day
	Sum   string        `json:"sum"`   // of the rest
}

// sum is what Sum has to be. A time that was damaged would have all that is stored ended, or good for centuries.
func (a anchor) sum() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %s", a.Boot, a.Since, a.Time.Format(time.RFC3339Nano)))
	return hex.EncodeToString(sum[:8])
}

// written is when this was. A time of day before it is that of a testing/synctest bubble, which goes its own way, or of a
// machine that has not learned the time yet.
const written = 2026

// Now tells the time to all programs of the machine, and goes on steadily when somebody sets the clock of the machine,
// forward or back: what is stored (when a token ends, when a request was sent) is not upset by it. It may therefore differ
// from the time of day until the machine starts anew. It goes on while the machine sleeps, and stands still while a virtual
// machine is paused as a whole: sessions see that by the time of day. On systems without such a clock, and in a directory that cannot be
// written to, it is the time of day. Only Linux has one so far.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	boot, since, ok := sinceBoot()
	if now := time.Now(); !ok || s.Dir == "" || now.Year() < written {
		return now, nil
	}
	path := filepath.Join(s.Dir, "clock")
	if a := readAnchor(path); a.Boot == boot {
		return a.at(since), nil
	}
	if _, err := os.Stat(s.Dir); err != nil || CheckPrivate(s.Dir) != nil {
		return time.Now(), nil //nolint:nilerr // nothing is stored yet that could be upset, or nothing will be read
	}
	unlock, err := Lock(ctx, path+".lock")
	if err != nil {
		if ctx.Err() != nil {
			return time.Time{}, ctx.Err()
		}
		return time.Now(), nil
	}
	defer unlock()
	if a := readAnchor(path); a.Boot == boot {
		return a.at(since), nil
	}
	a := anchor{Boot: boot, Since: since, Time: time.Now().Round(0)}
	a.Sum = a.sum()
	value, err := json.Marshal(a)
	if err == nil {
		err = replace(path, value)
	}
	if err != nil {
		return time.Now(), nil //nolint:nilerr // a directory that cannot be written to: no record will change either
	}
	return a.at(since), nil
}

func (a anchor) at(since time.Duration) time.Time { return a.Time.Add(since - a.Since) }

// readAnchor answers the zero anchor if there is none that is sound.
func readAnchor(path string) (a anchor) {
	value, err := load(filepath.Dir(path), path, nil)
	if err != nil || json.Unmarshal(value, &a) != nil || a.Sum != a.sum() {
		return anchor{}
	}
	return a
}
