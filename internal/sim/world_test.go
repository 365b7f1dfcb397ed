//go:build !race

package sim_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// world is one run: a vendor, a store, some processes, and the dice.
type world struct {
	vendor   *ringcxtest.Server
	rows     *rows
	chaos    bool // things go wrong
	begin    time.Time
	sender   *process             // who makes the request under way
	quiet    map[string]time.Time // nothing may be sent to a host before; as far as somebody lived to write it down
	known    map[string]time.Time // since when
	story    []string
	broken   []string // promises that were not kept
	answers  int      // requests the vendor saw from us
	renewals int
	crashes  int
}

// process is one life of a program. It has dice of its own, so that what happens to it does not depend on who else ran
// first.
type process struct {
	w    *world
	skew time.Duration // how far its clock is behind: a few nanoseconds at least, so that no two wake at the same instant
	rng  *rand.Rand
	name string
	dead bool

	lineage string
	told    map[string]time.Time // quiet times it was told of and has not written down yet
}

var errDied = errors.New("the process died")

func (w *world) tell(format string, args ...any) {
	w.story = append(w.story, fmt.Sprintf("%10.3fs  ", time.Since(w.begin).Seconds())+fmt.Sprintf(format, args...))
}

func (w *world) breaks(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	w.tell("BROKEN: %s", text)
	w.broken = append(w.broken, text)
}

func (p *process) chance(percent int) bool { return p.rng.IntN(100) < percent && p.w.chaos }

// pass lets time go by, to the nanosecond, so that two events hardly ever fall on the same instant.
func (p *process) pass(from, to time.Duration) {
	time.Sleep(from + time.Duration(p.rng.Int64N(int64(to-from)+1)))
}

func (p *process) die(where string) {
	p.dead = true
	p.w.crashes++
	p.w.tell("%s dies %s", p.name, where)
}

// network is the wire as one process sees it.
type network struct{ *process }

func (n network) RoundTrip(req *http.Request) (*http.Response, error) {
	w := n.w
	if n.dead {
		return nil, errDied
	}
	call := req.Method + " " + req.URL.Path
	switch {
	case n.chance(4):
		n.die("before it sends " + call)
		return nil, errDied
	case n.chance(4):
		w.tell("%s cannot connect for %s", n.name, call)
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	}
	n.pass(time.Millisecond, 200*time.Millisecond)
	if n.chance(4) {
		w.tell("%s: %s is lost on the way", n.name, call)
		n.pass(0, 30*time.Second)
		return nil, io.ErrUnexpectedEOF
	}
	if n.chance(6) {
		return n.refuse(req, call)
	}
	resp, err := n.deliver(req, call)
	if err != nil {
		return nil, err
	}
	switch {
	case n.chance(4):
		n.die("before the answer to " + call + " arrives")
		return nil, errDied
	case n.chance(4):
		w.tell("%s: the answer to %s is lost", n.name, call)
		n.pass(0, 30*time.Second)
		return nil, io.ErrUnexpectedEOF
	case n.chance(3):
		w.tell("%s: the answer to %s is a gateway's", n.name, call)
		return synthetic(req, http.StatusBadGateway, "text/html", "<html>Bad gateway</html>", ""), nil
	case n.chance(3):
		w.tell("%s: the answer to %s is cut off", n.name, call)
		body, _ := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(bytes.NewReader(body[:len(body)/2]))
	}
	n.pass(time.Millisecond, 100*time.Millisecond)
	if n.chance(5) {
		n.pass(time.Second, 20*time.Second)
	}
	return resp, nil
}

// deliver hands the request to the vendor, and judges it.
func (n network) deliver(req *http.Request, call string) (*http.Response, error) {
	w := n.w
	host := "ringcx"
	if strings.HasPrefix(req.URL.Path, "/restapi") {
		host = "ringcentral"
	}
	// What was on its way when another lineage learned that it had better wait cannot be called back.
	if until := w.quiet[host]; time.Now().Before(until) && time.Since(w.known[host]) > 2*time.Second {
		w.breaks("%s sends %s %s before the vendor allows it", n.name, call, time.Until(until))
	}
	w.sender = n.process
	resp, err := w.vendor.Client().Transport.RoundTrip(req)
	w.sender = nil
	if err != nil {
		return nil, err
	}
	w.answers++
	w.tell("%s: %s → %d", n.name, call, resp.StatusCode)
	if resp.StatusCode == http.StatusTooManyRequests {
		w.breaks("%s: the vendor had to answer 429 to %s", n.name, call)
	}
	return resp, nil
}

// refuse answers in the vendor's place without doing anything.
func (n network) refuse(req *http.Request, call string) (*http.Response, error) {
	w := n.w
	kind := n.rng.IntN(4)
	w.tell("%s: %s is refused, kind %d", n.name, call, kind)
	host := "ringcx"
	if strings.HasPrefix(req.URL.Path, "/restapi") {
		host = "ringcentral"
	}
	switch kind {
	case 0:
		return synthetic(req, http.StatusInternalServerError, "application/json", `{"message":"oops"}`, ""), nil
	case 1:
		n.told[host] = time.Now().Add(time.Minute)
		return synthetic(req, http.StatusTooManyRequests, "application/json", `{"errorCode":"CMN-301"}`, ""), nil
	case 2:
		d := time.Duration(1+n.rng.IntN(90)) * time.Second
		n.told[host] = time.Now().Add(d)
		return synthetic(req, http.StatusTooManyRequests, "text/plain", "rate", fmt.Sprint(int(d.Seconds()))), nil
	default:
		n.told[host] = time.Now().Add(5 * time.Second)
		return synthetic(req, http.StatusServiceUnavailable, "text/html", "<html>", "5"), nil
	}
}

func synthetic(req *http.Request, status int, contentType, body, retryAfter string) *http.Response {
	h := http.Header{"Content-Type": {contentType}}
	if retryAfter != "" {
		h.Set("Retry-After", retryAfter)
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: req, ProtoMajor: 1, ProtoMinor: 1}
}

// session is what the process works with.
func (p *process) session(stored bool) *ringcx.Session {
	c := p.w.vendor.Config()
	c.HTTPClient = &http.Client{Transport: network{p}}
	if p.skew != 0 {
		c.Now = func() time.Time { return time.Now().Add(-p.skew) } // and no timers; one program has them
	}
	opts := &ringcx.SessionOptions{Store: &store{p}, Key: p.lineage, Inline: p.rng.IntN(2) == 0}
	if stored {
		return c.NewSession(nil, opts)
	}
	return c.NewSession(c.JWT(p.w.vendor.Demo().JWT), opts)
}

// works asks the vendor itself about a token, past the network.
func (w *world) works(token *ringcx.Token) bool {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, w.vendor.URL+"/voice/api/v1/admin/users", nil)
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", "Bearer "+token.AccessToken)
	req.Header.Set("User-Agent", "sim/1.0")
	resp, err := w.vendor.Client().Transport.RoundTrip(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
