package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"iter"
)

// pageRows is how many rows a page is asked for with, unless the options say.
const pageRows = 100

// page is an answer that nothing has read yet.
type page []byte

// pages are the rows of all pages of a list, each page asked for when its first row is. They are the field of the answer, or
// the answer itself if field is "". It ends with an empty page, and with
// one that is the same as the page before: then the API has no pages here. An error is the last pair.
func pages[T any](ctx context.Context, first, rows int, field string, ask func(page, rows int) *request) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if rows == 0 {
			rows = pageRows
		}
		var last page
		for at := first; ; at++ {
			var raw page
			var list []T
			r := ask(at, rows)
			err := r.send(ctx, &raw)
			if err == nil && bytes.Equal(raw, last) {
				return
			}
			if err == nil && raw != nil {
				if err = unmarshalRows(raw, field, &list); err != nil {
					err = r.failed(err)
				}
			}
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, row := range list {
				if !yield(row, nil) {
					return
				}
			}
			if len(list) == 0 {
				return
			}
			last = raw
		}
	}
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
