package profile

import (
	"net/url"
	"strings"
)

// tellClear says that secrets travel in clear, to the host that the user lets them: in a network of containers, for one.
func (a *Accounts) tellClear(at Lineage) {
	name := a.Variable("RINGCX_ALLOW_HTTP")
	for _, address := range []string{at.RingCentral, at.RingCX} {
		u, err := url.Parse(address)
		if name == "" || a.toldClear || err != nil || u.Scheme != "http" || !strings.EqualFold(u.Hostname(), name) {
			continue
		}
		a.toldClear = true
		a.Inform("RINGCX_ALLOW_HTTP: what is sent to %s travels in clear, secrets too.\n", name)
	}
}
