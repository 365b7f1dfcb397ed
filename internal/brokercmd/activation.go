package brokercmd

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/internal/thishost"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// firstPassed is the first descriptor of a socket that a service manager passes on (sd_listen_fds).
const firstPassed = 3

// passed are the sockets that a service manager listens at for this process. They stay open there when it ends, so that whoever
// comes meanwhile is served by the next one.
func passed(getenv func(string) string, pid int) (all []net.Listener, err error) {
	n, err := strconv.Atoi(getenv("LISTEN_FDS"))
	if of := getenv("LISTEN_PID"); err != nil || n <= 0 || of != "" && of != strconv.Itoa(pid) {
		return nil, nil //nolint:nilerr // nothing was passed to us
	}
	for i := range n {
		f := os.NewFile(uintptr(firstPassed+i), "passed-"+strconv.Itoa(i))
		ln, err := net.FileListener(f) // a descriptor of its own
		_ = f.Close()
		if err != nil {
			return nil, usage.New(fmt.Sprintf("LISTEN_FDS says that there are %d sockets, and number %d is none: %s", n, i+1, usage.OfOp(err)), "have the service manager pass on sockets that are listened at, or unset LISTEN_FDS")
		}
		all = append(all, ln)
	}
	return all, nil
}

// placeOf is what is known of a socket that was passed on.
func placeOf(ln net.Listener) listen {
	l := listen{address: ln.Addr().String(), group: -1}
	l.unix = ln.Addr().Network() == "unix"
	return l
}

// tellIgnored tells what is configured of a unix socket that was passed on, and is otherwise.
func (l *listen) tellIgnored(log *slog.Logger) {
	info, err := os.Stat(l.address)
	if !l.unix || err != nil {
		return
	}
	var all []string
	if l.mode != 0 && l.mode != info.Mode().Perm() {
		all = append(all, fmt.Sprintf("mode %04o, it is %04o", int(l.mode), int(info.Mode().Perm())))
	}
	if is := groupOf(info); l.group >= 0 && is >= 0 && is != l.group {
		all = append(all, fmt.Sprintf("group %d, it is %d", l.group, is))
	}
	if len(all) > 0 {
		log.Warn("the socket stays as the service manager made it: set SocketMode= and SocketGroup= of its unit", "address", l.String(), "ignored", strings.Join(all, "; "))
	}
}

// is tells whether a place is where somebody listens already.
func (l *listen) is(at net.Addr) bool {
	if l.unix || at.Network() == "unix" {
		return l.unix && at.Network() == "unix" && at.String() == l.address
	}
	host, port, err := net.SplitHostPort(l.address)
	other, same, err2 := net.SplitHostPort(at.String())
	if err != nil || err2 != nil || port != same {
		return false
	}
	if thishost.Localhost(host) {
		return localHost(other)
	}
	if address, _, zoned := strings.Cut(host, "%"); zoned && thishost.Address(address) {
		host = address // without a zone in the answer of the kernel
	}
	a, b := net.ParseIP(host), net.ParseIP(other)
	switch {
	case host == "":
		return b.IsUnspecified()
	case a == nil:
		return host == other
	}
	return a.Equal(b) || a.IsUnspecified() && b.IsUnspecified()
}
