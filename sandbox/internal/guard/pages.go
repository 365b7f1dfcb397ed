package guard

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// saidOfPage is what a browser says about the page that it asks for: "same-origin", "cross-site" and so on, or "none" if
// a person asked. "": it does not say, or is none; browsers say it over TLS and to loopback addresses only.
func saidOfPage(r *http.Request) string { return strings.Join(r.Header.Values("Sec-Fetch-Site"), " ") }

// admitsPage reports whether a page of another origin may have what it wants.
func (g *Guard) admitsPage(r *http.Request, w Wish) bool {
	opened := r.Header.Get("Sec-Fetch-Mode") == "navigate"
	switch {
	case !w.Begun || w.ForControl():
		return false
	case w.ForConsole() && r.Method == http.MethodPost:
		// A forwarder may have changed the host. Who sends the form has to know its token and the password.
		return !g.Open && saidOfPage(r) == ""
	case w.ForConsole():
		place := r.Header.Get("Sec-Fetch-Dest")
		return opened && (place == "document" || place == "") && (r.Method == http.MethodGet || r.Method == http.MethodHead)
	}
	return opened || r.Header.Get("Origin") != ""
}

// fromAnotherOrigin reports whether a browser says that it sent r for a page of another origin. Browsers that do not say
// so name the origin at least of what is no plain GET.
func fromAnotherOrigin(r *http.Request) bool {
	if said := saidOfPage(r); said != "" {
		return said != "same-origin" && said != "none"
	}
	return slices.ContainsFunc(r.Header.Values("Origin"), func(origin string) bool {
		return origin != "" && !isPageOf(r.Host, origin)
	})
}

// isPageOf reports whether a page, by its address or origin, is of a host as a Host header writes it. Whether it came over
// TLS does not matter: that may end in front of this server.
func isPageOf(host, page string) bool {
	at, err := url.Parse(page)
	if err != nil || at.Host == "" {
		return false
	}
	port := map[string]string{"http": ":80", "https": ":443"}[at.Scheme]
	return strings.EqualFold(strings.TrimSuffix(at.Host, port), strings.TrimSuffix(host, port))
}

// ofUnknownPage reports whether r may have been sent by a browser for a page of another origin, though it does not say so.
func ofUnknownPage(r *http.Request) bool {
	if saidOfPage(r) != "" {
		return false
	}
	from := r.Header.Get("Referer")
	return looksLikeABrowser(r) || from != "" && !isPageOf(r.Host, from)
}

func looksLikeABrowser(r *http.Request) bool {
	return slices.ContainsFunc(r.Header.Values("User-Agent"), func(name string) bool {
		return strings.HasPrefix(strings.ToLower(strings.TrimSpace(name)), "mozilla/")
	})
}

// Notes reports whether a request to the vendors goes into the log. All do, but for too many of pages of other sites.
func (g *Guard) Notes(r *http.Request) bool { return g.ofTheUser(r) || g.guests.another() }

// ofTheUser reports whether a program sent r, a person, or a page at this machine. A name of a page's own that leads here
// makes it none of those.
func (g *Guard) ofTheUser(r *http.Request) bool {
	said := saidOfPage(r)
	if said == "same-origin" || said == "none" {
		return true
	}
	pages := slices.DeleteFunc(slices.Clone(r.Header.Values("Origin")), func(origin string) bool { return origin == "" })
	if from := r.Header.Get("Referer"); len(pages) == 0 && from != "" {
		pages = []string{from}
	}
	if len(pages) == 0 {
		return said == "" && !looksLikeABrowser(r)
	}
	return !slices.ContainsFunc(pages, func(page string) bool {
		at, err := url.Parse(page)
		return err != nil || !g.atHome(at.Host)
	})
}
