package apicmd

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// starts are the begins of the API's paths, those that hold another before it.
var starts = []string{"voice/api/", "voice/", "api/", "v1/"}

// drive is how a path of Windows begins.
var drive = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z]:[/\\]`) })

// isPath tells a path from the name of an operation.
func isPath(word string) bool { return strings.ContainsAny(word, `/\`) }

// understood is the path that was meant: without its first slash, with one too many, or as Git Bash hands it on, which
// takes "/voice/…" for a file and puts the place of its own installation before it. Where that is not certain it is refused.
func understood(text string) (string, error) {
	path, query, asks := strings.Cut(text, "?")
	switch {
	case strings.Contains(path, "://"):
		return "", usage.New("give the path alone; the token goes to the configured RingCX server only", "leave out the https://host part, and use --ringcx-server-url for another server")
	case drive().MatchString(path):
		var ok bool
		if path, ok = withoutRoot(strings.ReplaceAll(path[2:], `\`, "/")); !ok {
			return "", usage.New(
				fmt.Sprintf("%q is the path of a file on Windows, perhaps made by Git Bash of a path of the API", text),
				"leave out the first /, as in 'ringcx api voice/api/v1/admin/accounts', or set MSYS_NO_PATHCONV=1")
		}
	case strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//"):
	default:
		rest := strings.TrimLeft(path, "/")
		if !slices.ContainsFunc(starts, func(start string) bool { return strings.HasPrefix(rest, start) }) {
			return "", usage.New(fmt.Sprintf("the path %q must start with one /", text), "such as /voice/api/v1/admin/accounts")
		}
		path = "/" + rest
	}
	if asks {
		path += "?" + query
	}
	return path, nil
}

// withoutRoot is the path of the API at the end of the path of a file, if there is one and no doubt where it begins.
func withoutRoot(path string) (string, bool) {
	for _, start := range starts {
		if _, rest, found := strings.Cut(path, "/"+start); found {
			return "/" + start + rest, !strings.Contains("/"+rest, "/"+start)
		}
	}
	return "", false
}

// checkPath refuses what is no path of the RingCX API.
func checkPath(path string) error {
	if apispec.OfPlatform(path) {
		return usage.New("paths under /restapi belong to the RingCentral platform, which takes another token", "'ringcx api' calls the RingCX API: /voice/api/… and /api/…")
	}
	if err := apispec.CheckPath(path); err != nil {
		return usage.New("the path "+wording.OneLine(err.Error()), "give the path as it is to be called, such as /voice/api/v1/admin/accounts")
	}
	return nil
}
