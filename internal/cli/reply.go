package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// reply is an answer of the API, read whole.
type reply struct {
	request       *http.Request
	proto, status string // "HTTP/1.1", "200 OK"
	code          int
	header        http.Header
	body          []byte
}

// maxListing bounds an answer that is read whole.
const maxListing = 64 << 20

// fetch sends req and reads the answer. Redirects are followed as far as client does, and as asMeant has it.
func fetch(client *http.Client, req *http.Request) (*reply, error) {
	resp, err := asMeant(client).Do(req)
	if err != nil {
		return nil, bare(req, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxListing+1))
	switch {
	case err != nil:
		return nil, bare(req, fmt.Errorf("the answer broke off: %w", err))
	case len(body) > maxListing:
		return nil, fmt.Errorf("%s %s: the answer is larger than %d MiB", req.Method, req.URL.Path, maxListing>>20)
	}
	return &reply{req, resp.Proto, resp.Status, resp.StatusCode, resp.Header, body}, nil
}

// isPage tells an answer of something that is not the API: the API itself never speaks HTML.
func (r *reply) isPage() bool {
	kind, _, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	return err == nil && kind == "text/html"
}

// isDamaged tells an answer that says it is JSON, and is not. An answer without anything in it is none of these.
func (r *reply) isDamaged() bool {
	return len(r.body) > 0 && strings.Contains(r.header.Get("Content-Type"), "json") && !json.Valid(r.body)
}

// notAList is the error for an answer that should have been a list of rows.
func (r *reply) notAList() error {
	if r.isPage() {
		return r.err()
	}
	return fmt.Errorf("%s %s: the answer is not a list", r.request.Method, r.request.URL.Path)
}
