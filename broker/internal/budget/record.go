package budget

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// record is what the Store keeps of one limit and account.
type record struct {
	Format int       `json:"format"`
	Quiet  time.Time `json:"quiet,omitzero"` // the vendor wants no request before it
	Shares []entry   `json:"shares,omitempty"`
}

// entry is what a replica holds. Other replicas have the slots of a window back when the lease has ended, the last request
// under it is at the vendor, and the window is over.
type entry struct {
	Holder string    `json:"holder"`
	Slots  []int     `json:"slots"`            // of each window
	Wanted []int     `json:"wanted,omitempty"` // what it would use
	Until  time.Time `json:"until"`
	Nth    int64     `json:"nth"` // how often its holder has changed it
}

const (
	nobody = "?" // the holder of slots of which nothing is known
	format = 1
)

var (
	errDamaged = errors.New("the stored budget is damaged")
	errNewer   = errors.New("the stored budget is of a newer version; update this program: what is stored was left as it is")
)

// encode is nil for a record that says nothing.
func (r *record) encode() ([]byte, error) {
	if len(r.Shares) == 0 && r.Quiet.IsZero() {
		return nil, nil
	}
	r.Format = format
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode the budget: %w", err)
	}
	return text, nil
}

// decode reads a record for a limit with so many windows.
func decode(value []byte, windows int) (*record, error) {
	r := &record{}
	if value == nil {
		return r, nil
	}
	switch err := json.Unmarshal(value, r); {
	case r.Format > format:
		return nil, errNewer
	case err != nil || r.Format != format:
		return &record{}, errDamaged
	}
	for _, e := range r.Shares {
		if len(e.Slots) != windows || len(e.Wanted) != 0 && len(e.Wanted) != windows || slices.Min(e.Slots) < 0 {
			return &record{}, errDamaged
		}
	}
	return r, nil
}

// expire drops what is back.
func (r *record) expire(there time.Time, windows []apispec.Window) {
	r.Shares = slices.DeleteFunc(r.Shares, func(e entry) bool {
		for i, w := range windows {
			if !there.Before(e.Until.Add(flight + rest(w))) {
				e.Slots[i] = 0
			}
		}
		return slices.Max(e.Slots) == 0 && !there.Before(e.Until.Add(flight))
	})
	if !there.Before(r.Quiet) {
		r.Quiet = time.Time{}
	}
}

// find is the place of a holder's entry, and whether it has one.
func (r *record) find(holder string) (int, bool) {
	return slices.BinarySearchFunc(r.Shares, holder, func(e entry, holder string) int { return strings.Compare(e.Holder, holder) })
}

// put replaces a holder's entry; one that says nothing is left out.
func (r *record) put(e entry) {
	i, found := r.find(e.Holder)
	if found {
		r.Shares = slices.Delete(r.Shares, i, i+1)
	}
	if slices.Max(e.Slots) > 0 || len(e.Wanted) > 0 && slices.Max(e.Wanted) > 0 {
		r.Shares = slices.Insert(r.Shares, i, e)
	}
}

// others are what others than holder have of a window, what those that are alive want beyond what they have, and what each
// of those wants, with holder's own want in its place, at index me.
func (r *record) others(holder string, window, want int, there time.Time) (have, missing int, wants []int, me int) {
	mine := false
	for _, e := range r.Shares {
		if !mine && e.Holder >= holder {
			me, mine, wants = len(wants), true, append(wants, want)
		}
		if e.Holder == holder {
			continue
		}
		have += e.Slots[window]
		if len(e.Wanted) > 0 && there.Before(e.Until) {
			missing += max(0, e.Wanted[window]-e.Slots[window])
			wants = append(wants, e.Wanted[window])
		}
	}
	if !mine {
		me, wants = len(wants), append(wants, want)
	}
	return have, missing, wants, me
}

// fair is what wants[me] gets of a pool: all get the same but those who want less. What cannot be divided goes round.
func fair(pool int, wants []int, me, round int) int {
	left, content := pool, make([]bool, len(wants))
	for open := len(wants); ; {
		level, more := left/open, false
		for i, w := range wants {
			if !content[i] && w <= level {
				content[i], more = true, true
				left -= w
				open--
			}
		}
		switch {
		case content[me]:
			return wants[me]
		case !more:
			place := 0
			for i := range me {
				if !content[i] {
					place++
				}
			}
			if (place+round)%open < left-level*open {
				level++
			}
			return level
		}
	}
}
