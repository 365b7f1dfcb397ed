package apicmd

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// methods are those that can be called.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodHead, http.MethodOptions}

// target finds method and path in the arguments.
func (c *Call) target(args []string) error {
	if c.Operation == nil && len(args) == 1 && !isPath(args[0]) {
		op, ok := apispec.Find(args[0])
		if !ok {
			return noOperation(args[0])
		}
		c.Operation = op
	}
	if c.op = c.Operation; c.op != nil {
		c.method, c.path = c.op.Method, c.op.Path
		return nil
	}
	c.method, c.path = http.MethodGet, args[len(args)-1]
	if len(args) == 2 {
		c.method = strings.ToUpper(args[0])
	}
	if !slices.Contains(methods, c.method) {
		return noMethod(args)
	}
	if len(args) == 1 && c.InputGiven {
		return usage.New("a body has no method: --input sends one, and the path alone would be a GET", "say what to do with it, such as: ringcx api POST /voice/api/v1/admin/users --input FILE")
	}
	var err error
	if c.path, err = understood(strings.TrimFunc(c.path, env.IsMargin)); err != nil {
		return err
	}
	path, _, _ := strings.Cut(c.path, "?")
	return checkPath(path)
}

// Operation is the operation that a word among the arguments names. A word that is a method, too, names none if there is a
// path beside it.
func Operation(word string, args []string) (*apispec.Operation, bool) {
	if slices.Contains(methods, strings.ToUpper(word)) && slices.ContainsFunc(args, isPath) {
		return nil, false
	}
	return apispec.Find(word)
}

// Named refuses a word that is no path, and no name of an operation either; nil: it is one of them.
func Named(word string) error {
	if _, ok := apispec.Find(word); ok || isPath(word) {
		return nil
	}
	return noOperation(word)
}

// ArgsOf refuses arguments behind the name of an operation.
func ArgsOf(op *apispec.Operation, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case isPath(args[0]):
		return hasItsPath(op.ID, args[0])
	}
	return usage.New(fmt.Sprintf("the operation %s takes no argument, but was given %q", op.ID, wording.Clip(args[0])),
		"parameters and fields are flags, see 'ringcx api "+op.ID+" --help'; true and false stand behind an equals sign, --is-active=false")
}

func hasItsPath(operation, path string) error {
	return usage.New(fmt.Sprintf("the operation %s has its path, but was given %q", operation, wording.Clip(path)), "fields fill it, such as -f accountId=21000001")
}

// noOperation refuses a word that is no path and names nothing.
func noOperation(word string) error {
	if slices.Contains(methods, strings.ToUpper(word)) {
		return usage.New(fmt.Sprintf("%s needs a path", strings.ToUpper(word)), "such as: ringcx api GET /voice/api/v1/admin/accounts")
	}
	var names []string
	for _, op := range apispec.Default().Operations {
		names = append(names, op.ID)
	}
	return usage.New(
		fmt.Sprintf("%q is not an operation of the RingCX API", wording.Clip(word)),
		wording.DidYouMean(either(wording.NearestFew(word, names, 3)), "'ringcx api list' has all; or give a path, such as: ringcx api /voice/api/v1/admin/accounts"))
}

// noMethod refuses what stands before a path and is no method.
func noMethod(args []string) error {
	word, remedy := args[0], "the method comes first: ringcx api GET /voice/api/v1/admin/accounts"
	_, named := apispec.Find(word)
	switch {
	case named:
		return hasItsPath(word, args[1])
	case !isPath(word):
		remedy = wording.DidYouMean(wording.Nearest(word, methods), "the methods are "+strings.Join(methods, ", "))
	}
	return usage.New(fmt.Sprintf("%q is not a method", wording.Clip(word)), remedy)
}

// checkPage refuses what would have no effect, or another than it says.
func (c *Call) checkPage() error {
	switch {
	case c.Paginate && c.op != nil && !isPaged(c.op) && !c.Unchecked:
		return usage.New("--paginate is for lists that come in pages, and "+c.op.ID+" has none as far as the vendor documents", "leave --paginate out, or try it with --unchecked")
	case c.Paginate && (c.op == nil || !isPaged(c.op)) && (c.method != http.MethodGet || c.Input != ""):
		return usage.New("--paginate is for GET without a body", "leave --paginate out")
	case c.Paginate && c.Include:
		return usage.New("--paginate and --include exclude each other: the pages have headers of their own", "give one of them")
	case c.PageSize < 1 || c.PageSize > 10000:
		return usage.New("--page-size must be between 1 and 10000", "leave it out for 100")
	case c.Sized && !c.Paginate:
		return usage.New("--page-size is for --paginate", "add --paginate, or ask for one page with -f page=0 -f maxRows=10")
	}
	return nil
}

// isPaged tells operations whose pages are lists that can be put together.
func isPaged(op *apispec.Operation) bool {
	list := op.Answers[0].Type
	return op.Paged() && op.Effect == apispec.Reads && list != nil && (list.Kind == apispec.Array || list.Name == "any")
}

// checkQuery refuses parameters that --paginate sets.
func (c *Call) checkQuery(query url.Values) error {
	for _, name := range []string{"page", "maxRows"} {
		if c.Paginate && query.Has(name) {
			return usage.New(fmt.Sprintf("--paginate and the parameter %s exclude each other", name), "leave one of them out; --page-size is for the number of rows")
		}
	}
	return nil
}
