//go:build unix

package broker_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// spent is the processor time of this process so far.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkARequest is the processor time of a request with client, vendor and what is between in one process: what is between
// costs the difference to Direct.
func BenchmarkARequest(b *testing.B) {
	vendor := ringcxtest.NewServer(b, nil)
	body := bytes.Repeat([]byte(`{"accountId":"21000001"},`), 40)
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/voice/") {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(body)
			return
		}
		vendor.ServeHTTP(w, r)
	}))
	b.Cleanup(upstream.Close)
	c := vendor.Config()
	c.Endpoint = ringcx.Endpoint{RingCentral: upstream.URL, RingCX: upstream.URL}
	session := c.NewSession(c.JWT(vendor.Demo().JWT), nil)
	if _, err := session.Token(b.Context()); err != nil {
		b.Fatal(err)
	}
	serve := func(change func(*broker.Options)) *place {
		return startAt(b, vendor, session, func(o *broker.Options) {
			o.Profiles[0].Endpoint = c.Endpoint
			change(o)
		})
	}
	log, err := broker.OpenAuditLog(filepath.Join(b.TempDir(), "audit.log"))
	if err != nil {
		b.Fatal(err)
	}
	rules := []broker.Rule{{Deny: true, Operation: "createDialGroup"}, {Caller: "worker", Path: "/voice/api/**"}}
	plain := serve(func(o *broker.Options) { o.NoLimits = true })
	ruled := serve(func(o *broker.Options) { o.Rules, o.NoLimits = rules, true })
	audited := serve(func(o *broker.Options) { o.Rules, o.Audit, o.NoLimits = rules, log, true })
	full := serve(func(o *broker.Options) { o.Rules, o.Audit = rules, log })
	full.broker.Widen()
	to, err := url.Parse(upstream.URL)
	if err != nil {
		b.Fatal(err)
	}
	bare := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to) },
		Transport: &http.Transport{MaxIdleConnsPerHost: 512, DisableCompression: true},
	})
	b.Cleanup(bare.Close)
	for _, at := range []struct{ name, url, key string }{
		{"Direct", upstream.URL, ""},
		{"BareReverseProxy", bare.URL, ""},
		{"Broker", plain.url, plain.key},
		{"BrokerWithPolicy", ruled.url, ruled.key},
		{"BrokerWithPolicyAndAudit", audited.url, audited.key},
		{"BrokerWithPolicyAuditAndGovernor", full.url, full.key},
	} {
		b.Run(at.name, func(b *testing.B) { request(b, at.url+"/voice/api/v1/admin/undescribed", at.key) })
	}
}

func request(b *testing.B, url, key string) {
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	defer client.CloseIdleConnections()
	begun := spent(b)
	b.ReportAllocs()
	for b.Loop() {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
		if err != nil {
			b.Fatal(err)
		}
		if key != "" {
			req.Header.Set("Authorization", "Bearer "+key)
		}
		resp, err := client.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			b.Fatal(resp.StatusCode)
		}
	}
	b.ReportMetric(float64(spent(b)-begun)/float64(b.N), "cpu-ns/op")
}

// BenchmarkAToken is what GET /token costs, without the network.
func BenchmarkAToken(b *testing.B) {
	p := start(b)
	req := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/token", nil)
	req.Host = "localhost"
	req.Header.Set("Authorization", "Bearer "+p.key)
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		if p.broker.ServeHTTP(w, req); w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
	}
}
