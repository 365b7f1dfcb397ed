package serve

import (
	"cmp"
	"net"
	"net/url"

	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/thishost"
)

// StartCommand is the command that starts the sandbox of a server's address, in quotes for a hint; "": it is none of this
// machine.
func StartCommand(server string) string {
	u, err := url.Parse(server)
	if err != nil || !thishost.Is(u.Hostname()) {
		return ""
	}
	host := "127.0.0.1"
	if ip := net.ParseIP(u.Hostname()); ip != nil {
		host = ip.String()
	}
	command := "ringcx sandbox"
	if at := net.JoinHostPort(host, Port(server)); at != DefaultListen {
		command += " --listen " + shell.Word(at)
	}
	if u.Scheme == "https" {
		command += " --tls DIR"
	}
	return "'" + command + "', and the flags that it had"
}

// Port is the port of a server's address, also where it is not named.
func Port(server string) string {
	u, err := url.Parse(server)
	if err != nil {
		return ""
	}
	return cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
}
