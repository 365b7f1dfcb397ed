package main_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/sandbox"
)

// startProduction starts a vendor under the names of the real one. A proxy leads there, which knows no other host, and which
// every request goes through that does not stay on this machine; those that it did not expect are in the file $STRAY.
func startProduction(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 0, "production")
	v, err := newVendor(&sandbox.Options{Seed: 99})
	ts.Check(err)
	stageOf(ts).vendors["production"] = v
	demo := v.box.Demo()
	ts.Setenv("PRODUCTION_CLIENT_ID", demo.ClientID)
	ts.Setenv("PRODUCTION_CLIENT_SECRET", demo.ClientSecret)
	ts.Setenv("PRODUCTION_JWT", demo.JWT)

	front := httptest.NewUnstartedServer(v.server.Config.Handler)
	cert := vendorCertificate(ts)
	front.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	front.StartTLS()
	ts.Defer(front.Close)
	stray := filepath.Join(ts.Getenv("WORK"), "stray.txt")
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known := r.Host == "platform.ringcentral.com:443" || r.Host == "ringcx.ringcentral.com:443"
		if r.Method != http.MethodConnect || !known {
			f, err := os.OpenFile(stray, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err == nil {
				_, _ = io.WriteString(f, r.Method+" "+r.Host+"\n")
				_ = f.Close()
			}
			http.Error(w, "not here", http.StatusBadGateway)
			return
		}
		tunnel(w, front.Listener.Addr().String())
	}))
	ts.Defer(proxy.Close)
	ca := filepath.Join(ts.Getenv("WORK"), "production.pem")
	ts.Check(os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}), 0o600))
	for name, value := range map[string]string{
		"STRAY": stray, "SSL_CERT_FILE": ca, "HTTPS_PROXY": proxy.URL, "HTTP_PROXY": proxy.URL, "https_proxy": "", "http_proxy": "", "NO_PROXY": "", "no_proxy": "",
	} {
		ts.Setenv(name, value)
	}
}

// tunnel joins the connection of w to another.
func tunnel(w http.ResponseWriter, addr string) {
	far, err := net.Dial("tcp", addr)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	near, said, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = far.Close()
		return
	}
	_, _ = io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		_, _ = io.Copy(far, said)
		_ = far.Close()
	}()
	_, _ = io.Copy(near, far)
	_ = near.Close()
}

// vendorCertificate is one for the vendor's names, which signs itself.
func vendorCertificate(ts *testscript.TestScript) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	now := time.Now()
	var names []string
	for _, server := range []string{ringcx.Production.RingCentral, ringcx.Production.RingCX} {
		names = append(names, server[len("https://"):])
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), DNSNames: names,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	ts.Check(err)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}
