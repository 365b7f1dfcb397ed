package brokercmd

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// tlsFiles are the files of [tls].
type tlsFiles struct {
	cert, key string
	clientCA  string            // of certificates of callers; "": they show none
	callers   map[string]string // names of callers by a name in their certificates
}

// readTLS reads [tls], with what its files hold.
func (c *config) readTLS(t *table) *tlsFiles {
	if t == nil {
		return nil
	}
	f := &tlsFiles{
		cert: c.path(t.text("cert", `cert = "/etc/ringcx/tls.crt"`)), key: c.path(t.text("key", `key = "/etc/ringcx/tls.key"`)),
		clientCA: c.path(t.text("client_ca", `client_ca = "/etc/ringcx/callers.crt"`)),
		callers:  t.names("callers", `"worker-1.internal" = "worker"`),
	}
	t.done()
	missing := false
	for _, name := range []string{"cert", "key"} {
		if !t.has(name) {
			missing = true
			t.fail(t.line("tls"), "tls needs "+name, fmt.Sprintf("such as: %s = \"/etc/ringcx/tls.%s\"", name, map[string]string{"cert": "crt", "key": "key"}[name]))
		}
	}
	if len(f.callers) > 0 && f.clientCA == "" {
		t.misfit("callers", "are told by certificates, and no authority of those is named", `add client_ca = "FILE" to [tls]`)
	}
	if f.clientCA != "" && len(f.callers) == 0 {
		t.misfit("client_ca", "lets in nobody: no certificate is that of a caller", `add [tls.callers] with lines such as "worker-1.internal" = "worker"`)
	}
	for name, of := range f.callers {
		if why := callerRule(of); why != "" {
			t.fail(t.line("tls.callers."+name), fmt.Sprintf("%q is no name for a caller: %s", wording.Clip(of), why), callerHint)
		}
	}
	if missing {
		return f
	}
	if _, err := f.load(); err != nil {
		t.fail(t.line("tls"), err.Error(), usage.Hint(err))
	}
	return f
}

// load reads the files.
func (f *tlsFiles) load() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return nil, usage.New("the certificate cannot be used: "+wording.OneLine(err.Error()), "cert and key name files of PEM that this user may read and that belong to each other")
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	if f.clientCA == "" {
		return config, nil
	}
	text, err := os.ReadFile(f.clientCA)
	if err != nil {
		return nil, usage.New("client_ca cannot be read: "+usage.PlainPath(err).Error(), "it names a file of PEM that this user may read")
	}
	config.ClientCAs = x509.NewCertPool()
	if !config.ClientCAs.AppendCertsFromPEM(text) {
		return nil, usage.New("client_ca holds no certificate", "it names a file of PEM")
	}
	config.ClientAuth = tls.VerifyClientCertIfGiven // a caller may show a key in its place
	return config, nil
}

// certificates tell callers by the names in their certificates, which an authority of theirs has signed.
type certificates map[string]string

// Authenticate implements [broker.Authenticator].
func (c certificates) Authenticate(r *http.Request, secret string) (*broker.Caller, error) {
	if secret != "" || r.TLS == nil || len(r.TLS.VerifiedChains) == 0 || len(r.TLS.VerifiedChains[0]) == 0 {
		return nil, broker.ErrUnknown // what a caller shows says who it is
	}
	shown := r.TLS.VerifiedChains[0][0]
	if time.Now().After(shown.NotAfter) {
		return nil, broker.ErrUnknown // the connection was made before it ended
	}
	for _, name := range namesOf(shown) {
		if caller := c[name]; caller != "" {
			sum := sha256.Sum256(shown.Raw)
			return &broker.Caller{Name: caller, ID: "certificate " + hex.EncodeToString(sum[:8]), Until: shown.NotAfter}, nil
		}
	}
	return nil, broker.ErrUnknown
}

// namesOf are the names in a certificate: the alternative ones, then the common name, which older authorities give alone.
func namesOf(c *x509.Certificate) []string {
	names := slices.Clone(c.DNSNames)
	for _, u := range c.URIs {
		names = append(names, u.String())
	}
	names = append(names, c.EmailAddresses...)
	if len(names) == 0 && c.Subject.CommonName != "" {
		names = append(names, c.Subject.CommonName)
	}
	return names
}
