// Package operations is the vendor's list of RingCX API operations: name, method, path and query parameters, as its
// published description gives them.
package operations

import (
	_ "embed"
	"strings"
)

//go:embed operations.tsv
var table string

// Operation is one operation of the API. Path holds parameters in braces.
type Operation struct {
	ID, Method, Path string
	Query            []string // names of the parameters that go into the query
}

// All are the operations, sorted by ID without regard to case.
func All() []Operation {
	lines := strings.Split(strings.TrimRight(table, "\r\n"), "\n")
	all := make([]Operation, 0, len(lines))
	for _, line := range lines {
		f := strings.Split(strings.TrimSuffix(line, "\r"), "\t")
		op := Operation{ID: f[0], Method: f[1], Path: f[2]}
		if f[3] != "-" {
			op.Query = strings.Split(f[3], ",")
		}
		all = append(all, op)
	}
	return all
}

// Find is the operation with this ID. Case matters only where two differ by nothing else.
func Find(id string) (Operation, bool) {
	var near Operation
	for _, op := range All() {
		if op.ID == id {
			return op, true
		}
		if strings.EqualFold(op.ID, id) {
			near = op
		}
	}
	return near, near.ID != ""
}
