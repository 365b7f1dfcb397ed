package apicmd

import (
	"io"
	"net/http"
	"time"
)

// RetryAfter is how long the answer asks to wait, 0 if it does not say.
func (e *CallError) RetryAfter() time.Duration { return e.retryAfter }

// Stream sends req and returns the answer as it comes, whose Body the caller closes. What is no success, or a web page, is an
// error. Redirects are followed as Fetch does.
func Stream(client *http.Client, req *http.Request) (*http.Response, error) {
	resp, err := asMeant(client).Do(req)
	if err != nil {
		return nil, bare(req, err)
	}
	if r := newReply(req, resp, nil); resp.StatusCode/100 != 2 || r.IsPage() {
		defer func() { _ = resp.Body.Close() }()
		r.Body, _ = io.ReadAll(io.LimitReader(resp.Body, looked)) // what can be had of why
		return nil, r.Err()
	}
	return resp, nil
}

// BrokenOff is the error of an answer to req that ended before it was whole.
func BrokenOff(req *http.Request, err error) error { return bare(req, brokeOff(err)) }
