// Package guard decides who may steer a sandbox: which names, pages, browsers and passwords the control plane and the console
// answer to, who begins a namespace, and whose requests the log has room for. The paths of the vendors are open to everybody.
//
// It may be relied on for this: no page of another site, and none that has led a name of its own to this machine, steers a
// sandbox or begins a namespace; and with a password only who sends it does.
package guard

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// Where things are, besides what is the vendors'.
const (
	NamespacePath = "/_ns/"      // before the paths of a namespace, after which its name comes
	NamespaceHost = ".localhost" // after its name, it is the host of a namespace
	ConsolePath   = "/console/"  // of the developer console
)

// listenersMost follow the log in the consoles of a server and its namespaces.
const listenersMost = 64

// Guard decides who is let in, before anything is begun, changed or noted for a request. A server and its namespaces have
// one together.
type Guard struct {
	hosts     map[string]bool // names besides those of this machine
	Open      bool            // there is no password
	password  [sha256.Size]byte
	tries     tries // wrong passwords
	guests    guests
	Listeners budget.Gate // who follow the log
}

// New lets in who knows a password, or if that is "" who comes under a name of this machine or one of hosts.
func New(password string, hosts []string, now func() time.Time) (*Guard, error) {
	g := &Guard{
		hosts: map[string]bool{}, Open: password == "", password: sha256.Sum256([]byte(password)),
		Listeners: make(budget.Gate, listenersMost),
	}
	g.tries.now, g.guests.now = now, now
	for _, given := range hosts {
		if given == "" {
			continue
		}
		name, ip, ok := readHost(given)
		if !ok {
			return nil, fmt.Errorf("%q is no name of a host", wording.Clip(given))
		}
		g.hosts[name] = !disguised(ip)
	}
	return g, nil
}

// Wish is what a request wants, as far as that says who may have it.
type Wish struct {
	Namespace string // that it names; "": none
	Begun     bool   // that namespace is there, or none is named
	Path      string // inside the namespace
}

// ForControl reports whether it is the control plane.
func (w Wish) ForControl() bool {
	return w.Path == "/_sandbox" || strings.HasPrefix(w.Path, "/_sandbox/")
}

// ForConsole reports whether it is the developer console.
func (w Wish) ForConsole() bool {
	return w.Path == "/console" || strings.HasPrefix(w.Path, ConsolePath)
}

// Refuse is the answer to a request that is not let through to what it wants; false if it is.
//
//   - The vendors answer to any name and to any page that asks as single-page apps do, as the real ones would.
//   - The control plane, the console and what is below /_ns/ answer to names of this machine only, or else to who knows
//     the password. So a web page that leads its own name here gets nothing.
//   - Pages of other origins steer nothing, and begin no namespace; links may lead to the console. Nor does a browser begin
//     one that does not say for which page it asks: browsers tell that to few addresses only.
//   - A password that was set is always asked for: who forwards a request can make it look like one of this machine. The
//     console asks for it on a page of its own.
func (g *Guard) Refuse(r *http.Request, w Wish) (endpoint.Response, bool) {
	vendors := !w.ForControl() && !w.ForConsole()
	below := w.Namespace != "" || strings.HasPrefix(w.Path, NamespacePath)
	switch {
	case g.Open && (below || !vendors) && !g.answersTo(r):
		return strangeName(r), true
	case fromAnotherOrigin(r) && !g.admitsPage(r, w):
		return controlRefusal(http.StatusForbidden, "this was sent by a page of another site, which may neither steer the sandbox nor begin a namespace in it; "+
			"if the page is yours, send it from a program, or begin the namespace first"), true
	case !w.Begun && ofUnknownPage(r):
		return controlRefusal(http.StatusForbidden, fmt.Sprintf("namespace %q has not begun, and the browser does not say that no page of another site "+
			`wants it to: begin it with POST /_sandbox/namespaces {"name":NAME}, or open it under http://127.0.0.1`, wording.Clip(w.Namespace))), true
	case g.Open || w.Begun && !w.ForControl():
		return endpoint.Response{}, false
	case vendors:
		return controlRefusal(http.StatusForbidden, fmt.Sprintf("namespace %q has not begun, and with a password only who knows it begins one: "+
			`POST /_sandbox/namespaces {"name":NAME}`, wording.Clip(w.Namespace))), true
	}
	return g.ask(r)
}

