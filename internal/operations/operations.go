// Package operations gives internal/apispec's operations in the form that the sandbox has for them.
package operations

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// Operation is one operation of the API. Path holds parameters in braces.
type Operation struct {
	ID, Method, Path string
	Query            []string // names of the parameters that go into the query
}

// All are the operations that the vendor's description has, sorted by ID without regard to case.
func All() []Operation {
	var all []Operation
	for _, op := range apispec.Default().Operations {
		if op.Source <= apispec.Internal {
			all = append(all, of(op))
		}
	}
	slices.SortFunc(all, func(a, b Operation) int { return strings.Compare(strings.ToLower(a.ID), strings.ToLower(b.ID)) })
	return all
}

// Others are operations that the description does not have, sorted by path. They have no ID here.
func Others() []Operation {
	var all []Operation
	for _, op := range apispec.Default().Operations {
		if op.Source > apispec.Internal {
			all = append(all, Operation{Method: op.Method, Path: op.Path})
		}
	}
	slices.SortFunc(all, func(a, b Operation) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
	})
	return all
}

// of is an operation in the form of this package. A form may be sent in the query, too.
func of(op *apispec.Operation) Operation {
	out := Operation{ID: op.ID, Method: op.Method, Path: op.Path}
	for _, p := range op.Params {
		if p.Place != apispec.InPath {
			out.Query = append(out.Query, p.Name)
		}
	}
	return out
}
