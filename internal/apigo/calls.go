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
