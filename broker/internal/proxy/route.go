package proxy

import (
	"net/url"
	"strings"

	"github.com/ringcx-go/ringcx"
)

// Vendor is where the requests of a profile go, and with which tokens.
type Vendor struct {
	RingCX, RingCentral           *url.URL // origins
	RingCXToken, RingCentralToken ringcx.TokenSource
}

// Target is where one request goes.
type Target struct {
	Origin *url.URL
	Source ringcx.TokenSource
	// Platform is the RingCentral platform; false: RingCX.
	Platform bool
}

// Route finds where a path goes; false: nowhere. The path is escaped, and has passed [CheckTarget].
func (v *Vendor) Route(path string) (Target, bool) {
	switch {
	case strings.HasPrefix(path, "/voice/api/"), strings.HasPrefix(path, "/platform/api/"):
		return Target{v.RingCX, v.RingCXToken, false}, true
	case strings.HasPrefix(path, "/restapi/"):
		return Target{v.RingCentral, v.RingCentralToken, true}, true
	}
	return Target{}, false
}

// DigitalToken is where the operations go that bring a token for the digital channels, which lie among those of signing in.
func (v *Vendor) DigitalToken() Target { return Target{v.RingCX, v.RingCXToken, false} }
