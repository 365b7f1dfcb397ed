package callback

import (
	_ "embed"
	"html"
	"net/http"
	"strings"
)

//go:embed page.html
var pageHTML string

// page is what a browser shows. It loads nothing from anywhere, and holds no secrets.
type page struct {
	status            int
	good              bool
	title, text, next string
}

var (
	pageForeign = page{http.StatusBadRequest, false, "This is not the answer that is waited for", "It belongs to another login, or to none.", "The login in the terminal goes on waiting. Use the page that it opened last."}
	pageUsed    = page{http.StatusGone, false, "This login has been answered", "An answer is taken once.", "See the terminal, or run the command again."}
	pageSlow    = page{http.StatusOK, true, "ringcx has your answer", "The login is not complete yet.", "You can close this tab and go on in the terminal, which tells how it ends."}
	pageSignIn  = page{http.StatusOK, true, "You are signed in", "ringcx has what it needs.", "You can close this tab and go on in the terminal."}
)

func pageFailed(reason string) page {
	return page{http.StatusOK, false, "You are not signed in", sentence(reason), "You can close this tab. The terminal says what to do."}
}

func (p page) show(w http.ResponseWriter) {
	light, dark := "#b3261e", "#f2776f"
	if p.good {
		light, dark = "#1a7f4b", "#56c98b"
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	w.WriteHeader(p.status)
	_, _ = strings.NewReplacer("{title}", html.EscapeString(p.title), "{text}", html.EscapeString(p.text),
		"{next}", html.EscapeString(p.next), "{light}", light, "{dark}", dark).WriteString(w, pageHTML)
}

// sentence is an error as a page writes it.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
