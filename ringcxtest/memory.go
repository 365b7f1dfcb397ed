package ringcxtest

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
)

// memory is an http.RoundTripper that calls a handler.
type memory struct{ handler http.Handler }

// errReset is what a client sees of a connection that the server cut before it answered.
var errReset = errors.New("connection reset by the server")

func (m memory) RoundTrip(req *http.Request) (*http.Response, error) {
	in := req.Clone(req.Context())
	in.RequestURI, in.RemoteAddr = req.URL.RequestURI(), "127.0.0.1:1"
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if req.URL.Scheme == "https" {
		in.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: req.URL.Hostname()}
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	type result struct {
		answer *httptest.ResponseRecorder
		cut    bool
	}
	done := make(chan result, 1)
	go func() {
		rec, cut := httptest.NewRecorder(), true
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
				panic(p)
			}
			_ = in.Body.Close()
			done <- result{rec, cut}
		}()
		m.handler.ServeHTTP(rec, in)
		cut = false
	}()
	select {
	case <-req.Context().Done():
		return nil, req.Context().Err()
	case r := <-done:
		if r.cut && r.answer.Body.Len() == 0 {
			return nil, errReset
		}
		resp := r.answer.Result()
		resp.Request = req
		if r.cut {
			resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(r.answer.Body.Bytes()), broken{}))
		}
		return resp, nil
	}
}

// broken is the end of a body that breaks off.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
