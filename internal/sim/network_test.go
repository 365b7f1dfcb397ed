//go:build !race

package sim_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

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
	n.maybeSetClock()
	if n.chance(4) {
		w.tell("%s: %s is lost on the way", n.name, call)
		n.pass(0, 30*time.Second)
		return nil, io.ErrUnexpectedEOF
	}
	if n.chance(6) {
		return n.refuse(req, call)
	}
	refresh := call == "POST /api/auth/token/refresh"
	if old := w.answered[n.lineage]; refresh && old != nil && n.chance(3) {
		w.tell("%s: %s gets an answer that was given before", n.name, call)
		return synthetic(req, http.StatusOK, "application/json", string(old), ""), nil
	}
	if refresh && n.chance(3) {
		return n.deliverTwice(req, call)
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
	w.remember(n.lineage, refresh, resp)
	return resp, nil
}

// remember keeps the answer to a refresh, for something on the way to repeat. It forgets one that another token followed
// within moments: the times in the two, which have whole seconds, may not tell which came first.
func (w *world) remember(lineage string, refresh bool, resp *http.Response) {
	if !refresh {
		delete(w.answered, lineage)
		return
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if resp.StatusCode == http.StatusOK {
		w.answered[lineage] = body
	}
}

// deliverTwice is a network that repeats a request, and hands out either answer. What the vendor thinks of the
// repetition is not the process's fault.
func (n network) deliverTwice(req *http.Request, call string) (*http.Response, error) {
	first, err := n.deliver(req, call)
	if err != nil {
		return nil, err
	}
	again := req.Clone(req.Context())
	again.Body, _ = req.GetBody()
	second, err := n.w.vendor.Client().Transport.RoundTrip(again)
	if err != nil {
		return nil, err
	}
	late := n.rng.IntN(2) == 0
	n.w.tell("%s: %s arrives twice, the second time → %d; the program hears the second: %v", n.name, call, second.StatusCode, late)
	if late {
		return second, nil
	}
	return first, nil
}

// deliver hands the request to the vendor, and judges it.
func (n network) deliver(req *http.Request, call string) (*http.Response, error) {
	w := n.w
	host := "ringcx"
	if strings.HasPrefix(req.URL.Path, "/restapi") {
		host = "ringcentral"
	}
	// What was on its way when another lineage learned that it had better wait cannot be called back.
	if until := w.quiet[host]; time.Now().Before(until) && time.Since(w.known[host]) > 2*time.Second && !w.lenient("") {
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
	if resp.StatusCode == http.StatusTooManyRequests && !w.lenient("") {
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
