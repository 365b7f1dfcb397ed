package audit

import (
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// longSegment is the longest segment of a path that is written down where nothing says what it means.
const longSegment = 40

// Path is an escaped path as a log may have it: without the values of parameters that are secrets, and where no operation says
// which these are, without segments that look like one.
func Path(op *apispec.Operation, path string) string {
	if op != nil {
		for _, p := range op.Params {
			if p.Secret && p.Place == apispec.InPath {
				return op.Path
			}
		}
	}
	dear := false
	for rest := path; rest != "" && !dear; {
		var s string
		s, rest, _ = strings.Cut(rest, "/")
		dear = looksDear(s)
	}
	if !dear {
		return path
	}
	all := strings.Split(path, "/")
	for i, s := range all {
		if looksDear(s) {
			all[i] = "{}"
		}
	}
	return strings.Join(all, "/")
}

func looksDear(s string) bool {
	return len(s) > longSegment || strings.HasPrefix(s, "rcxb_") || strings.HasPrefix(s, "eyJ")
}
