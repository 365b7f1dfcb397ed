package policy

import (
	"math"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// A server may take several spellings of a path for one: letters of either case; a suffix of a format, as old Spring has it (users.json
// for users); and for a number whatever its language converts, which in Java is 0x7, +7, 07, " 7" and digits of other scripts. What
// denies has to know them all. What is described has one spelling of its numbers, so that all the others are refused.

// folded finds operations by paths in lower case.
var folded = sync.OnceValue(func() *apispec.Routes[*apispec.Operation] {
	routes := apispec.NewRoutes[*apispec.Operation]()
	for _, op := range apispec.Default().Operations {
		routes.Add(op.Method, strings.ToLower(op.Path), op)
	}
	return routes
})

// Operation finds what a method and an escaped path call, without regard to case; nil: nothing that is described. HEAD is GET.
func Operation(method, path string) (*apispec.Operation, apispec.Params) {
	if method == "HEAD" {
		method = "GET"
	}
	op, params, ok := apispec.Match(method, path)
	if ok {
		return op, params
	}
	lower := strings.ToLower(path)
	if strings.Contains(path, "%") {
		var b strings.Builder
		for _, s := range segments(nil, path) {
			b.WriteString("/" + url.PathEscape(strings.ToLower(s)))
		}
		lower = b.String()
	}
	if op, ok = folded().Match(method, lower); !ok {
		return nil, params
	}
	own, asked := segments(nil, op.Path), segments(nil, path) // the beginning of the path may have another spelling, which is longer or shorter
	for i, s := range own {
		if at := len(asked) - len(own) + i; at >= 0 && strings.HasPrefix(s, "{") {
			own[i] = url.PathEscape(asked[at])
		}
	}
	if _, found, ok := apispec.Match(method, "/"+strings.Join(own, "/")); ok {
		params = found
	}
	return op, params
}

// Respelt tells why a path that has passed the broker's check of paths may be another spelling of one that is described, "" if it is
// none. op and params are what [Operation] finds.
func Respelt(op *apispec.Operation, params *apispec.Params, method, path string) string {
	if op == nil {
		short := strings.TrimRight(path, "/")
		for dot := strings.LastIndexByte(short, '.'); dot > strings.LastIndexByte(short, '/')+1; dot = strings.LastIndexByte(short[:dot], '.') {
			if other, _ := Operation(method, short[:dot]); other != nil {
				return "the path of the request has a suffix that the operation " + other.ID + " has not"
			}
		}
		return ""
	}
	for name, value := range params.All() {
		p := op.Param(name)
		whole := p != nil && p.Type.JSONType() == "integer"
		if whole && !decimal(value) || isAccount(name) && (number(value) != value || strings.Contains(value, ".")) {
			return "the path of the request must have a number in digits alone as " + name
		}
	}
	return ""
}

// isAccount tells parameters that name an account.
func isAccount(name string) bool { return strings.HasSuffix(strings.ToLower(name), "accountid") }

// Account is the sub-account that the path of an operation names, "" if it names none.
func Account(params *apispec.Params) (id string) {
	for name, value := range params.All() {
		switch {
		case strings.EqualFold(name, "subAccountId"):
			return value
		case name == "accountId":
			id = value
		}
	}
	return id
}

// decimal tells a whole number in the one spelling that all servers have.
func decimal(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil && number(s) == s
}

// fold is a segment in the spelling in which segments are compared that a server might take for one another.
func fold(segment string) string { return number(strings.ToLower(segment)) }

// number is the number in decimal that a segment stands for to a server that converts it; what is no number stays as it is.
func number(s string) string {
	if s == "" || s[0] >= 'a' && s[0] <= 'z' || s[0] >= '1' && s[0] <= '9' && strings.Trim(s, "0123456789") == "" {
		return s // as most are
	}
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return digit(r)
	}, s)
	sign, digits := cutSign(digits)
	for _, prefix := range []string{"0x", "0X", "#"} {
		rest, ok := strings.CutPrefix(digits, prefix)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(rest, 16, 64)
		if err != nil {
			return s
		}
		digits = strconv.FormatUint(n, 10)
	}
	switch plain := strings.TrimLeft(digits, "0"); {
	case digits == "" || strings.Trim(digits, "0123456789") != "":
		return s
	case plain == "":
		return "0"
	default:
		return sign + plain
	}
}

// cutSign takes the sign of a number away; that of one above zero is none.
func cutSign(s string) (sign, rest string) {
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		return "-", rest
	}
	return "", strings.TrimPrefix(s, "+")
}

// digit is a decimal digit of whatever script as that of ASCII; what is none stays. In each range of Unicode's there are tens of them, from 0.
func digit(r rune) rune {
	if r <= math.MaxInt8 || !unicode.IsDigit(r) {
		return r
	}
	for _, in := range unicode.Nd.R16 {
		if rune(in.Lo) <= r && r <= rune(in.Hi) {
			return '0' + (r-rune(in.Lo))%10
		}
	}
	for _, in := range unicode.Nd.R32 {
		if rune(in.Lo) <= r && r <= rune(in.Hi) { //nolint:gosec // no rune is as large
			return '0' + (r-rune(in.Lo))%10 //nolint:gosec // the same
		}
	}
	return r
}

// stems are what a last segment is without a suffix, if it has one.
func stems(last string) (all []string) {
	for dot := strings.LastIndexByte(last, '.'); dot > 0; dot = strings.LastIndexByte(last[:dot], '.') {
		all = append(all, last[:dot])
	}
	return all
}
