package ringcx

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"weak"
)

// A connection that a network has forgotten (a machine that slept, a VPN, a router that ran out of memory) looks like one to
// a server that is slow. Requests go over connections of our own, that notice: made as the program's transport makes them,
// asked for a sign of life while they are silent, and not used again after a rest.

// use is what a request is for. Requests for different uses share no connections.
type use int

const (
	useAPI    use = iota // a call of the API, or whatever else a program sends
	useClient            // the same by a client of Config.Client, which waits for an answer to begin for headerTimeout
	useToken             // a token request, for which others may have to wait
	uses
)

// alive lets the system ask for signs of life, which is all there is in HTTP/1.1.
var alive = net.KeepAliveConfig{Enable: true, Idle: pingAfter, Interval: 2 * time.Second, Count: 3}

// pools are the transports that are made from one of a program's: for each use one for hosts in the world and one for those
// of this machine. nil: not needed so far.
type pools [2 * uses]atomic.Pointer[http.Transport]

// allPools are the pools, by what they were made from: as long as that lives, all who use it share them. Of type
// weak.Pointer[http.Transport] and *pools.
var allPools sync.Map

func poolsOf(t *http.Transport) *pools {
	key := weak.Make(t)
	if p, ok := allPools.Load(key); ok {
		return p.(*pools)
	}
	p, there := allPools.LoadOrStore(key, new(pools))
	if !there {
		runtime.AddCleanup(t, func(key weak.Pointer[http.Transport]) {
			if gone, ok := allPools.LoadAndDelete(key); ok {
				gone.(*pools).closeIdle()
			}
		}, key)
	}
	return p.(*pools)
}

// of is the pool for a use; here tells that it is for hosts of this machine.
func (p *pools) of(t *http.Transport, purpose use, here bool) *http.Transport {
	i := purpose
	if here {
		i += uses
	}
	for {
		if made := p[i].Load(); made != nil {
			return made
		}
		p[i].CompareAndSwap(nil, newPool(t, purpose, here))
	}
}

// retire lets no new request use the connections of made.
func (p *pools) retire(made *http.Transport) {
	for i := range p {
		p[i].CompareAndSwap(made, nil)
	}
	made.CloseIdleConnections()
}

// closeIdle closes the connections that nobody uses, and lets the others end with what they are used for.
func (p *pools) closeIdle() {
	for i := range p {
		if made := p[i].Swap(nil); made != nil {
			made.CloseIdleConnections()
		}
	}
}

// transportOr is the default for one that is missing, as net/http has it.
func transportOr(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		return http.DefaultTransport
	}
	return base
}

// route is the transport for a request to u: a pool of base, or base itself if it is none of net/http's. Hosts of this
// machine, and the one that is reached in clear, are reached without a proxy.
func route(base http.RoundTripper, u *url.URL, allowed string, purpose use) http.RoundTripper {
	base = transportOr(base)
	t, ok := base.(*http.Transport)
	if !ok || u.Scheme != "https" && u.Scheme != "http" {
		return base
	}
	host := u.Hostname()
	here := isLoopback(host) || isAllowed(host, allowed)
	return poolsOf(t).of(t, purpose, here && (t.Proxy != nil || isLocalhost(host)))
}

// giveUp lets the next request use another connection than the last, which over made from base, as far as that can be
// had.
func giveUp(base, over http.RoundTripper) {
	base = transportOr(base)
	if t, ok := base.(*http.Transport); ok {
		if made, ok := over.(*http.Transport); ok && made != t {
			poolsOf(t).retire(made)
		}
		return
	}
	closeIdle(base)
}

// closeIdle closes the connections of base, and of what was made from it, that nobody uses.
func closeIdle(base http.RoundTripper) {
	base = transportOr(base)
	if t, ok := base.(*http.Transport); ok {
		if p, ok := allPools.Load(weak.Make(t)); ok {
			p.(*pools).closeIdle()
		}
	}
	if b, ok := base.(interface{ CloseIdleConnections() }); ok {
		b.CloseIdleConnections()
	}
}

// newPool is t with connections of its own. What t says about proxies, diallers, TLS and limits stays; of an HTTP/2 of
// somebody else's making only that it is spoken.
func newPool(t *http.Transport, purpose use, here bool) *http.Transport {
	d := t.Clone()
	d.ForceAttemptHTTP2 = t.ForceAttemptHTTP2 || t.TLSNextProto["h2"] != nil // Clone has let t decide
	if d.TLSNextProto["h2"] != nil {
		d.TLSNextProto = nil
	}
	if d.HTTP2 == nil {
		d.HTTP2 = &http.HTTP2Config{}
	}
	if d.HTTP2.SendPingTimeout == 0 {
		d.HTTP2.SendPingTimeout = pingAfter
	}
	if d.HTTP2.PingTimeout == 0 {
		d.HTTP2.PingTimeout = pingTimeout
	}
	dial := dialer(t.DialContext, t.Dial) //nolint:staticcheck // what a program still sets is kept
	if dial == nil {
		dial = (&net.Dialer{Timeout: 30 * time.Second}).DialContext
	}
	d.DialContext, d.DialTLSContext = keptAlive(dial, purpose), dialer(t.DialTLSContext, t.DialTLS) //nolint:staticcheck // the same
	d.Dial, d.DialTLS = nil, nil                                                                    //nolint:staticcheck // the same
	if here {
		d.Proxy, d.DialContext, d.DialTLSContext = nil, dialHere(d.DialContext), dialHere(d.DialTLSContext)
	}
	d.OnProxyConnectResponse = refusals(t.OnProxyConnectResponse) //nolint:bodyclose // it is no response, and the transport closes it
	if d.IdleConnTimeout == 0 || d.IdleConnTimeout > idleTimeout {
		d.IdleConnTimeout = idleTimeout
	}
	if purpose == useClient && (d.ResponseHeaderTimeout == 0 || d.ResponseHeaderTimeout > headerTimeout) {
		d.ResponseHeaderTimeout = headerTimeout
	}
	if purpose == useToken {
		d.MaxIdleConnsPerHost = -1 // of HTTP/1.1, where nobody can tell whether they are still there
	}
	return d
}

// keptAlive dials connections whose other end is asked for signs of life. A token request that was given up takes back what
// the system has not sent yet: it might arrive when another program has gone on.
func keptAlive(dial dialFunc, purpose use) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if tcp, ok := conn.(*net.TCPConn); ok && err == nil {
			_ = tcp.SetKeepAliveConfig(alive) // where a system has no such thing, it goes without
			if purpose == useToken {
				_ = tcp.SetLinger(0)
			}
		}
		return conn, err
	}
}

// asLast is req as the last one of its connection, whatever the transport is made of: one that makes a request of its own
// copies the headers, if anything.
func asLast(req *http.Request) *http.Request {
	last := req.Clone(req.Context())
	last.Close = true
	if last.Header != nil {
		last.Header.Set("Connection", "close")
	}
	return last
}
