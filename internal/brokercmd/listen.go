package brokercmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/ringcx-go/ringcx/internal/thishost"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// defaultListen is where a broker listens that is told nothing.
const defaultListen = "127.0.0.1:8788"

// listen is a place to listen at.
type listen struct {
	address string // host and port, or the path of a unix socket
	unix    bool
	tls     bool
	mode    fs.FileMode // of a unix socket; 0: 0600
	group   int         // that it belongs to; -1: that of this process
	line    int         // in the configuration; 0: it is not from there
	taken   bool        // somebody listened there when it was tried
}

// String is the place as it is configured.
func (l *listen) String() string {
	if l.unix {
		return "unix:" + l.address
	}
	return l.address
}

const listenForms = "give HOST:PORT, such as " + defaultListen + ", or unix:PATH"

// parseListen reads a place. A unix socket has its whole path.
func parseListen(text, dir string) (listen, error) {
	l := listen{address: text, group: -1}
	path, unix := strings.CutPrefix(text, "unix:")
	if unix {
		l.unix, l.address = true, path
		if !filepath.IsAbs(path) && path != "" {
			l.address = filepath.Join(dir, path)
		}
		switch {
		case path == "" || strings.HasSuffix(path, "/"):
			return l, usage.New(fmt.Sprintf("%q names no unix socket", wording.Clip(text)), "such as unix:/run/ringcx/broker.sock")
		case len(l.address) > longestSocket:
			return l, usage.New(fmt.Sprintf("the path of a unix socket may have %d bytes, and %s has %d", longestSocket, wording.Clip(l.address), len(l.address)), "choose a shorter one, such as unix:/run/ringcx/broker.sock")
		}
		return l, nil
	}
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return l, usage.New(fmt.Sprintf("%q is no host and port", wording.Clip(text)), listenForms)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return l, usage.New(fmt.Sprintf("%q is no port", wording.Clip(port)), "give a number up to 65535; 0 takes a free one")
	}
	return l, nil
}

// longestSocket is what all systems take.
const longestSocket = 103

// local tells whether only this machine reaches a place.
func (l *listen) local() bool {
	if l.unix {
		return true
	}
	host, _, _ := net.SplitHostPort(l.address)
	return localHost(host)
}

// localHost tells whether who listens at a host is reached from this machine alone. A name below localhost is whatever the
// system's resolver makes of it, and the zone of a loopback address is nothing to the kernel.
func localHost(host string) bool {
	host, _, _ = strings.Cut(host, "%")
	return thishost.Address(host) || thishost.Localhost(host)
}

// meets tells whether one process cannot listen at both places.
func (l *listen) meets(other *listen) bool {
	if l.unix || other.unix {
		return l.unix && other.unix && l.address == other.address
	}
	host, port, err := net.SplitHostPort(l.address)
	otherHost, otherPort, err2 := net.SplitHostPort(other.address)
	if err != nil || err2 != nil || port != otherPort || port == "0" {
		return false
	}
	a, b := addressOf(host), addressOf(otherHost)
	if !a.IsValid() || !b.IsValid() {
		return strings.EqualFold(host, otherHost)
	}
	covers := func(all, one netip.Addr) bool { return all.IsUnspecified() && (all.Is6() || one.Is4()) }
	return a == b || covers(a, b) || covers(b, a)
}

// addressOf is a host that is an address, or stands for one.
func addressOf(host string) netip.Addr {
	switch {
	case host == "":
		return netip.IPv6Unspecified() // of both families
	case thishost.Localhost(host):
		host = "127.0.0.1"
	}
	at, _ := netip.ParseAddr(host)
	if at = at.Unmap(); at.IsLoopback() {
		return at.WithZone("") // as the kernel has it
	}
	return at
}

