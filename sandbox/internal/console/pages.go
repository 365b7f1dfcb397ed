package console

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"net/http"
	"sync"
	"time"
	"unicode"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
)

// consolePlaces are the parts of the console, in the order of the navigation.
var consolePlaces = []view.Place{
	{Name: "Overview", Path: ""},
	{Name: "Guide", Path: "guide"},
	{Name: "Apps", Path: "apps"},
	{Name: "JWT credentials", Path: "credentials"},
	{Name: "Accounts and users", Path: "accounts"},
	{Name: "Sessions and tokens", Path: "sessions"},
	{Name: "Token inspector", Path: "inspector"},
	{Name: "Requests", Path: "requests"},
	{Name: "Timeline", Path: "timeline"},
	{Name: "Controls", Path: "controls"},
	{Name: "Namespaces", Path: "namespaces"},
	{Name: "Contract", Path: "contract"},
}

// The style and the script of every page.
var (
	//go:embed pages/console.css
	consoleStyle string
	//go:embed pages/console.js
	consoleScript string
)

// consolePolicy permits these two and nothing else. It is made when the first page is shown.
var consolePolicy = sync.OnceValue(func() string {
	return "default-src 'none'; style-src '" + digest(consoleStyle) + "'; script-src '" + digest(consoleScript) + "'; " +
		"img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
})

// digest names a text in a content security policy.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// page answers a visit with a page.
func (c *Console) page(v *visit, r *http.Request, page *view.Page) endpoint.Response {
	page.Token, page.Notice = v.token, consoleNotices[r.URL.Query().Get("done")]
	page.Places, page.Outside = c.places(), c.outside(r)
	status := http.StatusOK
	if r.Method == http.MethodPost {
		status = http.StatusUnprocessableEntity // a form comes back with what is wrong in it
	}
	return c.render(status, page)
}

func (c *Console) render(status int, page *view.Page) endpoint.Response {
	page.Style, page.Script, page.Namespace = consoleStyle, consoleScript, c.Namespace
	page.Clock = c.Now().Format("2006-01-02 15:04:05")
	return endpoint.NewResponse(status, endpoint.TypeHTML, page.HTML()).
		With("Content-Security-Policy", consolePolicy()).
		With("X-Frame-Options", "DENY").
		With("X-Content-Type-Options", "nosniff").
		With("Referrer-Policy", "same-origin").
		With("Cross-Origin-Opener-Policy", "same-origin").
		With("Cache-Control", "no-store")
}

// sentence is an error for people.
func sentence(err error) string {
	words := []rune(err.Error())
	return string(unicode.ToUpper(words[0])) + string(words[1:]) + "."
}

// inWords is a duration for people, in its two largest units.
func inWords(d time.Duration) string {
	d = d.Round(time.Second)
	day := 24 * time.Hour
	switch {
	case d < 0:
		return "over"
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	case d < day:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d d %d h", d/day, d%day/time.Hour)
}