// ask lets through who sends the password as HTTP Basic. The user name does not matter.
func (g *Guard) ask(r *http.Request) (endpoint.Response, bool) {
	_, password, given := r.BasicAuth()
	if !given {
		return controlRefusal(http.StatusUnauthorized, "this sandbox has a password, which has to be sent as HTTP Basic, with any user name"), true
	}
	from := senderOf(r)
	if !g.ofTheUser(r) {
		from = from.page()
	}
	switch right, free := g.knowsFrom(from, password); {
	case right:
		return endpoint.Response{}, false
	case free:
		return controlRefusal(http.StatusUnauthorized, "that is not the password of this sandbox"), true
	}
	return controlRefusal(http.StatusTooManyRequests, "too many wrong passwords came from this address, or from all that never knew the right one: wait a minute").
		With("Retry-After", "60"), true
}

// Knows reports whether the sender of r knows the password, and whether it was free to try.
func (g *Guard) Knows(r *http.Request, password string) (right, free bool) {
	return g.knowsFrom(senderOf(r), password)
}

func (g *Guard) knowsFrom(from sender, password string) (right, free bool) {
	given := sha256.Sum256([]byte(password))
	return g.tries.try(from, func() bool { return subtle.ConstantTimeCompare(given[:], g.password[:]) == 1 })
}

// answersTo reports whether the control plane answers to the name that r was sent to. A page cannot have an address for
// its name, but an address that is another one in disguise is none: browsers do not know it for this machine, and do not say
// for which page they ask. What comes from inside the process need not have a name.
func (g *Guard) answersTo(r *http.Request) bool {
	if r.Host == "" {
		return r.RemoteAddr == ""
	}
	name, ip, ok := readHost(r.Host)
	return ok && (ip.IsValid() && !disguised(ip) || g.home(name, ip))
}

// home reports whether a host is one of this machine, or was named as such. It is stricter than elsewhere: an address in
// disguise is none, since browsers do not know it for this machine.
func (g *Guard) home(name string, ip netip.Addr) bool {
	if ip.IsValid() {
		return !disguised(ip) && ip.IsLoopback() || g.hosts[name]
	}
	return name == "localhost" || strings.HasSuffix(name, NamespaceHost) && name != NamespaceHost || g.hosts[name]
}

// disguised reports whether an address leads to this machine, or to one of IPv4, without saying so.
func disguised(ip netip.Addr) bool { return ip.IsUnspecified() || ip.Is4In6() }

// atHome reports whether host, as a Host header or an Origin writes it, is one of this machine.
func (g *Guard) atHome(host string) bool {
	name, ip, ok := readHost(host)
	return ok && g.home(name, ip)
}

// IsLocal reports whether r was sent from this machine, to a name of it, and by no proxy that says so.
func (g *Guard) IsLocal(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback() && !forwarded(r) && g.atHome(r.Host)
}

// readHost reads the host of a Host header: a name in small letters without its final dot, or an address, of which name is
// the usual spelling.
func readHost(text string) (name string, ip netip.Addr, ok bool) {
	name, port, err := net.SplitHostPort(text)
	inside, bracketed := strings.CutPrefix(text, "[")
	switch {
	case err == nil && strings.Trim(port, "0123456789") != "":
		return "", ip, false
	case err != nil && bracketed:
		if name, ok = strings.CutSuffix(inside, "]"); !ok {
			return "", ip, false
		}
	case err != nil:
		name = text
	}
	ip, err = netip.ParseAddr(name)
	if err == nil || bracketed {
		return ip.String(), ip, err == nil && ip.Zone() == "" && (ip.Is6() || !bracketed)
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	return name, netip.Addr{}, name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-._") == ""
}

// strangeName tells who came under a name that could be anybody's.
func strangeName(r *http.Request) endpoint.Response {
	under := fmt.Sprintf("the name %q", wording.Clip(r.Host))
	if r.Host == "" {
		under = "no name (Host)"
	}
	return controlRefusal(http.StatusMisdirectedRequest, "this was sent to "+under+", under which any web page could lead here: without a password, "+
		"/_sandbox/, /_ns/ and /console/ answer only to names of this machine, to IP addresses but 0.0.0.0 and its like, and to names that were given; "+
		"use http://127.0.0.1 with the port of the sandbox, start it with --host NAME, or with a password (--console-password-file FILE)")
}

// Secluded are headers of the control plane's answers, which no browser keeps or gives to another page.
var Secluded = map[string]string{
	"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin",
	"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}

func controlRefusal(status int, text string) endpoint.Response {
	a := endpoint.JSON(status, map[string]string{"error": text})
	for name, value := range Secluded {
		a = a.With(name, value)
	}
	if status == http.StatusUnauthorized {
		a = a.With("WWW-Authenticate", `Basic realm="ringcx sandbox"`)
	}
	return a
}
