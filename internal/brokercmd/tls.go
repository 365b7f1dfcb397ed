package brokercmd

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/store/file"
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
	f.checkCallers(t)
	for setting, path := range map[string]string{"cert": f.cert, "key": f.key, "client_ca": f.clientCA} {
		c.names(t, setting, path, false)
	}
	if !missing {
		c.later = append(c.later, func() {
			for _, err := range f.wrong(c.warn) {
				t.fail(t.line("tls"), err.Error(), usage.Hint(err))
			}
		})
	}
	return f
}

// checkCallers refuses names that no certificate or no caller has.
func (f *tlsFiles) checkCallers(t *table) {
	for name, of := range f.callers {
		if why := callerRule(of); why != "" {
			t.fail(t.line("tls.callers."+name), fmt.Sprintf("%q is no name for a caller: %s", wording.Clip(of), why), callerHint)
		}
		if strings.Contains(name, "*") || strings.HasSuffix(name, ".") {
			t.fail(t.line("tls.callers."+name), fmt.Sprintf("%q is no name of one certificate: * stands for nothing there, and none ends in a dot", wording.Clip(name)), `give each name as certificates have it, such as "worker-1.internal" = "worker"`)
		}
	}
}

// wrong is all that is wrong with the files.
func (f *tlsFiles) wrong(tell func(string)) (all []error) {
	for _, read := range []func() error{
		func() error { _, err := f.secret(tell); return err },
		func() error { _, err := f.public(); return err },
		func() error {
			if f.clientCA == "" {
				return nil
			}
			_, _, err := f.authorities()
			return err
		},
	} {
		if err := read(); err != nil {
			all = append(all, err)
		}
	}
	if len(all) == 0 {
		if _, err := f.load(func(string) {}); err != nil { // each is there, and they do not belong together
			all = append(all, err)
		}
	}
	return all
}

// load reads the files. What may be wrong with them and is no reason to refuse them is told.
func (f *tlsFiles) load(tell func(string)) (*tls.Config, error) {
	pair, err := f.pair(tell)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	if f.clientCA == "" {
		return config, nil
	}
	if config.ClientCAs, _, err = f.authorities(); err != nil {
		return nil, err
	}
	config.ClientAuth = tls.VerifyClientCertIfGiven // a caller may show a key in its place
	return config, nil
}

const pairHint = "cert and key name files of PEM that this user may read and that belong to each other"

// secret is what the file of the key holds, which nobody else may read.
func (f *tlsFiles) secret(tell func(string)) ([]byte, error) {
	key, err := file.OpenPrivate(f.key, tell)
	if err != nil {
		mends := usage.Hint(err)
		if path := (*fs.PathError)(nil); mends == "" || errors.As(err, &path) {
			mends = pairHint
		}
		return nil, usage.New("the key of the certificate cannot be used: "+usage.OfPath(err), mends)
	}
	defer func() { _ = key.Close() }()
	secret, err := io.ReadAll(io.LimitReader(key, env.MaxInput))
	if err != nil {
		return nil, usage.New("the key of the certificate cannot be read: "+usage.OfPath(err), pairHint)
	}
	return secret, nil
}

// public is what the file of the certificate holds.
func (f *tlsFiles) public() ([]byte, error) {
	text, err := os.ReadFile(f.cert)
	if err != nil {
		return nil, usage.New("the certificate cannot be used: "+usage.OfPath(err), pairHint)
	}
	return text, nil
}

// pair is the certificate of the broker with its key.
func (f *tlsFiles) pair(tell func(string)) (none tls.Certificate, err error) {
	secret, err := f.secret(tell)
	if err != nil {
		return none, err
	}
	text, err := f.public()
	if err != nil {
		return none, err
	}
	pair, err := tls.X509KeyPair(text, secret)
	if err != nil {
		return none, usage.New(fmt.Sprintf("the certificate cannot be used: %s with %s: %s", f.cert, f.key, wording.OneLine(err.Error())), pairHint)
	}
	if why := outOfTime(pair.Leaf); why != "" {
		return none, usage.New("the certificate cannot be used: "+f.cert+" "+why, "put one there that is good now; SIGHUP has a broker that runs read it")
	}
	return pair, nil
}

// outOfTime is why a certificate is not good now; "": it is.
func outOfTime(c *x509.Certificate) string {
	switch now := time.Now(); {
	case now.After(c.NotAfter):
		return "has ended at " + c.NotAfter.UTC().Format(time.RFC3339)
	case now.Before(c.NotBefore):
		return "begins at " + c.NotBefore.UTC().Format(time.RFC3339)
	}
	return ""
}

// authorities are those that may vouch for callers, by what they are, too.
func (f *tlsFiles) authorities() (pool *x509.CertPool, known map[string]bool, err error) {
	text, err := os.ReadFile(f.clientCA)
	if err != nil {
		return nil, nil, usage.New("client_ca cannot be read: "+usage.OfPath(err), "it names a file of PEM that this user may read")
	}
	pool, known = x509.NewCertPool(), map[string]bool{}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if c, err := x509.ParseCertificate(block.Bytes); err == nil && block.Type == "CERTIFICATE" {
			pool.AddCert(c)
			known[string(c.Raw)] = true
		}
	}
	if len(known) == 0 {
		return nil, nil, usage.New("client_ca holds no certificate: "+f.clientCA, "it names a file of PEM")
	}
	return pool, known, nil
}

// certificates tell callers by the names in their certificates, which an authority of theirs has signed.
type certificates struct {
	callers map[string]string
	trusted *x509.CertPool
	known   map[string]bool // what is in trusted, as certificates are sent
}

// certificates are those that are taken now, as the files say.
func (f *tlsFiles) certificates() (*certificates, error) {
	pool, known, err := f.authorities()
	return &certificates{f.callers, pool, known}, err
}

// Authenticate implements [broker.Authenticator]. A connection may be older than what is trusted now, and outlive what was good when
// it was made, so the certificate is looked at with each request.
func (c *certificates) Authenticate(r *http.Request, secret string) (*broker.Caller, error) {
	if secret != "" || r.TLS == nil || len(r.TLS.VerifiedChains) == 0 || len(r.TLS.VerifiedChains[0]) == 0 {
		return nil, broker.ErrUnknown // what a caller shows says who it is
	}
	shown := r.TLS.PeerCertificates[0]
	for _, name := range namesOf(shown) {
		if caller := c.callers[name]; caller != "" {
			if !c.vouchedFor(r.TLS) {
				return nil, broker.ErrUnknown
			}
			sum := sha256.Sum256(shown.Raw)
			return &broker.Caller{Name: caller, ID: "certificate " + hex.EncodeToString(sum[:8]), Until: shown.NotAfter}, nil
		}
	}
	return nil, broker.ErrUnknown
}

// vouchedFor tells whether an authority that is trusted now vouches for the certificate of a connection.
func (c *certificates) vouchedFor(conn *tls.ConnectionState) bool {
	for _, chain := range conn.VerifiedChains {
		for _, one := range chain {
			if outOfTime(one) != "" {
				break
			}
			if c.known[string(one.Raw)] {
				return true
			}
		}
	}
	between := x509.NewCertPool() // an authority may have another certificate than when the connection was made
	for _, one := range conn.PeerCertificates[1:] {
		between.AddCert(one)
	}
	_, err := conn.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: c.trusted, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	return err == nil
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
