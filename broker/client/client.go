// Package client is how a Go program uses a broker: it takes tokens from it, or sends its requests through it, and holds no
// secret of the vendor's. It needs nothing but package ringcx.
//
//	c, err := client.New(nil) // RINGCX_BROKER and RINGCX_BROKER_KEY or RINGCX_BROKER_KEY_FILE
//	resp, err := c.Client().Get("https://ringcx.ringcentral.com/voice/api/v1/admin/accounts")
//
// A [Client] is an http.RoundTripper, which sends what it is given to the broker instead: the broker puts the token in. It is also
// a ringcx.TokenSource, for programs that call the vendor themselves:
//
//	http := (&ringcx.Config{}).Client(c)
//
// # Without the broker
//
// The last token is used until it ends. Then a call that needs one tries a few times and takes that of Options.Fallback, or is
// an [Error]. A broker that is away is asked again after a second, and then less and less often, by one call for all.
package client

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/thishost"
)

// Options say where the broker is, and who calls. The zero value takes that from the environment.
type Options struct {
	// URL of the broker: https://host, http:// for this machine alone, or unix:PATH for a socket. "": URL, Key and KeyFile are all
	// those of RINGCX_BROKER, RINGCX_BROKER_KEY and RINGCX_BROKER_KEY_FILE.
	URL string
	// Key of the caller. "": that in KeyFile, or none if that is "" too, for a broker that knows its callers without.
	Key string
	// KeyFile holds the key alone. It is read at the first request, and again whenever the broker refuses the key.
	KeyFile string
	// Profile of the broker's to use; "": that of the key, or the broker's first.
	Profile string
	// Transport has the settings of connections to the broker, such as a CA of its own; nil: those of http.DefaultTransport, with
	// which an answer has to begin within a minute. Hosts of this machine are reached without its proxy.
	Transport *http.Transport
	// Fallback brings tokens while the broker does not answer, or cannot bring one itself; nil: such calls fail. It is not asked
	// when the broker refuses the caller. Requests to the RingCX host then go to the vendor, if no connection to the broker was
	// had for them, or they only read (GET, HEAD); those to the RingCentral host do not, nor do those for which a limit is used up.
	Fallback ringcx.TokenSource
	// Endpoint is where the vendor is, for Fallback; the zero value is production.
	Endpoint ringcx.Endpoint
	// Getenv reads the environment; nil: os.Getenv.
	Getenv func(string) string
}

// Format writes the address for every verb, so that no verb shows the key.
func (o Options) Format(f fmt.State, _ rune) {
	place, socket, err := parse(o.URL)
	if err != nil {
		place = "?"
	}
	_, _ = fmt.Fprintf(f, "a client of the broker at %s", cmp.Or(socket, place))
}

// Client is a connection to a broker. It is a ringcx.TokenSource, which is Informed, and an http.RoundTripper, and safe for any
// number of goroutines. One that nobody uses costs nothing.
type Client struct {
	origin   string // of the broker, as its requests have it
	place    string // of the broker, for people
	profile  string
	vendor   string // RingCX's origin, where requests go without the broker
	fallback ringcx.TokenSource
	via      *ringcx.Transport
	direct   *ringcx.Transport // to the vendor; nil: never
	alone    *ringcx.Transport // the same with tokens of the fallback alone, where the broker has none

	mu       sync.Mutex // guards the fields below
	held     *held      // the last token; nil: none
	flight   *flight    // a request for one that callers wait for; nil: none is under way
	ahead    bool       // one is under way that nobody waits for
	last     error      // why the last request brought none; nil: it did
	failures int        // of requests for callers that had no token, in a row
	quiet    time.Time  // they are not asked for before
}

