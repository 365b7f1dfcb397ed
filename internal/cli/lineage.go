package cli

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// lineage is an app at its servers, in canonical form: what the tokens and secrets of a login belong to.
type lineage struct{ app, ringCentral, ringCX string }

// newLineage puts servers into the form in which they are compared; "" stays "".
func newLineage(app, ringCentral, ringCX string) lineage {
	canonical := ringcx.Endpoint{RingCentral: ringCentral, RingCX: ringCX}.Canonical()
	l := lineage{app, canonical.RingCentral, canonical.RingCX}
	if ringCentral == "" {
		l.ringCentral = ""
	}
	if ringCX == "" {
		l.ringCX = ""
	}
	return l
}

// or is l with what other has for what is left open in it.
func (l lineage) or(other lineage) lineage {
	return lineage{wording.First(l.app, other.app), wording.First(l.ringCentral, other.ringCentral), wording.First(l.ringCX, other.ringCX)}
}

// agrees tells whether other is what l says, as far as l says anything.
func (l lineage) agrees(other lineage) bool { return l.or(other) == other }

// loopback tells whether one of the servers is on this machine: a sandbox.
func (l lineage) loopback() bool { return onThisMachine(l.ringCentral) || onThisMachine(l.ringCX) }

// half refuses one server of a sandbox, on this machine or at the host that is reached in clear, beside one that is not
// named and so would be production's: what is meant for one would go to the other.
func (l lineage) half(inClear string) error {
	box := func(server string) bool {
		u, err := url.Parse(server)
		return onThisMachine(server) || err == nil && inClear != "" && u.Scheme == "http" && strings.EqualFold(u.Hostname(), inClear)
	}
	if l.ringCX == "" && box(l.ringCentral) || l.ringCentral == "" && box(l.ringCX) {
		return usage.New(
			"one server is a sandbox, and the other is not set, which means production",
			"set RC_SERVER_URL and RINGCX_SERVER_URL, or neither; 'ringcx sandbox env' sets both",
		)
	}
	return nil
}

// production tells whether all servers are those of the vendor's documentation.
func (l lineage) production() bool {
	servers := lineage{"", l.ringCentral, l.ringCX}
	return servers.agrees(production) || servers.agrees(older)
}

// String names the app and where it is.
func (l lineage) String() string {
	servers := slices.Compact(slices.DeleteFunc([]string{l.ringCentral, l.ringCX}, func(s string) bool { return s == "" }))
	if l.app == "" {
		return "RingCX itself at " + strings.Join(servers, " and ")
	}
	return fmt.Sprintf("app %s at %s", wording.Clip(l.app), strings.Join(servers, " and "))
}

// production are the vendor's servers; older are the same under the names that older documentation has.
var (
	production = lineage{"", ringcx.Production.RingCentral, ringcx.Production.RingCX}
	older      = lineage{"", ringcx.Engage.RingCentral, ringcx.Engage.RingCX}
)

// onThisMachine tells whether a server can only be one of this machine.
func onThisMachine(server string) bool {
	u, err := url.Parse(server)
	return err == nil && isLocal(u.Hostname())
}

// isLocal tells whether a host can only be this machine.
func isLocal(host string) bool {
	host = strings.ToLower(host)
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}
