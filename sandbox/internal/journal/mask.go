package journal

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

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

// MaskedParameters lists parameters as far as they may be shown, in the order of their names but for grant_type.
func MaskedParameters(values url.Values) []Parameter {
	out := make([]Parameter, 0, len(values))
	for name, all := range values {
		for _, v := range all {
			p := Parameter{Name: wording.Cut(name, WordShown), Value: v}
			switch {
			case name == "grant_type":
				p.Value = wording.Cut(v, 2*maskedSegment)
			case !slices.Contains(shownParams, name) || len(v) >= 2*maskedSegment:
				p.Value, p.Secret = "$"+variable(p.Name), true
			}
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Parameter) int {
		if (a.Name == "grant_type") != (b.Name == "grant_type") {
			if a.Name == "grant_type" {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
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

// ShapeOf is the shape of r, with its query and form as far as they may be shown.
func ShapeOf(r *http.Request, query, form []Parameter) Shape {
	out := Shape{Query: query, Form: form}
	if scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " "); scheme != "" {
		out.Auth = "other"
		for _, known := range []string{"Basic", "Bearer"} {
			if strings.EqualFold(scheme, known) {
				out.Auth = known
			}
		}
	} else if r.Header.Get("X-Auth-Token") != "" {
		out.Auth = "X-Auth-Token"
	} else if _, err := r.Cookie("access_token"); err == nil {
		out.Auth = "Cookie"
	}
	return out
}

// secretAfter are beginnings of paths whose rest holds a token.
var secretAfter = []string{
	"/api/auth/logout/", "/voice/api/v1/admin/token/", "/api/v1/admin/token/", "/password/reset/",
}

// MaskedPath is the path of r as far as it may be shown: no query, no token, not too long.
func MaskedPath(r *http.Request) string {
	path := r.URL.EscapedPath()
	for _, start := range secretAfter {
		if strings.HasPrefix(r.URL.Path, start) && r.URL.Path != start {
			return start + "***"
		}
	}
	for p := range strings.SplitSeq(path, "/") {
		if isMasked(p) {
			return cutPath(masked(path))
		}
	}
	return cutPath(path)
}

// isMasked tells a segment of a path that may be a secret.
func isMasked(segment string) bool {
	return len(segment) >= maskedSegment || strings.HasPrefix(segment, "eyJ")
}

func masked(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if isMasked(p) {
			parts[i] = "***"
		}
	}
	return strings.Join(parts, "/")
}

// isStandIn reports whether a value is "$" and a name of capitals, digits and underscores.
func isStandIn(value string) bool {
	name, ok := strings.CutPrefix(value, "$")
	return ok && !strings.ContainsFunc(name, func(c rune) bool {
		return (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_'
	})
}
