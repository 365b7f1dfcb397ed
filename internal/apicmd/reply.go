package apicmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/ringcx-go/ringcx/internal/rows"
)

// Reply is an answer of the API.
type Reply struct {
	Request *http.Request
	Code    int
	Body    []byte // all of it, or of a long one that passes by its begin

	proto, status string // "HTTP/1.1", "200 OK"
	header        http.Header
	reads         bool // the request changes nothing, whatever its method
}

// maxListing bounds an answer that is read whole.
const maxListing = 64 << 20

// Ask calls an address without a body, and reads the answer, of the kind that accept says.
func Ask(ctx context.Context, client *http.Client, method, address, accept string) (*Reply, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", accept)
	return Fetch(client, req)
}

// Fetch sends req and reads the answer. Redirects are followed as far as client does, and as asMeant has it.
func Fetch(client *http.Client, req *http.Request) (*Reply, error) {
	resp, err := asMeant(client).Do(req) //nolint:gosec // the server is the account's
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
	return newReply(req, resp, body), nil
}

func newReply(req *http.Request, resp *http.Response, body []byte) *Reply {
	return &Reply{Request: req, Code: resp.StatusCode, Body: body, proto: resp.Proto, status: resp.Status, header: resp.Header}
}

// IsPage tells an answer of something that is not the API: the API itself never speaks HTML.
func (r *Reply) IsPage() bool {
	return mediaType(r.header.Get("Content-Type")) == "text/html"
}

// isDamaged tells an answer that says it is JSON, and is not. An answer without anything in it is none of these.
func (r *Reply) isDamaged() bool {
	return len(r.Body) > 0 && isJSONType(mediaType(r.header.Get("Content-Type"))) && !json.Valid(r.Body)
}

// IsBegin says that Body may be no more than the begin of the answer.
func (r *Reply) IsBegin() bool { return len(r.Body) >= looked }

// SaysError tells an answer that is an error as the vendor writes them, whatever its status.
func (r *Reply) SaysError() bool { return rows.Field(r.Body, "errorCode") != "" }

// NotAList is the error for an answer that should have been a list of rows.
func (r *Reply) NotAList() error {
	if r.IsPage() || r.SaysError() {
		return r.Err()
	}
	if r.isDamaged() {
		return fmt.Errorf("%s %s: the answer is damaged: it should be JSON, and is not", r.Request.Method, r.Request.URL.Path)
	}
	return fmt.Errorf("%s %s: the answer is not a list", r.Request.Method, r.Request.URL.Path)
}
