package profile

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/thishost"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Lineage is an app at its servers, in canonical form: what the tokens and secrets of a login belong to.
type Lineage struct{ App, RingCentral, RingCX string }

// NewLineage puts servers into the form in which they are compared; "" stays "".
func NewLineage(app, ringCentral, ringCX string) Lineage {
	canonical := ringcx.Endpoint{RingCentral: ringCentral, RingCX: ringCX}.Canonical()
	l := Lineage{app, canonical.RingCentral, canonical.RingCX}
	if ringCentral == "" {
		l.RingCentral = ""
	}
	if ringCX == "" {
		l.RingCX = ""
	}
	return l
}

// Or is l with what other has for what is left open in it.
func (l Lineage) Or(other Lineage) Lineage {
	return Lineage{wording.First(l.App, other.App), wording.First(l.RingCentral, other.RingCentral), wording.First(l.RingCX, other.RingCX)}
}

// Agrees tells whether other is what l says, as far as l says anything.
func (l Lineage) Agrees(other Lineage) bool { return l.Or(other) == other }

// Loopback tells whether one of the servers is on this machine: a sandbox.
func (l Lineage) Loopback() bool { return onThisMachine(l.RingCentral) || onThisMachine(l.RingCX) }

// Half refuses one server of a sandbox, on this machine or at the host that is reached in clear, beside one that is not
// named and so would be production's: what is meant for one would go to the other.
func (l Lineage) Half(inClear string) error {
	box := func(server string) bool {
		u, err := url.Parse(server)
		return onThisMachine(server) || err == nil && inClear != "" && u.Scheme == "http" && strings.EqualFold(u.Hostname(), inClear)
	}
	if l.RingCX == "" && box(l.RingCentral) || l.RingCentral == "" && box(l.RingCX) {
		return usage.New(
			"one server is a sandbox, and the other is not set, which means production",
			"set RC_SERVER_URL and RINGCX_SERVER_URL, or neither; 'ringcx sandbox env' sets both",
		)
	}
	return nil
}

// Production tells whether all servers are those of the vendor's documentation.
func (l Lineage) Production() bool {
	servers := Lineage{"", l.RingCentral, l.RingCX}
	return servers.Agrees(Production) || servers.Agrees(older)
}

// String names the app and where it is.
func (l Lineage) String() string {
	servers := slices.Compact(slices.DeleteFunc([]string{l.RingCentral, l.RingCX}, func(s string) bool { return s == "" }))
	if l.App == "" {
		return "RingCX itself at " + strings.Join(servers, " and ")
	}
	return fmt.Sprintf("app %s at %s", wording.Clip(l.App), strings.Join(servers, " and "))
}

// Production are the vendor's servers; older are the same under the names that older documentation has.
var (
	Production = Lineage{"", ringcx.Production.RingCentral, ringcx.Production.RingCX}
	older      = Lineage{"", ringcx.Engage.RingCentral, ringcx.Engage.RingCX}
)

// onThisMachine tells whether a server can only be one of this machine.
func onThisMachine(server string) bool {
	u, err := url.Parse(server)
	return err == nil && thishost.Is(u.Hostname())
}
