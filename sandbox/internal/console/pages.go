package console

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"sync"
	"time"
	"unicode"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// consoleView is what every page of the console shows.
type consoleView struct {
	Style  template.CSS
	Script template.JS
	Title  string
	Place  string // the entry of the navigation that it belongs to; "": none is shown
	Places []consolePlace
	Token  string
	Clock  string
	Notice string
	Page   any

	Namespace string // that this console is of; "": none
	Outside   string // the console around it; "": none is known
}

// consolePlace is an entry of the navigation.
type consolePlace struct{ Name, Path string }

// consolePlaces are the parts of the console, in the order of the navigation.
var consolePlaces = []consolePlace{
	{"Overview", ""},
	{"Guide", "guide"},
	{"Apps", "apps"},
	{"JWT credentials", "credentials"},
	{"Accounts and users", "accounts"},
	{"Sessions and tokens", "sessions"},
	{"Token inspector", "inspector"},
	{"Requests", "requests"},
	{"Timeline", "timeline"},
	{"Controls", "controls"},
	{"Namespaces", "namespaces"},
	{"Contract", "contract"},
}

//go:embed pages
var pagesOfConsole embed.FS

// consoleFiles are the pages with their style and script, read when the first of them is shown.
type consoleFiles struct {
	pages  map[string]*template.Template
	style  template.CSS
	script template.JS
	policy string
}

var consoleSite = sync.OnceValue(func() *consoleFiles {
	const dir = "pages/"
	base := template.Must(template.New("").Funcs(consoleFuncs).ParseFS(pagesOfConsole, dir+"layout.html"))
	names, err := fs.Glob(pagesOfConsole, dir+"*.html")
	if err != nil {
		panic(err) // the pattern is ours
	}
	out := &consoleFiles{pages: map[string]*template.Template{}}
	for _, name := range names {
		out.pages[path.Base(name)] = template.Must(template.Must(base.Clone()).ParseFS(pagesOfConsole, name))
	}
	style, script := consoleFile(dir+"console.css"), consoleFile(dir+"console.js")
	out.style, out.script = template.CSS(style), template.JS(script) //nolint:gosec // our own files
	out.policy = "default-src 'none'; style-src '" + digest(style) + "'; script-src '" + digest(script) + "'; " +
		"img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return out
})

func consoleFile(name string) string {
	raw, err := pagesOfConsole.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(raw)
}

// digest names a text in a content security policy.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

var consoleFuncs = template.FuncMap{
	"has": slices.Contains[[]string],
	"copy": func(id, label, value string) map[string]string {
		return map[string]string{"ID": id, "Label": label, "Value": value}
	},
	"args": func(id, label, value, wrong string) map[string]string {
		return map[string]string{"ID": id, "Label": label, "Value": value, "Wrong": wrong}
	},
	"when": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") },
	"hour": func(t time.Time) string { return t.UTC().Format(time.TimeOnly) },
	"machine": func(t time.Time) string {
		return t.UTC().Format(time.RFC3339Nano)
	},
	"tone": statusTone,
	"inc":  func(n int) int { return n + 1 },
	"code": withCode,
}

// statusTone says in a word how a status is shown.
func statusTone(status int) string {
	switch {
	case status == 0:
		return "cut"
	case status >= 500:
		return "broken"
	case status >= 400:
		return "refused"
	}
	return "fine"
}

// page renders a page of a visit.
func (c *Console) page(v *visit, r *http.Request, name string, view *consoleView) endpoint.Response {
	view.Token, view.Notice = v.token, consoleNotices[r.URL.Query().Get("done")]
	view.Places, view.Outside = c.places(), c.outside(r)
	status := http.StatusOK
	if r.Method == http.MethodPost {
		status = http.StatusUnprocessableEntity // a form comes back with what is wrong in it
	}
	return c.render(status, name, view)
}

func (c *Console) render(status int, name string, view *consoleView) endpoint.Response {
	site := consoleSite()
	view.Style, view.Script, view.Namespace = site.style, site.script, c.Namespace
	view.Clock = c.Now().Format("2006-01-02 15:04:05")
	page, err := markup.Render(site.pages[name], "layout.html", view)
	if err != nil {
		return endpoint.Text(http.StatusInternalServerError, "sandbox: "+err.Error())
	}
	return endpoint.NewResponse(status, endpoint.TypeHTML, page).
		With("Content-Security-Policy", site.policy).
		With("X-Frame-Options", "DENY").
		With("X-Content-Type-Options", "nosniff").
		With("Referrer-Policy", "same-origin").
		With("Cross-Origin-Opener-Policy", "same-origin").
		With("Cache-Control", "no-store")
}

// part renders a named part of a page.
func (c *Console) part(page, name string, data any) string {
	out, err := markup.Render(consoleSite().pages[page], name, data)
	if err != nil {
		return template.HTMLEscapeString(err.Error())
	}
	return string(out)
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
