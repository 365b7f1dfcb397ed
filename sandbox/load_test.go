package sandbox_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

func BenchmarkExchange(b *testing.B) {
	for _, algorithm := range []string{"ES256", "EdDSA", "RS256"} {
		b.Run(algorithm, func(b *testing.B) {
			v := newVendor(b, sandbox.Options{NoLimits: true, Algorithm: algorithm})
			body := "rcTokenType=Bearer&includeRefresh=true&rcAccessToken=" + str(v.login(), "access_token")
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r := httptest.NewRequest(http.MethodPost, exchangePath, strings.NewReader(body))
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					w := httptest.NewRecorder()
					if v.ServeHTTP(w, r); w.Code != http.StatusOK {
						b.Error(w.Code)
					}
				}
			})
		})
	}
}

// BenchmarkIssue is what issuing a token costs the handler: an exchange against the bare signature of the same text,
// turn by turn in one goroutine.
func BenchmarkIssue(b *testing.B) {
	for algorithm, sign := range map[string]func(testing.TB) func(text []byte){
		"ES256": bareES256, "EdDSA": bareEdDSA, "RS256": bareRS256,
	} {
		b.Run(algorithm, func(b *testing.B) {
			v := newVendor(b, sandbox.Options{NoLimits: true, Algorithm: algorithm})
			body := strings.NewReader("")
			form := "rcTokenType=Bearer&includeRefresh=true&rcAccessToken=" + str(v.login(), "access_token")
			token := str(v.exchange(), "accessToken")
			text := []byte(token[:strings.LastIndex(token, ".")])
			r := httptest.NewRequest(http.MethodPost, exchangePath, io.NopCloser(body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			signature, original := sign(b), r.Body
			var issuing, signing time.Duration
			for b.Loop() {
				body.Reset(form)
				r.Body = original
				w := &discarded{header: http.Header{}}
				begin := time.Now()
				v.ServeHTTP(w, r)
				issued := time.Now()
				signature(text)
				issuing, signing = issuing+issued.Sub(begin), signing+time.Since(issued)
				if w.status != http.StatusOK {
					b.Fatal(w.status)
				}
			}
			b.ReportMetric(float64(issuing)/float64(signing), "signatures/op")
			b.ReportMetric(float64(signing.Nanoseconds())/float64(b.N), "ns/signature")
			b.ReportMetric(0, "ns/op") // both together, which says nothing
		})
	}
}

// discarded is a response of which only the status is kept.
type discarded struct {
	header http.Header
	status int
}

func (d *discarded) Header() http.Header         { return d.header }
func (d *discarded) WriteHeader(status int)      { d.status = status }
func (d *discarded) Write(p []byte) (int, error) { return len(p), nil }

func bareES256(tb testing.TB) func([]byte) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return func(text []byte) {
		digest := sha256.Sum256(text)
		if _, err := ecdsa.SignASN1(rand.Reader, key, digest[:]); err != nil {
			tb.Fatal(err)
		}
	}
}

func bareEdDSA(tb testing.TB) func([]byte) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return func(text []byte) { ed25519.Sign(key, text) }
}

func bareRS256(tb testing.TB) func([]byte) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		tb.Fatal(err)
	}
	return func(text []byte) {
		digest := sha256.Sum256(text)
		if _, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:]); err != nil {
			tb.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, path := range []string{usersPath, accountsPath} {
		b.Run(path[strings.LastIndex(path, "/")+1:], func(b *testing.B) {
			v := newVendor(b, sandbox.Options{NoLimits: true})
			token := str(v.exchange(), "accessToken")
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.Header.Set("Authorization", "Bearer "+token)
				r.Header.Set("User-Agent", "test")
				for pb.Next() {
					w := &discarded{header: http.Header{}}
					if v.ServeHTTP(w, r); w.status != http.StatusOK {
						b.Error(w.status)
					}
				}
			})
		})
	}
}

func BenchmarkReadOverTCP(b *testing.B) {
	v := newVendor(b, sandbox.Options{NoLimits: true})
	token := str(v.exchange(), "accessToken")
	web := httptest.NewServer(v)
	defer web.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := http.NewRequest(http.MethodGet, web.URL+usersPath, nil)
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Authorization", "Bearer "+token)
			resp, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	})
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		if _, err := sandbox.New(nil); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzTokenEndpoint promises that no body, content type or header makes the token endpoint fail or fall over.
func FuzzTokenEndpoint(f *testing.F) {
	f.Add("grant_type=refresh_token&refresh_token=x", "application/x-www-form-urlencoded", "Basic eDp5")
	f.Add("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c", "", "")
	f.Add("a=1&a=2;%zz", "application/x-www-form-urlencoded; charset=\xff", "Bearer x")
	v := newVendor(f, sandbox.Options{NoLimits: true})
	demo := v.Demo()
	f.Fuzz(func(t *testing.T, body, contentType, authorization string) {
		for _, asDemo := range []bool{false, true} {
			r := httptest.NewRequest(http.MethodPost, tokenPath, strings.NewReader(body))
			r.Header.Set("Content-Type", contentType)
			r.Header.Set("Authorization", authorization)
			if asDemo {
				r.SetBasicAuth(demo.ClientID, demo.ClientSecret)
			}
			w := httptest.NewRecorder()
			if v.ServeHTTP(w, r); w.Code < 200 || w.Code >= 500 {
				t.Errorf("status %d for %q", w.Code, body)
			}
			if got := w.Header().Get("Content-Type"); got != "application/json" {
				t.Errorf("content type %q", got)
			}
		}
	})
}

// FuzzAPIToken promises the same for what is sent as a RingCX token, and that none of it is let in.
func FuzzAPIToken(f *testing.F) {
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL3JpbmdjeC1zYW5kYm94LmludmFsaWQiLCJleHAiOjk5OTk5OTk5OTl9.")
	v := newVendor(f, sandbox.Options{})
	f.Fuzz(func(t *testing.T, token string) {
		r := httptest.NewRequest(http.MethodGet, usersPath, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		if v.ServeHTTP(w, r); w.Code != http.StatusUnauthorized {
			t.Errorf("status %d for %q", w.Code, token)
		}
	})
}
