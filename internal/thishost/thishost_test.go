package thishost_test

import (
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/thishost"
)

// hosts tells which are names of this machine ("name"), and which its addresses ("address").
var hosts = map[string]string{
	"localhost": "name", "LOCALHOST": "name", "x.localhost": "name", "A.B.LocalHost": "name",
	"127.0.0.1": "address", "127.9.9.9": "address", "::1": "address", "0:0::1": "address", "::ffff:127.0.0.1": "address", "::FFFF:7f00:1": "address",

	"localhost.": "", "x.localhost.": "", ".localhost": "", "xlocalhost": "", "localhost.example.com": "", "127.0.0.1.example": "", "127.0.0.1.": "",
	"::1%lo": "", "::ffff:127.0.0.1%lo": "", "0.0.0.0": "", "::": "", "::2": "", "::127.0.0.1": "", "128.0.0.1": "", "10.0.0.1": "", "127.1": "",
	"2130706433": "", "0x7f.1": "", "0177.0.0.1": "", "127.0.0.01": "", "localho\u017ft": "", "": "", "localhost:80": "", "127.0.0.1:80": "",
}

func TestThisMachineIsKnownByItsNamesAndAddresses(t *testing.T) {
	for host, kind := range hosts {
		if name, address, is := thishost.Name(host), thishost.Address(host), thishost.Is(host); name != (kind == "name") || address != (kind == "address") || is != (name || address) {
			t.Errorf("%q: a name %v, an address %v, either %v, want %q", host, name, address, is, kind)
		}
		if got, want := thishost.Localhost(host), kind == "name" && !strings.Contains(host, "."); got != want {
			t.Errorf("%q: localhost itself %v, want %v", host, got, want)
		}
	}
	for _, bracketed := range []string{"[::1]", "[localhost]"} {
		if thishost.Is(bracketed) {
			t.Errorf("%q is a host of its own", bracketed)
		}
	}
}

func TestTheSDKSendsSecretsInClearToTheSameHosts(t *testing.T) {
	for host, kind := range hosts {
		if strings.HasSuffix(host, ":80") {
			continue // in a URL that is a port
		}
		at := strings.Replace(host, "%", "%25", 1)
		if strings.Contains(host, ":") {
			at = "[" + at + "]"
		}
		c := &ringcx.Config{ClientID: "id", Endpoint: ringcx.Endpoint{RingCentral: "http://" + at, RingCX: "http://" + at}}
		if err := c.Validate(); (err == nil) != (kind != "") {
			t.Errorf("%q: %v, and here it is %q", host, err, kind)
		}
	}
}
