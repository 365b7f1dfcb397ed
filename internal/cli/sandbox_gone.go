package cli

import (
	"errors"
	"net"

	"github.com/ringcx-go/ringcx/internal/serve"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// goneSandbox is what to do where nothing listens at the server of this machine that the account has; "": that is not why
// err came.
func (a *app) goneSandbox(err error) string {
	var known usage.Explained
	if !errors.As(err, &known) || known.Cause() != "tcp" {
		return ""
	}
	what, otherwise := "this profile is the sandbox's", ""
	if a.Again == "" { // it is not stored
		what, otherwise = "these credentials are a sandbox's", "; or check RC_SERVER_URL and RINGCX_SERVER_URL"
	}
	var op *net.OpError
	for _, server := range []string{a.At.RingCX, a.At.RingCentral} {
		if start := serve.StartCommand(server); start != "" && (!errors.As(err, &op) || op.Addr == nil || portOf(op.Addr.String()) == serve.Port(server)) {
			return what + ", which does not run: start it with " + start + otherwise
		}
	}
	return ""
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}
