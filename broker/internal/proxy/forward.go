package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/problem"
	"github.com/ringcx-go/ringcx/broker/internal/upstream"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// Replayable is the longest body, in bytes, of a request that is sent again when its token was refused. It is read before it is
// sent, so that of a request that is cut off nothing arrives. A longer body, and one that does not say how long it is, is passed
// on as it comes.
const Replayable = 1 << 20

// Proxy forwards requests. It is safe for concurrent use.
type Proxy struct {
	// Silence is how long a caller may be silent within a body: a minute. Brief is how long what is short may take to come, or to be
	// read: ten seconds, as a header may take. Stall is how long the vendor may take nothing of a body before it answers: five minutes.
	// They are not to be changed while requests are served.
	Silence, Brief, Stall time.Duration

	transport *upstream.Transport
	buffers   buffers
	userAgent string
}

// New makes a proxy. base has the settings of its connections to the vendor; nil: those of net/http.
func New(base *http.Transport, userAgent string) *Proxy {
	if base == nil {
		base, _ = http.DefaultTransport.(*http.Transport)
	}
	own := base.Clone()
	own.MaxIdleConns, own.MaxIdleConnsPerHost = 1024, 512
	own.IdleConnTimeout = 30 * time.Second // as the SDK: none that was there before the machine slept is used after it
	own.DisableCompression = true          // what the caller takes is the caller's choice
	own.ForceAttemptHTTP2 = true
	own.ExpectContinueTimeout = 0
	if own.HTTP2 == nil {
		own.HTTP2 = new(http.HTTP2Config)
	}
	if own.HTTP2.SendPingTimeout == 0 { // as the SDK: over a connection that went silent nothing would come for ever
		own.HTTP2.SendPingTimeout = 3 * time.Second
	}
	if own.HTTP2.PingTimeout == 0 {
		own.HTTP2.PingTimeout = 5 * time.Second
	}
	if own.DialContext != nil || own.Dial == nil { //nolint:staticcheck // what a program still sets is kept
		own.DialContext = inTime(own.DialContext)
	}
	if own.TLSHandshakeTimeout <= 0 || own.TLSHandshakeTimeout > connecting {
		own.TLSHandshakeTimeout = connecting
	}
	return &Proxy{Silence: silence, Brief: brief, Stall: stall, transport: upstream.New(own), userAgent: userAgent}
}

// connecting is how long a name may take to be found and connected to, and how long a handshake takes: what passes a [Gate] is at
// the vendor within ten seconds, or never. A proxy on the way that takes longer to connect is not bounded.
const connecting = 5 * time.Second

// inTime is dial within that time; nil is that of net/http.
func inTime(dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, connecting)
		defer cancel()
		return dial(ctx, network, addr)
	}
}

// Close closes the connections that nobody uses.
func (p *Proxy) Close() { p.transport.CloseIdleConnections() }

// Exchange is one request that is forwarded.
type Exchange struct {
	Target    Target
	Token     *ringcx.Token      // to begin with
	Operation *apispec.Operation // nil: not known
	Gate      Gate               // nil: requests are sent at once

	proxy   *Proxy
	in      *http.Request
	body    []byte // what can be sent again; nil: nothing, or it cannot
	replays bool   // the body is in body, or there is none
	stream  *Body  // nil: the body is none that is passed on as it comes
}

// Gate is what each request passes that is sent, one that is sent again too.
type Gate interface {
	// Enter waits until the request may be sent, and may give the exchange another target and token. A problem is why it may not. It
	// may be called again before the request is sent.
	Enter() *problem.Problem
	// Leave tells what came of it, as http.RoundTripper has it.
	Leave(resp *http.Response, err error)
}

// Read begins an exchange with the request r, and reads its body if it is one that can be sent again. body is that of r as
// [Proxy.Receive] has it. Nothing has been answered.
func (p *Proxy) Read(r *http.Request, body *Body, e *Exchange) *problem.Problem {
	e.proxy, e.in = p, r
	n := r.ContentLength
	if n == 0 || body == nil {
		e.replays = true
		return nil
	}
	if n < 0 || n > Replayable {
		e.stream = body
		_ = body.control.EnableFullDuplex() // what cannot that reads the body first
		return nil
	}
	e.body = make([]byte, n)
	if _, err := io.ReadFull(body, e.body); err != nil {
		return cutOff()
	}
	body.end() // over HTTP/2 that is told apart from its last bytes
	e.replays = true
	return nil
}