// readListen reads one place of the configuration.
func (c *config) readListen(t *table) listen {
	const such = `address = "` + defaultListen + `"`
	address := t.text("address", such)
	encrypt, said := t.flag("tls")
	insecure, _ := t.flag("insecure")
	mode, group := t.text("mode", `mode = "0660"`), t.text("group", `group = "ringcx"`)
	t.done()
	line := t.line(t.path)
	if address == "" {
		if !t.has("address") {
			t.fail(line, "the place to listen at has no address", "such as: "+such)
		}
		return listen{unix: true, group: -1}
	}
	l, err := parseListen(address, filepath.Dir(c.file))
	if err != nil {
		t.misfit("address", "is not one: "+err.Error(), usage.Hint(err))
		return listen{unix: true, group: -1}
	}
	l.line = line
	if l.unix {
		c.names(t, "address", l.address, true)
		c.later = append(c.later, func() {
			if info, err := os.Lstat(l.address); err == nil && info.Mode()&fs.ModeSocket == 0 {
				t.misfit("address", "is a path where something else than a socket is", "choose another path")
			}
		})
	}
	for _, other := range c.listens {
		if l.meets(&other) {
			t.misfit("address", fmt.Sprintf("is %s, where another [[listen]] listens already (line %d)", l.String(), other.line), "leave out one of them, or choose another port")
		}
	}
	if l.mode = readMode(t, "mode", mode); mode != "" && !l.unix {
		t.misfit("mode", "is for unix sockets", "leave it out, or listen at unix:PATH")
	}
	switch n, err := groupNumber(group); {
	case group == "":
	case !l.unix:
		t.misfit("group", "is for unix sockets", "leave it out, or listen at unix:PATH")
	case err != nil:
		t.misfit("group", fmt.Sprintf("is %q, which this machine does not have", wording.Clip(group)), "give the name or the number of a group")
	default:
		l.group = int(n)
	}
	l.tls = encrypt || !said && c.tls != nil && !l.local()
	switch {
	case l.tls && l.unix:
		t.misfit("tls", "is not for unix sockets", "leave it out: the system tells who is at the other end")
	case l.tls && c.tls == nil:
		t.misfit("tls", "needs a certificate", "add [tls] with cert and key")
	case !l.tls && !l.local() && !insecure:
		t.misfit("address", fmt.Sprintf("is %s, which other machines reach, and keys and tokens would travel in clear", l.String()), "add [tls] with cert and key, or insecure = true if the network is private to the broker and its callers")
	}
	return l
}

// readMode reads permissions.
func readMode(t *table, name, text string) fs.FileMode {
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 8, 32)
	if err != nil || n > 0o777 || n&0o400 == 0 {
		t.misfit(name, fmt.Sprintf("is %q, which are no permissions", wording.Clip(text)), `such as: `+name+` = "0660"`)
		return 0
	}
	return fs.FileMode(n)
}

const (
	unheard     = "users and groups are told at unix sockets alone, and none is listened at"
	unheardHint = `add [[listen]] with address = "unix:/run/ringcx/broker.sock"`
)

// unheard tells whether users or groups are callers, and none of these places is one where that is told.
func (c *config) unheard(at []listen) bool {
	return len(c.users)+len(c.groups) > 0 && !slices.ContainsFunc(at, func(l listen) bool { return l.unix })
}

// open listens at a place.
func (l *listen) open(ctx context.Context) (net.Listener, error) {
	if l.unix {
		if err := clearSocket(ctx, l.address); err != nil {
			return nil, err
		}
	}
	ln, err := listenAs(ctx, l)
	if err == nil {
		return ln, nil
	}
	return nil, l.unlistened(err)
}

// clearSocket removes a socket at which nobody listens any more.
func clearSocket(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return usage.New(fmt.Sprintf("cannot listen on unix:%s: %s", path, usage.PlainPath(err)), "choose another path")
	case info.Mode()&fs.ModeSocket == 0:
		return usage.New(fmt.Sprintf("cannot listen on unix:%s: there is something else than a socket", path), "choose another path")
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	if err == nil {
		_ = conn.Close()
		return usage.New(fmt.Sprintf("cannot listen on unix:%s: another process listens there", path), "if a broker runs there already, use that one; else choose another path")
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return usage.New(fmt.Sprintf("cannot listen on unix:%s: %s", path, usage.OfOp(err)), "choose another path")
	}
	return os.Remove(path)
}

// answersTo are hosts and the names at which the broker listens: a request for one of these is for it. Where it listens is what c says,
// the configuration of the start.
func (c *config) answersTo(hosts []string) (all []string) {
	all = append(all, hosts...)
	for _, l := range c.listens {
		if name, _, err := net.SplitHostPort(l.address); err == nil && !l.unix && name != "" {
			all = append(all, name)
		}
	}
	return all
}
