package apispec

import (
	"embed"
	"io/fs"
	"sync"
)

// data is the description: what is wrong in it is mended there.
//
//go:embed data/*.txt
var data embed.FS

var own struct {
	sync.Once
	*Description
}

// Default is the description that this package keeps. It is read when it is first asked for, in a few milliseconds.
func Default() *Description {
	own.Do(func() {
		dir, err := fs.Sub(data, "data")
		if err != nil {
			panic(err) // of the name of a directory above
		}
		if own.Description, err = Read(dir); err != nil {
			panic(err) // of a mistake in data; a test reads it
		}
	})
	return own.Description
}

// Match finds the operation that a method and an escaped path, without query, call, and the values of the path's
// parameters. Of HEAD the caller makes GET. See [Routes.Match] for what paths may look like.
func Match(method, path string) (*Operation, Params, bool) { return Default().Match(method, path) }

// Match is as the function Match, in one description.
func (d *Description) Match(method, path string) (*Operation, Params, bool) {
	var s segments
	op, ok := d.routes.find(method, path, &s)
	if !ok {
		return nil, Params{}, false
	}
	p := Params{op: op}
	for i, at := range op.places {
		p.values[i] = s[at-1]
	}
	return op, p, true
}

// Methods are those of the operations of an escaped path, sorted; nil if there is none.
func Methods(path string) []string { return Default().Methods(path) }

// Methods is as the function Methods, in one description.
func (d *Description) Methods(path string) []string { return d.routes.Methods(path) }

// Find is the operation with an ID, compared without regard to case.
func Find(id string) (*Operation, bool) { return Default().Find(id) }
