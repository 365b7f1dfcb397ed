package apicmd

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ringcx-go/ringcx/internal/rows"
)

// maxRequests bounds a listing. One that needs more is an error, and never half a list.
const maxRequests = 10000

// listing gets a list page by page. The vendor numbers pages from 0, does not say how many there are, and documents no
// limit of their size, so that no page tells by its size that it is the last: it is the one that is empty or brings no row
// that is new. A row that an earlier page brought is left out.
type listing struct {
	get  func(page, size int) ([]json.RawMessage, error)
	size int    // rows to ask for
	key  string // the field that tells rows apart; "": what they say does
	seen map[[sha256.Size]byte]bool
	rows int // distinct ones so far, as far as pages tell
}

// each calls yield with the new rows of each page.
func (l *listing) each(yield func(rows []json.RawMessage) error) error {
	l.seen = make(map[[sha256.Size]byte]bool)
	page := 0
	for asked := 0; asked < maxRequests; asked++ {
		rows, err := l.get(page, l.size)
		if err != nil {
			return err
		}
		fresh := l.fresh(rows)
		if len(fresh) > 0 {
			l.rows += len(fresh)
			if err := yield(fresh); err != nil {
				return err
			}
		}
		page++
		switch {
		case len(rows) == 0:
			return nil
		case len(rows) < l.size:
			asked++
			last, err := l.afterShort(&page, len(rows), len(fresh))
			if err != nil || last {
				return err
			}
		case len(fresh) == 0:
			return nil
		}
	}
	return fmt.Errorf("the list has not ended after %d requests", maxRequests)
}

// afterShort finds out whether a page with fewer rows than were asked for was the last, or the server gives no more at a
// time, and where to go on: it may count pages of the size that it was asked for, or of the size that it gives. So it is
// asked for the one row that comes next. If one that is known comes instead, the server may take rows out of its pages, and
// more of them follow; it knows no pages if it gives many, or brought nothing new before.
func (l *listing) afterShort(page *int, got, fresh int) (last bool, err error) {
	rows, err := l.get(l.rows, 1)
	if err != nil {
		return false, err
	}
	switch {
	case len(rows) > 0 && !l.anyNew(rows):
		return len(rows) > 1 || fresh == 0, nil
	case len(rows) == 1:
		l.size, *page = got, l.rows/got
	}
	return false, nil
}

// cut says of an error that ended a list that the rows before it are not all.
func (l *listing) cut(err error) error {
	if l.rows == 0 || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("the list is not whole, it broke off after %d rows: %w", l.rows, err)
}

func (l *listing) anyNew(rows []json.RawMessage) bool {
	for _, row := range rows {
		if !l.seen[l.identity(row)] {
			return true
		}
	}
	return false
}

// fresh are the rows that no earlier page has brought. One that is twice on a page stays.
func (l *listing) fresh(rows []json.RawMessage) []json.RawMessage {
	var fresh []json.RawMessage
	for _, row := range rows {
		if !l.seen[l.identity(row)] {
			fresh = append(fresh, row)
		}
	}
	for _, row := range fresh {
		l.seen[l.identity(row)] = true
	}
	return fresh
}

// identity is the same for rows with the same key, and without one for rows that say the same, whatever the order of their
// fields.
func (l *listing) identity(row json.RawMessage) [sha256.Size]byte {
	if id := rows.Field(row, l.key); l.key != "" && id != "" {
		return sha256.Sum256([]byte("key " + id))
	}
	var v any
	dec := json.NewDecoder(bytes.NewReader(row))
	dec.UseNumber()
	if dec.Decode(&v) == nil {
		if same, err := json.Marshal(v); err == nil {
			row = same
		}
	}
	return sha256.Sum256(row)
}
