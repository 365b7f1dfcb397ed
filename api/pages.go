package api

import (
	"bytes"
	"context"
	"iter"
)

// pageRows is how many rows a page is asked for with, unless the options say.
const pageRows = 100

// page is an answer that nothing has read yet.
type page []byte

// pages are the rows of all pages of a list, each page asked for when its first row is. It ends with an empty page, and with
// one that is the same as the page before: then the API has no pages here. An error is the last pair.
func pages[T any](ctx context.Context, first, rows int, ask func(page, rows int) *request) iter.Seq2[T, error] {
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
				if err = unmarshal(raw, &list); err != nil {
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
