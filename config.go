package ringcx

import (
	"crypto"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Version of the module, sent in the User-Agent header.
const Version = "0.1.0"

// Config names the app as registered in the vendor's Developer Portal, and where the vendor is. It must not change
// once it is in use. Formatting it does not show the secret.
type Config struct {
	// ClientID and ClientSecret of the app. They go to Endpoint.RingCentral only, in an HTTP Basic header. An app
	// without a secret (public app) sends its client ID in the form.
	ClientID, ClientSecret string
	// SigningKey authenticates the app by a statement that it signs for each request (private_key_jwt, RFC 7523), in
	// place of the secret: RSA (RS256, 2048 bits at least), ECDSA with P-256 (ES256) or Ed25519 (EdDSA). nil: the secret does.
	SigningKey crypto.Signer
	// KeyID names SigningKey to the vendor (kid); "": it is not named.
	KeyID string
	// SecretJWT makes the secret sign such a statement (client_secret_jwt, HS256) and stay at home. false: Basic.
	SecretJWT bool
	// Endpoint is where the vendor is; the zero value is [Production].
	Endpoint Endpoint
	// AllowHTTP is the name of one host, without a port, to which secrets may travel in clear: a sandbox in a network of
	// containers. It is reached without a proxy. "": none but this machine. The vendor's own hosts are refused.
	AllowHTTP string
	// HTTPClient makes the token requests; nil: http.DefaultClient. Redirects are never followed, and a request
	// takes 30 seconds at most, 8 of them for a connection, whatever the client says. It must not sign requests with the
	// session that it makes requests for.
	//
	// If its transport is an *http.Transport, or nil, its settings are used and not its connections: as they are at the
	// first request, for connections that are closed when an HTTP/2 server has given no sign of life for 8 seconds (HTTP2
	// may say otherwise), or when nobody has used them for 30; token requests over HTTP/1.1 make one each. Hosts of this
	// machine are reached without its proxy, and their names are dialled at 127.0.0.1 or ::1 whatever name servers say.
	// A transport of another type has to see to all that itself; one whose connection went silent may keep a session, and
	// those that share its Store, without a token for 30 seconds.
	HTTPClient *http.Client
	// UserAgent goes before our own in the User-Agent header, as the vendor asks for ("MyApp/1.0"). "": only ours.
	UserAgent string
	// Now is the clock; nil: time.Now. A session with its own clock uses no timers.
	Now func() time.Time

	observe func(skew time.Duration) // is told how far the vendor's clock is ahead; nil: nobody asks
	count   func(used int)           // is told what usedUp says of each answer; nil: nobody asks
	skew    func() time.Duration     // tells it; nil: not known
}

// String tells the app and the hosts.
func (c Config) String() string {
	return fmt.Sprintf("app %s at %s and %s", c.ClientID, c.ringCentral(), c.ringCX())
}

// Format writes String for every verb, so that no verb shows a secret.
func (c Config) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.String())) }

func (c Config) ringCentral() string {
	return c.Endpoint.Canonical().RingCentral
}

func (c Config) ringCX() string {
	return c.Endpoint.Canonical().RingCX
}

func (c Config) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c Config) userAgent() string {
	return strings.TrimSpace(c.UserAgent + " ringcx-go/" + Version)
}

// httpClient is HTTPClient with another transport and without redirects: a redirected token request would hand its secret to
// another host.
func (c Config) httpClient(over http.RoundTripper) *http.Client {
	client := http.DefaultClient
	if c.HTTPClient != nil {
		client = c.HTTPClient
	}
	own := *client
	own.Transport = over
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// transport is what HTTPClient makes its requests with.
func (c Config) transport() http.RoundTripper {
	if c.HTTPClient != nil {
		return transportOr(c.HTTPClient.Transport)
	}
	return transportOr(http.DefaultClient.Transport)
}

// knownSkew is how far the vendor's clock is ahead, 0 if it is not known.
func (c Config) knownSkew() time.Duration {
	if c.skew == nil {
		return 0
	}
	return c.skew()
}

// vendorNow is the time as the vendor last told it: what we sign is judged by the vendor's clock.
func (c Config) vendorNow() time.Time {
	if c.skew == nil {
		return c.now()
	}
	return c.now().Add(c.skew())
}
