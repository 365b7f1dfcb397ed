package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// requestShape is what a request looked like, without its secrets: enough to write it down again.
type requestShape struct {
	auth  string // scheme of the Authorization header, "X-Auth-Token" or "Cookie"; "": none
	query []parameter
	form  []parameter
}

// parameter is a name with its value. The value of a secret is "$" and a name, and secret is true.
type parameter struct {
	name, value string
	secret      bool
}

// shownParams are parameters whose value says nothing secret. The values of all others are never kept.
var shownParams = []string{
	"grant_type", "client_id", "redirect_uri", "scope", "access_token_ttl", "refresh_token_ttl", "response_type",
	"code_challenge_method", "prompt", "rcTokenType", "includeRefresh", "platformId", "page", "perPage", "client_assertion_type",
}

// standIns are the variables that stand for secrets, where the vendor or this project has a name for one.
var standIns = map[string]string{ //nolint:gosec // names of variables
	"assertion": "RC_USER_JWT", "rcAccessToken": "RC_ACCESS_TOKEN", "access_token": "RC_ACCESS_TOKEN",
	"refresh_token": "REFRESH_TOKEN", "client_secret": "RC_APP_CLIENT_SECRET",
}

// shown lists parameters as far as they may be shown, in the order of their names but for grant_type.
func shown(values url.Values) []parameter {
	out := make([]parameter, 0, len(values))
	for name, all := range values {
		for _, v := range all {
			p := parameter{name: cutText(name, wordShown), value: v}
			switch {
			case name == "grant_type":
				p.value = cutText(v, 2*maskedSegment)
			case !slices.Contains(shownParams, name) || len(v) >= 2*maskedSegment:
				p.value, p.secret = "$"+variable(p.name), true
			}
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b parameter) int {
		if (a.name == "grant_type") != (b.name == "grant_type") {
			if a.name == "grant_type" {
				return -1
			}
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
	return out
}

// variable is the name of the shell variable that stands for a parameter.
func variable(name string) string {
	if known := standIns[name]; known != "" {
		return known
	}
	var out strings.Builder
	for i, c := range name {
		switch {
		case c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		case c >= 'A' && c <= 'Z':
			if i > 0 {
				out.WriteByte('_')
			}
		case c < '0' || c > '9' || i == 0:
			c = '_'
		}
		out.WriteRune(c)
	}
	return out.String()
}

// logged is the entry about r.
func (c *call) logged(r *http.Request, a answer) logEntry {
	why := c.refusalOf(r, a)
	e := logEntry{
		Request: Request{
			Time: c.now, Method: cutText(r.Method, wordShown), Path: loggedPath(r), Status: a.status, Verdicts: c.verdicts, Fault: c.fault.label(),
			Operation: c.operation, Answer: why.answer, Reason: why.reason, Caller: why.caller, Token: why.token,
		},
		about: c.signIn, shape: requestShape{form: c.sent},
	}
	if isPlatform(e.Path) {
		e.about = c.session
	}
	if r.URL.RawQuery != "" {
		e.shape.query = shown(queryOf(r))
	}
	if scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " "); scheme != "" {
		e.shape.auth = "other"
		for _, known := range []string{"Basic", "Bearer"} {
			if strings.EqualFold(scheme, known) {
				e.shape.auth = known
			}
		}
	} else if r.Header.Get("X-Auth-Token") != "" {
		e.shape.auth = "X-Auth-Token"
	} else if _, err := r.Cookie("access_token"); err == nil {
		e.shape.auth = "Cookie"
	}
	return e
}
