package otel_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/broker/otel"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

const (
	accounts = "/voice/api/v1/admin/accounts"
	traceID  = "0af7651916cd43dd8448eb211c80319c"
	parent   = "00-" + traceID + "-b7ad6b7169203331-01"
)

// traced is a broker with spans before a vendor that notes the header traceparent.
type traced struct {
	t     *testing.T
	spans *tracetest.SpanRecorder
	seen  chan string // traceparent and tracestate of requests for accounts
	url   string
	key   string
}

func start(t *testing.T) *traced {
	t.Helper()
	p := &traced{t: t, spans: tracetest.NewSpanRecorder(), seen: make(chan string, 100)}
	provider := trace.NewTracerProvider(trace.WithSpanProcessor(p.spans))
	vendor := ringcxtest.NewServer(t, nil)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == accounts {
			p.seen <- r.Header.Get("Traceparent") + r.Header.Get("Baggage")
		}
		vendor.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	config := vendor.Config()
	config.Endpoint = ringcx.Endpoint{RingCentral: web.URL, RingCX: web.URL}
	config.HTTPClient = &http.Client{Transport: otel.Transport(nil, provider)}
	session := config.NewSession(config.JWT(vendor.Demo().JWT), nil)
	b, err := broker.New(&broker.Options{Profiles: []broker.Profile{{Name: "main", Session: session, Endpoint: config.Endpoint}}, Store: new(ringcx.Memory)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	front := httptest.NewUnstartedServer(nil)
	front.Config = b.Server()
	front.Config.Handler = otel.Handler(b, provider)
	front.Start()
	t.Cleanup(front.Close)
	p.url = front.URL
	if p.key, err = b.CreateKey(t.Context(), "worker", "", 0); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *traced) get(path, traceparent string) int {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.key)
	if traceparent != "" {
		req.Header.Set("Traceparent", traceparent)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode
}

// ended are the spans of a name, once there are n.
func (p *traced) ended(name string, n int) (all []trace.ReadOnlySpan) {
	p.t.Helper()
	for len(all) < n && p.t.Context().Err() == nil { // a span ends after its answer
		all = all[:0]
		for _, s := range p.spans.Ended() {
			if s.Name() == name {
				all = append(all, s)
			}
		}
	}
	return all
}

func TestATraceGoesThroughTheBroker(t *testing.T) {
	p := start(t)
	if status := p.get(accounts, parent); status != http.StatusOK {
		t.Fatal(status)
	}
	span := p.ended("getAllAccounts", 1)[0]
	if span.SpanContext().TraceID().String() != traceID || span.Parent().SpanID().String() != "b7ad6b7169203331" {
		t.Errorf("the span is %v of %v", span.SpanContext(), span.Parent())
	}
	if got, want := <-p.seen, "00-"+traceID+"-"+span.SpanContext().SpanID().String()+"-01"; got != want {
		t.Errorf("the vendor got %q, want %q", got, want)
	}
	if !hasStatus(span, 200) {
		t.Errorf("%v", span.Attributes())
	}
	if login := p.ended("restapi/oauth/token", 1)[0]; !hasStatus(login, 200) {
		t.Errorf("the login: %v", login.Attributes())
	}
	p.get(accounts, "") // a trace of its own
	if got := <-p.seen; len(got) != len(parent) || strings.Contains(got, traceID) {
		t.Errorf("the vendor got %q", got)
	}
	p.get(accounts, "00-evil-text-01") // no trace: a caller's text goes no further
	if got := <-p.seen; len(got) != len(parent) {
		t.Errorf("the vendor got %q", got)
	}
}

func hasStatus(span trace.ReadOnlySpan, want int) bool {
	for _, a := range span.Attributes() {
		if a == attribute.Int("http.response.status_code", want) {
			return true
		}
	}
	return false
}

func TestSpansHoldNothingThatACallerSent(t *testing.T) {
	p := start(t)
	for _, path := range []string{accounts + "?q=secretquery", "/voice/api/v1/secretpath", "/token?after=secretquery", "/healthz", "/readyz"} {
		p.get(path, parent)
	}
	p.ended("other", 1)
	text, err := json.Marshal(tracetest.SpanStubsFromReadOnlySpans(p.spans.Ended()))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{p.key, "secretquery", "secretpath", "healthz", "Bearer"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("a span has %.12s…", secret)
		}
	}
	if !strings.Contains(string(text), "getAllAccounts") { // the control
		t.Errorf("%s", text)
	}
}

func TestAnErrorOfTheBrokerIsOneOfTheSpan(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	h := otel.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }), trace.NewTracerProvider(trace.WithSpanProcessor(spans)))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "X", "/x", nil))
	if s := spans.Ended()[0]; s.Status().Code != codes.Error || s.Name() != "other" || !hasStatus(s, 502) {
		t.Errorf("%s %v %v", s.Name(), s.Status(), s.Attributes())
	}
}