// New is a client of a broker. It asks nothing before something is needed; an error is a mistake in the options. nil is the zero
// value.
func New(o *Options) (*Client, error) {
	own := Options{}
	if o != nil {
		own = *o
	}
	if own.URL == "" {
		getenv := own.Getenv
		if getenv == nil {
			getenv = os.Getenv
		}
		own.URL, own.Key, own.KeyFile = getenv("RINGCX_BROKER"), getenv("RINGCX_BROKER_KEY"), getenv("RINGCX_BROKER_KEY_FILE")
	}
	if own.Key != "" && !printable(own.Key) {
		return nil, fmt.Errorf("the key of the broker is no key: it has a blank or a character that no key has")
	}
	origin, socket, err := parse(own.URL)
	if err != nil {
		return nil, err
	}
	c := &Client{
		origin: origin, place: origin, profile: own.Profile, fallback: own.Fallback, vendor: own.Endpoint.Canonical().RingCX,
		via: &ringcx.Transport{UserAgent: "ringcx-go/" + ringcx.Version},
	}
	t := own.Transport
	if t == nil {
		t = usual()
	}
	if socket != "" {
		c.place, t = "unix:"+socket, dialing(t, socket)
	}
	c.via.Base = t
	if own.Key != "" || own.KeyFile != "" {
		c.via.Source, c.via.Host = &keys{key: own.Key, file: own.KeyFile}, origin
	}
	if c.fallback != nil {
		c.direct = &ringcx.Transport{Source: c, Host: c.vendor}
		c.alone = &ringcx.Transport{Source: c.fallback, Host: c.vendor}
	}
	return c, nil
}

// parse is the origin that requests to the broker have, and its socket if it has one.
func parse(text string) (origin, socket string, err error) {
	const forms = "it is https://host, http:// for this machine alone, or unix:PATH"
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		path = cmp.Or(strings.TrimPrefix(path, "//"), path)
		if path == "" || path == "//" {
			return "", "", fmt.Errorf("the socket of the broker has no path: %s", forms)
		}
		return "http://127.0.0.1", path, nil
	}
	u, err := url.Parse(text)
	switch {
	case text == "":
		return "", "", fmt.Errorf("no broker is named: set RINGCX_BROKER; %s", forms)
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return "", "", fmt.Errorf("the address of the broker cannot be understood: %s", forms)
	case !isPort(u):
		return "", "", fmt.Errorf("the address of the broker has a port that there is not: ports are 1 to 65535")
	case u.User != nil:
		return "", "", fmt.Errorf("the address of the broker must hold no user and no password: the key is given by itself")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return "", "", fmt.Errorf("the address of the broker must be a host alone, without a path")
	case u.Scheme == "http" && !thishost.Is(u.Hostname()):
		return "", "", fmt.Errorf("the broker at %s must be reached over https: the key would travel in clear", u.Host)
	}
	return u.Scheme + "://" + u.Host, "", nil
}

// isPort tells whether an address has a port that there is, or none.
func isPort(u *url.URL) bool {
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0 || u.Port() == "" && !strings.HasSuffix(u.Host, ":")
}

// usual are the settings of connections where none are given.
func usual() *http.Transport {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment}
	if d, ok := http.DefaultTransport.(*http.Transport); ok {
		t = d.Clone()
	}
	t.ResponseHeaderTimeout = time.Minute
	return t
}

// dialing is base with connections to a socket.
func dialing(base *http.Transport, socket string) *http.Transport {
	t := base.Clone()
	t.Proxy = nil
	t.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
	return t
}

// printable tells a text that can be a token or a key.
func printable(s string) bool {
	const longest = 16 << 10
	return s != "" && len(s) <= longest && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

// String tells where the broker is.
func (c *Client) String() string { return c.place }

// Client is an http.Client whose requests go through the broker, which may be for the vendor's hosts, or the broker's own. It
// has no limit of its own but those of Options.Transport.
func (c *Client) Client() *http.Client { return &http.Client{Transport: c} }

// CloseIdleConnections is what http.Client.CloseIdleConnections calls.
func (c *Client) CloseIdleConnections() {
	c.via.CloseIdleConnections()
	if c.direct != nil {
		c.direct.CloseIdleConnections()
	}
}
