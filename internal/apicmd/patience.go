package apicmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/ringcx-go/ringcx/internal/pace"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// RetryAfter is how long the answer asks to wait, 0 if it does not say.
func (e *CallError) RetryAfter() time.Duration { return e.retryAfter }

// Stream sends req and returns the answer as it comes, whose Body the caller closes. What is no success, or a web page, is an
// error. Redirects are followed as Fetch does.
func Stream(client *http.Client, req *http.Request) (*http.Response, error) {
	resp, err := asMeant(client).Do(req) //nolint:gosec // the server is the account's
	if err != nil {
		return nil, bare(req, err)
	}
	return newReply(req, resp, nil).succeeded(resp, false)
}

// succeeded is an answer that is a success, and no web page unless one is wanted.
func (r *Reply) succeeded(resp *http.Response, page bool) (*http.Response, error) {
	if resp.StatusCode/100 != 2 || r.IsPage() && !page {
		defer func() { _ = resp.Body.Close() }()
		r.Body, _ = io.ReadAll(io.LimitReader(resp.Body, looked)) // what can be had of why
		return nil, r.Err()
	}
	return resp, nil
}

// Streaming is Stream for a request that may be sent any number of times, made anew each time: a vendor that asks for patience is
// given it, as far as MaxWait goes. With page the answer may be a web page.
func (l *Lister) Streaming(build func() (*http.Request, error), page bool) (*http.Response, error) {
	until := time.Now().Add(l.MaxWait)
	for {
		req, err := build()
		if err != nil {
			return nil, err
		}
		resp, err := asMeant(l.Client).Do(req) //nolint:gosec // the server is the account's
		if err != nil {
			return nil, bare(req, err)
		}
		again, err := l.again(req, resp.StatusCode, resp.Header, until)
		if !again && err == nil {
			r := newReply(req, resp, nil)
			r.reads = true
			return r.succeeded(resp, page)
		}
		_ = resp.Body.Close()
		if err != nil {
			return nil, err
		}
	}
}

// BrokenOff is the error of an answer to req that ended before it was whole.
func BrokenOff(req *http.Request, err error) error { return bare(req, brokeOff(err)) }

// Asking sends a request that changes nothing, however often it is sent, made anew each time: a vendor that asks for patience
// is given it, as far as MaxWait goes. It keeps to a pace, nil: none.
func (l *Lister) Asking(p *pace.Pace, build func() (*http.Request, error)) (*Reply, error) {
	until := time.Now().Add(l.MaxWait)
	for {
		req, err := build()
		if err != nil {
			return nil, err
		}
		if err := l.keep(req.Context(), p); err != nil {
			return nil, err
		}
		r, err := Fetch(l.Client, req)
		p.Done()
		if err != nil {
			return nil, err
		}
		r.reads = true
		if again, err := l.again(req, r.Code, r.header, until); err != nil || !again {
			return r, err
		}
	}
}

// again says whether to send a request once more: its answer asked for patience, and that was given.
func (l *Lister) again(req *http.Request, code int, header http.Header, until time.Time) (bool, error) {
	wait := retryAfter(header)
	if wait == 0 || !usage.IsBusyAnswer(code, wait) || time.Now().Add(wait).After(until) {
		return false, nil
	}
	err := l.Pause(wait, fmt.Sprintf("%s asked for patience (%d)", req.URL.Host, code))
	return err == nil, err
}

// Get is Asking for what is at an address, as JSON.
func (l *Lister) Get(ctx context.Context, address string) (*Reply, error) {
	return l.Asking(nil, func() (*http.Request, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err == nil {
			req.Header.Set("Accept", kindJSON)
		}
		return req, err
	})
}

// keep waits until the pace lets another request be sent, and tells of it if that takes a while.
func (l *Lister) keep(ctx context.Context, p *pace.Pace) error {
	wait := p.Wait()
	if wait < noticeable {
		return pace.Sleep(ctx, wait)
	}
	return l.Pause(wait, "the documented limit of the vendor is reached")
}

// noticeable is from when on a wait is told of.
const noticeable = 2 * time.Second

// EachFound is Each for a search: a POST whose body says what is looked for. It keeps to a pace.
func (l *Lister) EachFound(ctx context.Context, p *pace.Pace, address string, body []byte, size int, key string, yield func(rows []json.RawMessage) error) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	list := &listing{size: size, key: key, get: func(page, size int) ([]json.RawMessage, error) {
		r, err := l.Asking(p, func() (*http.Request, error) { return Posted(ctx, paged(*u, page, size), body) })
		if err != nil || r.Code == http.StatusNoContent {
			return nil, err
		}
		return r.Rows()
	}}
	if err := list.each(yield); err != nil {
		return list.cut(err)
	}
	return nil
}

// Posted is a POST with a body of JSON.
func Posted(ctx context.Context, address string, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err == nil {
		req.Header.Set("Accept", "application/json")
		req.Header.Set("Content-Type", "application/json")
	}
	return req, err
}

// Rows is an answer that is a list.
func (r *Reply) Rows() ([]json.RawMessage, error) {
	if r.Code/100 != 2 {
		return nil, r.Err()
	}
	var rows []json.RawMessage
	if json.Unmarshal(r.Body, &rows) != nil || rows == nil {
		return nil, r.NotAList()
	}
	return rows, nil
}
