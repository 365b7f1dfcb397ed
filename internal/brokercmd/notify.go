package brokercmd

import (
	"net"
	"strings"
)

// notify tells the service manager that started the broker, if one did, how it is (sd_notify). A manager that does not listen
// misses it.
func notify(getenv func(string) string, lines ...string) {
	at := getenv("NOTIFY_SOCKET")
	if !strings.HasPrefix(at, "/") && !strings.HasPrefix(at, "@") {
		return
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: at, Net: "unixgram"})
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = conn.Write([]byte(strings.Join(lines, "\n")))
}
