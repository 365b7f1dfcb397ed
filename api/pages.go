package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"iter"
	"reflect"
)

// pageRows is how many rows a page is asked for with, unless the options say.
const pageRows = 100

// page is an answer that nothing has read yet.
type page []byte

// How often a list is asked for a page at most, and how many pages in a row may bring no row that is new.
const (
	maxPages = 10000
	maxStale = 3
)

var errNoEnd = errors.New("the list has no end: the API answers page after page with rows that it gave before, or has too many")

// pages are the rows of all pages of a list, each page asked for when its first row is. They are the field of the answer, or
// the answer itself if field is "". key is the field that tells rows apart, "" if none does. It ends with an empty page, and with
// one that has the rows of pages before it: then the API has no pages here. An error is the last pair.
func pages[T any](ctx context.Context, first, rows int, field, key string, ask func(page, rows int) *request) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		first := max(first, 0)
		if rows <= 0 {
			rows = pageRows
		}
		seen := &seenRows{key: key, rows: map[uint64]bool{}, seed: maphash.MakeSeed()}
		for at := first; ; at++ {
			r := ask(at, rows)
			list, err := rowsOf[T](ctx, r, field)
			if err == nil {
				list, err = fresh(seen, list)
			}
			if err == nil && at-first >= maxPages {
				err = errNoEnd
			}
			if err != nil {
				var none T
				if errors.Is(err, errNoEnd) {
					err = r.failed(err)
				}
				yield(none, err)
				return
			}
			for _, row := range list {
				if !yield(row, nil) {
					return
				}
			}
			if len(list) == 0 && seen.stale == 0 {
				return
			}
		}
	}
}

// rowsOf are those of one page.
func rowsOf[T any](ctx context.Context, r *request, field string) (list []T, err error) {
	var raw page
	r.listed = field == ""
	if err := r.send(ctx, &raw); err != nil || raw == nil {
		return nil, err
	}
	if err := unmarshalRows(raw, field, &list); err != nil {
		return nil, r.failed(err)
	}
	return list, nil
}

// seenRows remembers the rows of a list, to find out where an API that has no pages begins again.
type seenRows struct {
	key   string
	rows  map[uint64]bool // what rows and keys hash to
	last  uint64          // the keys of the page before, all together
	stale int             // pages in a row that had other rows than before, and none with a new key
	seed  maphash.Seed
}

// fresh are the rows of a page that no page before it had, none if it has only what was there before. One that is twice on a page
// stays.
func fresh[T any](s *seenRows, list []T) ([]T, error) {
	newRow, newKey := false, s.key == ""
	var keys uint64
	for i := range list {
		raw, id := s.identify(reflect.ValueOf(&list[i]).Elem())
		newRow = newRow || !s.rows[raw]
		newKey = newKey || !s.rows[id]
		keys = keys*31 + id
	}
	again := keys == s.last && s.key != "" && len(list) > 0
	s.last = keys
	var rows []T
	for i := range list {
		if _, id := s.identify(reflect.ValueOf(&list[i]).Elem()); !s.rows[id] {
			rows = append(rows, list[i])
		}
	}
	for i := range list {
		raw, id := s.identify(reflect.ValueOf(&list[i]).Elem())
		s.rows[raw], s.rows[id] = true, true
	}
	switch {
	case !newRow, again:
		s.stale = 0
		return nil, nil
	case newKey:
		s.stale = 0
		return rows, nil
	}
	if s.stale++; s.stale == maxStale {
		return nil, errNoEnd
	}
	return nil, nil
}

// identify is what a row and its key hash to; without a key it is the row.
func (s *seenRows) identify(row reflect.Value) (raw, key uint64) {
	if infoOf(row.Type()) == nil {
		raw = maphash.String(s.seed, fmt.Sprint(row.Interface()))
		return raw, raw
	}
	d := document(row)
	if d.read == nil {
		return 0, 0
	}
	raw = maphash.Bytes(s.seed, d.read.raw)
	if value, ok := d.Field(s.key); ok {
		return raw, maphash.String(s.seed, "key "+string(value))
	}
	return raw, raw
}

// unmarshalRows reads the list that an answer is, or has in a field.
func unmarshalRows[T any](raw page, field string, list *[]T) error {
	if field == "" {
		return unmarshal(raw, list)
	}
	var all map[string]json.RawMessage
	if err := unmarshal(raw, &all); err != nil || all[field] == nil {
		return err
	}
	return unmarshal(all[field], list)
}

// keptFile is a file that each page of a list is asked for with.
type keptFile struct {
	file *File
	data []byte
	read bool
}

// put makes the file the body of a request.
func (k *keptFile) put(r *request) {
	if !k.read {
		k.data, r.err = io.ReadAll(k.file.Content)
		if k.read = r.err == nil; !k.read {
			r.err = r.failed(r.err)
			return
		}
	}
	r.body = &File{Name: k.file.Name, Content: bytes.NewReader(k.data)}
}
