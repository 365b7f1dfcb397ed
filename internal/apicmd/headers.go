package apicmd

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

var headerName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$") })

// ours are headers that a call may not set, and why.
var ours = map[string]string{
	"Authorization":       "ringcx sends its own token",
	"Proxy-Authorization": "a proxy is told who you are by HTTPS_PROXY",
	"X-Auth-Token":        "ringcx sends its own token, and the API takes one of them",
	"Cookie":              "the API takes a token, and no cookies",
	"Cookie2":             "the API takes a token, and no cookies",
	"Host":                "the token goes to the configured RingCX server only; --ringcx-server-url names another",
	"Content-Length":      "it follows from the body",
	"Transfer-Encoding":   "it follows from the body",
	"Trailer":             "it belongs to the connection and not to the call",
	"Te":                  "it belongs to the connection and not to the call",
	"Connection":          "it belongs to the connection and not to the call",
	"Keep-Alive":          "it belongs to the connection and not to the call",
	"Proxy-Connection":    "it belongs to the connection and not to the call",
	"Upgrade":             "it belongs to the connection and not to the call",
	"Http2-Settings":      "it belongs to the connection and not to the call",
	"Expect":              "it belongs to the connection and not to the call",
}

// single are headers that a request has once.
var single = []string{"Content-Type", "User-Agent"}

// parseHeaders reads what -H says.
func parseHeaders(lines []string) (http.Header, error) {
	header := http.Header{}
	for _, line := range lines {
		name, value, found := strings.Cut(line, ":")
		if !found || !headerName().MatchString(name) {
			return nil, usage.New(fmt.Sprintf("the header %q is not of the form Name: value", wording.Clip(wording.Named(line))), "such as -H 'Accept: text/csv'")
		}
		name, value = http.CanonicalHeaderKey(name), strings.Trim(value, " \t")
		if why := ours[name]; why != "" {
			return nil, usage.New(fmt.Sprintf("the header %s cannot be set: %s", name, why), "leave it out")
		}
		if !utf8.ValidString(value) || strings.ContainsFunc(value, wording.Deceptive) {
			return nil, usage.New(fmt.Sprintf("the value of the header %s holds a character that cannot be seen, or is no UTF-8", name), "give it in one line, without control characters")
		}
		header.Add(name, value)
	}
	for _, name := range single {
		if len(header[name]) > 1 {
			return nil, usage.New(fmt.Sprintf("the header %s is given twice, and a request has it once", name), "give it once")
		}
	}
	return header, nil
}
