package cli

import (
	"fmt"
	"net/url"
	"strings"
)

// allowedHTTP is the host to which the user lets secrets travel in clear, in a network of containers for one, and says so
// where that is done. The engine refuses it for hosts of the vendor.
func (a *app) allowedHTTP(at lineage) string {
	name := a.variable("RINGCX_ALLOW_HTTP")
	for _, address := range []string{at.ringCentral, at.ringCX} {
		u, err := url.Parse(address)
		if name == "" || a.toldClear || err != nil || u.Scheme != "http" || !strings.EqualFold(u.Hostname(), name) {
			continue
		}
		a.toldClear = true
		fmt.Fprintf(a.Stderr, "RINGCX_ALLOW_HTTP: what is sent to %s travels in clear, secrets too.\n", printable(name))
	}
	return name
}
