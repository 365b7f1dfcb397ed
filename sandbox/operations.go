package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/ringcx-go/ringcx/internal/operations"
)

// known finds the operations that the vendor describes and those that have a row. Of both, what has more names in its path
// is found, so that a name of what is described is never taken for the parameter of what has a row.
var known struct {
	sync.Once
	*operations.Index
	rows map[string]*operation // by ID, which is the name of each
}

func knownOperations() *operations.Index {
	known.Do(func() {
		rows := vendorOperations()
		all := operations.Described()
		for _, row := range rows {
			all = append(all, operations.Operation{Method: row.method, Path: row.path})
		}
		for i := range all {
			all[i].ID = all[i].Name() // made here, and not for each request
		}
		known.Index, known.rows = operations.NewIndex(all), map[string]*operation{}
		for i := range rows {
			op, _ := known.Match(rows[i].method, rows[i].path)
			known.rows[op.ID] = &rows[i]
		}
	})
	return known.Index
}

// operationOf is the name of the operation that r calls, and its row; "" if nobody describes one, and nil if it has none.
func operationOf(r *http.Request) (name string, row *operation) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	op, _ := knownOperations().Match(method, r.URL.EscapedPath())
	return op.ID, known.rows[op.ID]
}

// notEmulated answers a call of an operation that the vendor describes and the sandbox does not have, before anybody looks
// at its token or counts it: in no words of the vendor, so that nobody takes it for an answer of the vendor.
func notEmulated(c *call, r *http.Request) answer {
	details := "The vendor describes it. Neither the token nor a limit was looked at"
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		details += ". Without /voice/api in front the vendor was seen to answer with a web page"
	}
	return jsonAnswer(http.StatusNotImplemented, struct {
		ErrorCode      string `json:"errorCode"`
		GeneralMessage string `json:"generalMessage"`
		Details        string `json:"details"`
		Operation      string `json:"operation"`
		RequestURI     string `json:"requestUri"`
		Timestamp      int64  `json:"timestamp"`
	}{
		"sandbox.not.emulated", "The sandbox does not emulate the operation " + c.operation, details,
		c.operation, r.URL.EscapedPath() + " - " + r.Method, c.now.UnixMilli(),
	})
}

// methodsAt lists the methods of a path, of what has a route and of what is only described, with OPTIONS; nothing if there
// is no such path.
func methodsAt(r *http.Request) []string {
	there := knownOperations().Methods(r.URL.EscapedPath())
	var out []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if !slices.Contains(there, m) {
			continue
		}
		if out = append(out, m); m == http.MethodGet {
			out = append(out, http.MethodHead)
		}
	}
	if out != nil {
		out = append(out, http.MethodOptions)
	}
	return out
}
