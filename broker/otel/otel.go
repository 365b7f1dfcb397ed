// Package otel traces a broker with OpenTelemetry. It is a module of its own, so that programs without traces compile nothing of
// it; where spans go is the business of the TracerProvider that it is given.
//
//	server := b.Server()
//	server.Handler = otel.Handler(b, provider)
//
// The caller's trace goes on: the vendor gets the header traceparent with the broker's span. Spans hold no path, query, header,
// key or token: their names are operation IDs, and all else is "other".
package otel

import (
	"net/http"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

const scope = "github.com/ringcx-go/ringcx/broker/otel"

// propagator reads and writes traceparent and tracestate. Baggage is not read: it is the caller's, and may hold anything.
var propagator = propagation.TraceContext{}

// Handler has a span for each request that next serves, which is the parent of what the vendor does. Health and metrics have none.
func Handler(next http.Handler, provider trace.TracerProvider) http.Handler {
	tracer := provider.Tracer(scope)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/healthz", "/readyz", "/metrics":
			next.ServeHTTP(w, r)
			return
		}
		ctx := propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := tracer.Start(ctx, operation(r), trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(method(r.Method)))
		defer span.End()
		r = r.Clone(ctx)
		inject(r)
		noted := &answer{ResponseWriter: w}
		defer func() { told(span, noted.status, noted.status >= http.StatusInternalServerError) }() // also of an answer that was cut off
		next.ServeHTTP(noted, r)
	})
}

// Transport has a span for each request that is sent by next. As the transport of ringcx.Config.HTTPClient it is told of logins and
// renewals; next is http.DefaultTransport if it is nil.
func Transport(next http.RoundTripper, provider trace.TracerProvider) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	return &transport{next, provider.Tracer(scope)}
}

type transport struct {
	next   http.RoundTripper
	tracer trace.Tracer
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, span := t.tracer.Start(r.Context(), operation(r), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(method(r.Method)))
	defer span.End()
	r = r.Clone(ctx)
	inject(r)
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		span.SetStatus(codes.Error, "no answer") // err may have an address
		return nil, err
	}
	told(span, resp.StatusCode, resp.StatusCode >= http.StatusBadRequest)
	return resp, nil
}

// inject sets the span of r's context as the parent of what its receiver does.
func inject(r *http.Request) {
	r.Header.Del("Tracestate")
	if trace.SpanContextFromContext(r.Context()).IsValid() {
		propagator.Inject(r.Context(), propagation.HeaderCarrier(r.Header))
	}
}

// operation names a request by what is described, and never by what was sent.
func operation(r *http.Request) string {
	path := r.URL.EscapedPath()
	switch path {
	case "/token", "/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/restapi/oauth/token", "/restapi/oauth/revoke", "/api/auth/login/rc/accesstoken", "/api/auth/token/refresh":
		return strings.TrimPrefix(path, "/")
	}
	if op, _, ok := apispec.Match(r.Method, path); ok {
		return op.ID
	}
	return "other"
}

// method is one that HTTP has, or _OTHER, as the conventions of OpenTelemetry say.
func method(m string) attribute.KeyValue {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodConnect:
	default:
		m = "_OTHER"
	}
	return attribute.String("http.request.method", m)
}

func told(span trace.Span, status int, failed bool) {
	if status != 0 {
		span.SetAttributes(attribute.Int("http.response.status_code", status))
	}
	if failed || status == 0 {
		span.SetStatus(codes.Error, "")
	}
}

// answer notes the status.
type answer struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if status >= http.StatusOK && a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
