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

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
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

// Validate reports what is wrong with the configuration, as far as it can be known without asking the vendor. The first
// call of a session that needs a token reports the same.
func (c Config) Validate() error {
	if problem := allowedProblem(c.AllowHTTP); problem != "" {
		return &allowError{problem}
	}
	for _, h := range []struct{ name, url string }{{"RingCentral", c.ringCentral()}, {"RingCX", c.ringCX()}} {
		if problem := hostProblem(h.url, c.AllowHTTP); problem != "" {
			return &hostError{h.name, problem}
		}
	}
	if err := checkInputs(
		input{"client ID", c.ClientID, stray}, input{"client secret", c.ClientSecret, straySecret},
		input{"name of the signing key (KeyID)", c.KeyID, unseen}, input{"UserAgent", c.UserAgent, unsendable},
	); err != nil {
		return err
	}
	_, err := c.signer()
	return err
}

type hostError struct{ name, problem string }

func (e *hostError) Error() string { return fmt.Sprintf("the %s server URL %s", e.name, e.problem) }

// Hint tells what to do about it.
func (e *hostError) Hint() string {
	return "use https://platform.ringcentral.com for RingCentral and https://ringcx.ringcentral.com for RingCX"
}

type allowError struct{ problem string }

func (e *allowError) Error() string {
	return "the host that is allowed to be reached without TLS " + e.problem
}

// Hint tells what to do about it.
func (e *allowError) Hint() string {
	return "name one host alone, without scheme and port, such as the sandbox of a compose network"
}
