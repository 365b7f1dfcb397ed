package cli

import (
	"cmp"
	"errors"
	"net"
	"net/url"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// goneSandbox is what to do where nothing listens at the server of this machine that the account has; "": that is not why
// err came.
func (a *app) goneSandbox(err error) string {
	var known usage.Explained
	if !errors.As(err, &known) || known.Cause() != "tcp" {
		return ""
	}
	what, otherwise := "this profile is the sandbox's", ""
	if a.again == "" { // it is not stored
		what, otherwise = "these credentials are a sandbox's", "; or check RC_SERVER_URL and RINGCX_SERVER_URL"
	}
	var op *net.OpError
	for _, server := range []string{a.at.ringCX, a.at.ringCentral} {
		if start := startSandbox(server); start != "" && (!errors.As(err, &op) || op.Addr == nil || portOf(op.Addr.String()) == serverPort(server)) {
			return what + ", which does not run: start it with " + start + otherwise
		}
	}
	return ""
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}

func serverPort(server string) string {
	u, err := url.Parse(server)
	if err != nil {
		return ""
	}
	return cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
}

// startSandbox is the command that starts the sandbox of a server's address; "": it is none of this machine.
func startSandbox(server string) string {
	u, err := url.Parse(server)
	if err != nil || !isLocal(u.Hostname()) {
		return ""
	}
	host := "127.0.0.1"
	if ip := net.ParseIP(u.Hostname()); ip != nil {
		host = ip.String()
	}
	command := "ringcx sandbox"
	if at := net.JoinHostPort(host, serverPort(server)); at != defaultListen {
		command += " --listen " + wording.ShellWord(at)
	}
	if u.Scheme == "https" {
		command += " --tls DIR"
	}
	return "'" + command + "', and the flags that it had"
}
