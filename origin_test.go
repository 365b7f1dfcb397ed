package ringcx_test

import (
	"testing"

	"github.com/ringcx-go/ringcx"
)

func TestEndpointsAreComparedAsOrigins(t *testing.T) {
	for given, want := range map[string]string{
		"":                                     "https://platform.ringcentral.com",
		"HTTPS://Platform.RingCentral.com":     "https://platform.ringcentral.com",
		"https://platform.ringcentral.com:443": "https://platform.ringcentral.com",
		"https://platform.ringcentral.com/":    "https://platform.ringcentral.com",
		"https://platform.ringcentral.com//":   "https://platform.ringcentral.com",
		"https://platform.ringcentral.com:":    "https://platform.ringcentral.com",
		"http://LOCALHOST:80":                  "http://localhost",
		"http://[::1]:8787/":                   "http://[::1]:8787",
		"https://[FE80::0:1%25eth0]:443/":      "https://[fe80::1%25eth0]",
		"http://[0:0:0:0:0:0:0:1]:8787":        "http://[::1]:8787",
		"http://[::1]:80":                      "http://[::1]",
		// Other places stay other places, and what is no origin is for Validate.
		"https://platform.ringcentral.com.":     "https://platform.ringcentral.com.",
		"https://platform.ringcentral.com:80":   "https://platform.ringcentral.com:80",
		"http://platform.ringcentral.com":       "http://platform.ringcentral.com",
		"https://platform.ringcentral.com.evil": "https://platform.ringcentral.com.evil",
		"https://r\u0130ngcx.ringcentral.com":   "https://r\u0130ngcx.ringcentral.com", // whose small letter is an i to unicode, not to name servers
		"https://\u212aey.example":              "https://\u212aey.example",
		"https://h/path":                        "https://h/path",
		"https://u:p@h":                         "https://u:p@h",
		"https://h?q":                           "https://h?q",
		"https://h?":                            "https://h?",
		"https://h#":                            "https://h#",
		"platform.ringcentral.com":              "platform.ringcentral.com",
		"http://[::1":                           "http://[::1",
		"http://[::ffff:127.0.0.1]":             "http://[::ffff:127.0.0.1]",
		"http://127.0.0.1":                      "http://127.0.0.1",
	} {
		if got := (ringcx.Endpoint{RingCentral: given}).Canonical().RingCentral; got != want {
			t.Errorf("%q is %q, want %q", given, got, want)
		}
	}
}

func TestACanonicalEndpointIsTheSameAgain(t *testing.T) {
	for _, given := range []string{"https://[FE80::0:1%25eth0]:8443", "HTTPS://RINGCX.ringcentral.com:443/", "https://h/path", "http://[0::1]"} {
		once := (ringcx.Endpoint{RingCX: given}).Canonical()
		if twice := once.Canonical(); twice != once {
			t.Errorf("%q is %q, and then %q", given, once.RingCX, twice.RingCX)
		}
	}
	c := &ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: "https://[fe80::1%25eth0]"}}
	if err := c.Validate(); err != nil {
		t.Errorf("an address with a zone: %v", err)
	}
}

func FuzzACanonicalEndpointIsTheSameAgain(f *testing.F) {
	for _, seed := range []string{"https://[FE80::0:1%25eth0]:8443", "HTTPS://RINGCX.ringcentral.com:443/", "https://h/path", "http://[0::1]", "https://h:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		once := (ringcx.Endpoint{RingCX: given}).Canonical()
		if twice := once.Canonical(); twice != once {
			t.Errorf("%q is %q, and then %q", given, once.RingCX, twice.RingCX)
		}
	})
}
