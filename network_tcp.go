package ringcx

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
)

// cause is why a request brought no answer. The id is one of the doctor's findings.
type cause struct {
	id   string
	text string // what is wrong, without a secret and in one line
	hint string // what to do about it
}

// way is how a request went, as far as its transport shows it.
type way struct {
	host    string              // that was asked, with its port if it has one
	secure  bool                // over TLS
	proxy   *url.URL            // in between; nil: none, or it is not known
	unread  bool                // what names the proxy cannot be read
	setting func(string) string // the environment that names the proxy; nil: something else does
	now     time.Time
	skew    time.Duration // how far the clock of the vendor is ahead of now; 0: not known
}

const (
	checkNetwork = "check the network and the host"
	checkHosts   = "check RC_SERVER_URL and RINGCX_SERVER_URL"
	nothingLost  = "; nothing stored was lost"
	openABrowser = "in a hotel or a guest network, open a browser and sign in to the network first"
)

// checkHost asks to look at the settings, unless the host is the vendor's own.
func (w way) checkHost() string {
	if origin := "https://" + w.host; origin == Production.RingCentral || origin == Production.RingCX || origin == Engage.RingCX {
		return "check that this machine is online"
	}
	return checkHosts
}

// tcpCause is about names, connections and their end.
func tcpCause(err error, w way) cause {
	var dns *net.DNSError
	var op *net.OpError
	var addr *net.AddrError
	switch isOp := errors.As(err, &op); {
	case errors.As(err, &dns):
		return cause{"dns", nameless(dns), dnsHint(dns, w)}
	case errors.As(err, &addr):
		return cause{"tcp", "no address of the host can be used here: " + oneLine(addr.Err), w.checkHost() + ", and whether this network has IPv4 or IPv6 only"}
	case isOp && op.Op == "dial" && !isTimeout(err):
		text, hint := noConnection(op)
		return cause{"tcp", text, hint}
	case isTimeout(err):
		return cause{"tcp-timeout", "no answer in time", "check the network and the firewall: " + w.host + " has to be reached" + nothingLost}
	case strings.Contains(err.Error(), "malformed HTTP"):
		return cause{"not-http", "what answers there does not speak HTTP (malformed HTTP response)", w.checkHost() + ", the port above all"}
	}
	return cause{"cut-off", plainNetwork(err), checkNetwork + nothingLost}
}

// nameless is what a name server said, without the name.
func nameless(dns *net.DNSError) string {
	switch {
	case dns.IsNotFound:
		return "no such host"
	case dns.IsTimeout:
		return "the name server did not answer in time"
	case strings.Contains(dns.Err, "server misbehaving"):
		return "the name server failed (server misbehaving)"
	case strings.Contains(dns.Err, "unreachable"):
		return "no name server can be reached (network is unreachable)"
	case strings.Contains(dns.Err, "refused"):
		return "no name server listens (connection refused)"
	}
	return clipped(dns.Err)
}

func dnsHint(dns *net.DNSError, w way) string {
	if dns.IsNotFound {
		return "the host name is unknown: " + w.checkHost() + ", and the network"
	}
	return "check that this machine is online, and its name server" + nothingLost
}

// errnos are what a connection is refused with. On Windows they have numbers of their own.
var errnos = []struct {
	number     syscall.Errno
	windows    syscall.Errno
	text, hint string // "": by noConnection
}{
	{syscall.ECONNREFUSED, 10061, "connection refused", ""},
	{syscall.ENETUNREACH, 10051, "network is unreachable", ""},
	{syscall.EHOSTUNREACH, 10065, "no route to host", ""},
	{syscall.ECONNRESET, 10054, "connection reset by peer", ""},
	{syscall.EADDRNOTAVAIL, 10049, "cannot assign requested address", "this machine has no address or no port left to connect from"},
	{syscall.EACCES, 10013, "permission denied", "a firewall or a sandbox on this machine forbids the connection"},
	{syscall.EPERM, 10013, "operation not permitted", "a firewall or a sandbox on this machine forbids the connection"},
	{syscall.EMFILE, 10024, "too many open files", "let this program have more files open (ulimit -n), or close what it does not use"},
}

// noConnection says why there is no connection, and what to do.
func noConnection(op *net.OpError) (text, hint string) {
	text, hint = clipped(plainNetwork(op.Err)), ""
	var number syscall.Errno
	if errors.As(op.Err, &number) {
		for _, e := range errnos {
			if number == e.number || number == e.windows {
				text, hint = e.text, e.hint
				break
			}
		}
	}
	if tcp, ok := op.Addr.(*net.TCPAddr); ok && strings.Contains(text, "unreachable") && tcp.IP != nil {
		family := "IPv4"
		if tcp.IP.To4() == nil {
			family = "IPv6"
		}
		text += " (over " + family + ")"
		hint = "check the network, and whether it carries " + family + ": this machine may be offline, or on a network of the other kind alone"
	}
	if hint == "" {
		hint = checkNetwork
	}
	return text, hint + nothingLost
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}

// plainNetwork is what the network said, without the URL and the addresses around it.
func plainNetwork(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		if u.Op == "parse" {
			return "an address that cannot be read" // it may hold a password, and so may what is wrong with it
		}
		err = u.Err
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	var sys *os.SyscallError
	if errors.As(err, &sys) {
		err = sys.Err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the connection was cut before an answer came"
	}
	return clipped(withoutUser(err.Error()))
}

// withoutUser takes out of a text what could be the user and the password of a URL.
func withoutUser(text string) string {
	before, rest, _ := strings.Cut(text, "://")
	end := strings.LastIndexByte(rest, '@')
	if end < 0 { // also where there is no URL
		return text
	}
	return before + "://" + rest[end+1:]
}
