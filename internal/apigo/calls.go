package apigo

import (
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// Offered tells the operations that the client has: those of the public API, each at one of its paths.
func Offered(op *apispec.Operation) bool { return op.Source != apispec.Internal && op.Duplicate == "" }

// OfAccount tells sections whose service belongs to one account: most of their operations do.
func OfAccount(s *apispec.Section) bool {
	n, all := 0, 0
	for _, op := range s.Operations {
		if Offered(op) {
			all++
			if AccountParam(op) != "" {
				n++
			}
		}
	}
	return 2*n > all
}

// AccountParam is the parameter of the path that is the sub-account, "" if there is none.
func AccountParam(op *apispec.Operation) string {
	for p := range op.In(apispec.InPath) {
		if slices.Contains([]string{"accountid", "subaccountid"}, strings.ToLower(p.Name)) {
			return p.Name
		}
	}
	return ""
}

// Reads is the operation that reads what op replaces with its body, nil if op replaces nothing or nothing reads it.
func Reads(d *apispec.Description, op *apispec.Operation) *apispec.Operation {
	if op.Method != "PUT" || len(op.Bodies) == 0 || op.Bodies[0].Type.Kind != apispec.Object {
		return nil
	}
	read, _, ok := d.Match("GET", op.Path)
	if !ok || read.Path != op.Path || read.Answers[0].Type == nil || read.Answers[0].Type.Kind != apispec.Object || !Offered(read) {
		return nil
	}
	return read
}

// ListField is the field that has the rows of a list whose answer is an object, "" if it is the list itself. ok is false for
// what is no list.
func ListField(d *apispec.Description, t *apispec.Type) (name string, rows *apispec.Type, ok bool) {
	switch {
	case t == nil:
	case t.Kind == apispec.Array:
		return "", t.Elem, true
	case t.Kind == apispec.Object:
		if f := d.Schema(t.Name).Field("records"); f != nil && f.Type.Kind == apispec.Array {
			return f.Name, f.Type.Elem, true
		}
	}
	return "", nil, false
}

// BodyName is what a body is called: by the last word of its type, unless another parameter is.
func BodyName(t *apispec.Type, others []string) string {
	name := "body"
	switch all := words(t.Name); {
	case t.Name == "file":
		return "file"
	case t.Kind == apispec.Array:
		name = "list"
	case t.Kind == apispec.Object:
		name = Unexported(all[len(all)-1])
	}
	if slices.ContainsFunc(others, func(p string) bool { return strings.HasPrefix(p, name+" ") }) {
		return "body"
	}
	return name
}