// Streams tells whether the body of the request that was read is passed on as it comes, for as long as that takes.
func (e *Exchange) Streams() bool { return e.stream != nil && !e.stream.ended.Load() }

// Tell has f be called when that body has come, once or more often.
func (e *Exchange) Tell(f func()) {
	if e.stream == nil {
		return
	}
	if e.stream.told.Store(&f); e.stream.ended.Load() {
		f()
	}
}

// Forward forwards the request that was read, and answers w, also what goes wrong.
func (e *Exchange) Forward(w http.ResponseWriter) {
	forward := httputil.ReverseProxy{
		Rewrite: e.rewrite, Transport: e, ModifyResponse: e.modify, ErrorHandler: e.failed,
		FlushInterval: gather, BufferPool: &e.proxy.buffers, ErrorLog: quiet,
	}
	forward.ServeHTTP(w, e.in)
}

// gather is how long the beginning of an answer of a known length waits for what follows it: most are whole then, and sent at once. Of
// others, and of events, nothing waits.
const gather = 5 * time.Millisecond

// quiet is for what net/http says of a connection, which may hold what a caller sent.
var quiet = log.New(io.Discard, "", 0)

func cutOff() *problem.Problem {
	return problem.New(http.StatusBadRequest, "the body of the request was cut off, or its chunks are none")
}

// rewrite makes the request as the vendor gets it, but for the token.
func (e *Exchange) rewrite(r *httputil.ProxyRequest) {
	out := r.Out
	strip(out.Header)
	out.Host = ""
	out.URL.RawQuery, out.URL.Fragment, out.URL.User = r.In.URL.RawQuery, "", nil
	out.Trailer = nil // headers that come after a body were not judged
	if out.Header.Get("User-Agent") == "" {
		out.Header.Set("User-Agent", e.proxy.userAgent)
	}
	if e.replays {
		e.refill(out)
	}
}

func (e *Exchange) refill(out *http.Request) {
	out.Body, out.GetBody, out.ContentLength = http.NoBody, nil, int64(len(e.body))
	if len(e.body) == 0 {
		return
	}
	again := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(e.body)), nil }
	out.Body, _ = again()
	out.GetBody = again
}

// RoundTrip implements http.RoundTripper: it signs the request, and once more with another token if the first has expired. What
// cannot be sent again has the vendor's refusal for an answer.
func (e *Exchange) RoundTrip(out *http.Request) (*http.Response, error) {
	if p := e.enter(); p != nil {
		return nil, p
	}
	path, rawPath := out.URL.Path, out.URL.RawPath
	e.sign(out)
	resp, err := e.send(out)
	if err != nil || !e.judge(resp) || !e.replays {
		return resp, err
	}
	_, _ = io.CopyN(io.Discard, resp.Body, peeked)
	_ = resp.Body.Close()
	if p := e.another(out.Context()); p != nil {
		return nil, p
	}
	again := out.Clone(out.Context())
	again.URL.Path, again.URL.RawPath = path, rawPath
	e.refill(again)
	e.sign(again)
	if resp, err = e.send(again); err != nil {
		return nil, err
	}
	if e.judge(resp) {
		_ = resp.Body.Close()
		return nil, outlived
	}
	return resp, nil
}

// judge tells the source of the token what the answer says of it, and whether that has expired.
func (e *Exchange) judge(resp *http.Response) (ended bool) {
	told, informed := e.Target.Source.(ringcx.Informed)
	switch {
	case !informed:
	case resp.StatusCode != http.StatusUnauthorized:
		told.Confirm(e.Token)
	case expired(resp):
		told.Invalidate(e.Token)
		return true
	}
	return false
}

// another brings another token in place of one that was refused, and waits until the request may be sent with it. Who may not any
// more, or is served with another login now, learns of that before a token is asked for.
func (e *Exchange) another(ctx context.Context) *problem.Problem {
	refused := e.Token
	if p := e.enter(); p != nil {
		return p
	}
	if e.Token != refused { // the gate has brought it
		return nil
	}
	token, err := e.Target.Source.Token(ctx)
	if err != nil || token.AccessToken == refused.AccessToken {
		return outlived
	}
	e.Token = token
	return e.enter()
}

// outlived is the answer to a caller whose own key is good, and whose request was under way for longer than tokens live: a 401
// would have it doubt its key.
var outlived = &problem.Problem{
	Status: http.StatusServiceUnavailable, RetryAfter: time.Second,
	Detail: "the token ended while the request was under way, and another one was not there in time: nothing was done, send it again",
}

