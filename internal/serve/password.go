package serve

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// heard is what answered at an address.
type heard struct {
	status    int
	challenge []string // values of WWW-Authenticate
	body      []byte
}

// asksPassword reports whether a sandbox wants the password of its console, by all that can be seen of it: the status, the
// challenge and the error that a sandbox answers with. Whoever knows them can answer so, too.
func (h heard) asksPassword() bool {
	_, ok := errorIn(h.body)
	return ok && h.status == http.StatusUnauthorized && slices.Equal(h.challenge, []string{`Basic realm="ringcx sandbox"`})
}

// maySendPassword refuses an address to which the password of the console would travel in clear over a network, unless it is
// the host to which the user lets secrets travel so.
func (q *inquiry) maySendPassword(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	allowed := q.AllowHTTP
	switch host := u.Hostname(); {
	case u.Scheme == "https", meansHere(host): // over TLS whoever has no certificate that DIR's authorities signed gets nothing
		return nil
	case allowed != "" && strings.EqualFold(host, allowed):
		if !q.toldClear {
			q.toldClear = true
			q.Tell("RINGCX_ALLOW_HTTP: what is sent to %s travels in clear, secrets too.\n", host)
		}
		return nil
	default:
		return usage.New(
			fmt.Sprintf("the sandbox at %s wants its console's password, which would travel there in clear", q.base),
			"start it with --tls DIR and give that directory here, too; or set RINGCX_ALLOW_HTTP="+shell.Word(host)+" where nobody else listens")

	}
}

// lockedOut is a sandbox that was given too many wrong passwords, by whomever.
type lockedOut struct{ text string }

func (e *lockedOut) Error() string { return e.text }

// Hint tells what to do about it.
func (e *lockedOut) Hint() string {
	return "try again in a minute, with the password that it was started with: --console-password-file FILE, or RINGCX_CONSOLE_PASSWORD"
}

// Busy says that it passes by itself.
func (e *lockedOut) Busy() bool { return true }
