package ringcx

import (
	"crypto"
	"fmt"
	"net"
	"net/http"
	"net/url"
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
	// HTTPClient makes the token requests; nil: http.DefaultClient. Redirects are never followed, and a request
	// takes 30 seconds at most, whatever the client says.
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
// for hosts on this machine only. An empty field means production.
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

// httpClient is HTTPClient without redirects: a redirected token request would hand its secret to another host.
func (c Config) httpClient() *http.Client {
	client := http.DefaultClient
	if c.HTTPClient != nil {
		client = c.HTTPClient
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// Validate reports what is wrong with the configuration, as far as it can be known without asking the vendor. The first
// call of a session that needs a token reports the same.
func (c Config) Validate() error {
	if err := checkHost("RingCentral", c.ringCentral()); err != nil {
		return err
	}
	return checkHost("RingCX", c.ringCX())
}

// checkHost accepts an https origin, or an http one on this machine.
func checkHost(name, raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return &hostError{name, "is not a URL"}
	}
	switch {
	case u.User != nil:
		return &hostError{name, "must not hold a user name or password"}
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return &hostError{name, fmt.Sprintf("%q must be of the form https://host", raw)}
	case u.Path != "" || u.RawQuery != "" || u.Fragment != "":
		return &hostError{name, fmt.Sprintf("%q must be a host alone, without a path", raw)}
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return &hostError{name, fmt.Sprintf("%q must use https: tokens travel in clear over http", raw)}
	}
	return nil
}

// isLoopback tells whether a host name can only mean this machine.
func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

type hostError struct{ name, problem string }

func (e *hostError) Error() string { return fmt.Sprintf("the %s server URL %s", e.name, e.problem) }

// Hint tells what to do about it.
func (e *hostError) Hint() string {
	return "use https://platform.ringcentral.com for RingCentral and https://ringcx.ringcentral.com for RingCX"
}
