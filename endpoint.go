package ringcx

import "cmp"

// Endpoint is the pair of hosts that make up the vendor, each as https://host, without a path. http:// is accepted
// for hosts on this machine (localhost, names that end in .localhost, loopback addresses) and for Config.AllowHTTP only.
// An empty field means production.
type Endpoint struct{ RingCentral, RingCX string }

// Production is the vendor's service as documented since July 2026. [Engage] is the same with the RingCX host that older
// documentation and the vendor's own SDKs name.
var (
	Production = Endpoint{RingCentral: "https://platform.ringcentral.com", RingCX: "https://ringcx.ringcentral.com"}
	Engage     = Endpoint{RingCentral: "https://platform.ringcentral.com", RingCX: "https://engage.ringcentral.com"}
)

// Canonical is the endpoint with its hosts as they are compared: scheme and host in lower case, without the port that the
// scheme has anyway and without a final slash, production where a field is empty. Two endpoints are the same place if
// their canonical forms are equal. A host that is no origin is left as it is, for [Config.Validate] to tell.
func (e Endpoint) Canonical() Endpoint {
	return Endpoint{
		RingCentral: origin(cmp.Or(e.RingCentral, Production.RingCentral)),
		RingCX:      origin(cmp.Or(e.RingCX, Production.RingCX)),
	}
}

// tokenPath is the platform's token endpoint.
const tokenPath = "/restapi/oauth/token"