func (e *Exchange) enter() *problem.Problem {
	if e.Gate == nil {
		return nil
	}
	return e.Gate.Enter()
}

func (e *Exchange) send(out *http.Request) (*http.Response, error) {
	resp, err := e.proxy.transport.RoundTrip(out)
	if e.Gate != nil {
		e.Gate.Leave(resp, err)
	}
	return resp, err
}

// peeked is how much of a refusal is looked at.
const peeked = 4 << 10

// expired tells refusals because of the token, which another one mends, from those because of the request. The body of resp can
// be read as before.
func expired(resp *http.Response) bool {
	start := make([]byte, peeked)
	n, _ := io.ReadFull(resp.Body, start)
	start = start[:n]
	resp.Body = &unread{Reader: io.MultiReader(bytes.NewReader(start), resp.Body), Closer: resp.Body}
	said := strings.ToLower(string(start))
	for _, words := range []string{"jwt is expired", "tokenexpired", "token is expired", "token expired", "tokeninvalid"} {
		if strings.Contains(said, words) {
			return true
		}
	}
	return false
}

// unread is a body whose beginning is put back.
type unread struct {
	io.Reader
	io.Closer
}

// sign addresses the request, which may have been signed before, and puts the token where the operation takes it.
func (e *Exchange) sign(out *http.Request) {
	t := e.Token
	out.URL.Scheme, out.URL.Host = e.Target.Origin.Scheme, e.Target.Origin.Host
	if rest, ok := strings.CutPrefix(out.URL.Path, "/voice/api/"); ok && t.Idle > 0 { // a legacy deployment has no /voice
		out.URL.Path, out.URL.RawPath = "/api/"+rest, strings.TrimPrefix(out.URL.RawPath, "/voice")
	}
	for _, name := range []string{"X-Auth-Token", "Cookie", "Authorization"} {
		delete(out.Header, name)
	}
	switch {
	case t.TokenType == "X-Auth-Token":
		out.Header["X-Auth-Token"] = []string{t.AccessToken}
	case e.Operation != nil && e.Operation.Auth == apispec.Cookie:
		out.Header["Cookie"] = []string{"access_token=" + t.AccessToken}
	default:
		out.Header["Authorization"] = []string{"Bearer " + t.AccessToken}
	}
}

// modify makes of the vendor's answer the broker's.
func (e *Exchange) modify(resp *http.Response) error {
	if resp.StatusCode == http.StatusSwitchingProtocols {
		_ = resp.Body.Close()
		return errSwitched
	}
	answered(resp.Header)
	if to := resp.Header.Get("Location"); to != "" {
		if u, err := url.Parse(to); err == nil && u.Scheme == e.Target.Origin.Scheme && strings.EqualFold(u.Host, e.Target.Origin.Host) {
			u.Scheme, u.Host, u.User = "", "", nil
			if u.Path == "" {
				u.Path = "/"
			}
			resp.Header.Set("Location", u.String())
		}
	}
	return nil
}

var errSwitched = errors.New("the vendor changed to another protocol")

// failed answers for a vendor that did not.
func (e *Exchange) failed(w http.ResponseWriter, r *http.Request, err error) {
	var timeout net.Error
	var refused *problem.Problem
	switch {
	case errors.As(err, &refused):
		refused.Write(w)
	case e.stream != nil && e.stream.broken.Load():
		cutOff().Write(w)
	case errors.Is(context.Cause(r.Context()), errStalled):
		problem.New(http.StatusGatewayTimeout, "the vendor did not take the body in time").Write(w)
	case r.Context().Err() != nil: // whatever else ended with it
		problem.New(problem.Left, "the caller left").Write(w)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		problem.New(http.StatusGatewayTimeout, "the vendor did not answer in time").Write(w)
	default:
		problem.New(http.StatusBadGateway, "the vendor was not reached, or its answer was cut off").Write(w)
	}
}

// bufferSize is that of the buffers through which bodies go.
const bufferSize = 32 << 10

// buffers implements httputil.BufferPool.
type buffers struct{ pool sync.Pool }

// Get implements httputil.BufferPool.
func (b *buffers) Get() []byte {
	if buf, ok := b.pool.Get().(*[bufferSize]byte); ok {
		return buf[:]
	}
	return new([bufferSize]byte)[:]
}

// Put implements httputil.BufferPool.
func (b *buffers) Put(buf []byte) {
	if len(buf) == bufferSize {
		b.pool.Put((*[bufferSize]byte)(buf))
	}
}
