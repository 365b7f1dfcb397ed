// Package localtls lets a server on this machine speak HTTPS under the names of others: a private authority, kept in a
// directory, signs for them, and who trusts it sees no difference.
package localtls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Lifetimes. An authority that would end before a certificate that it signs is made anew.
const (
	authorityLife   = 10 * 365 * 24 * time.Hour
	certificateLife = 365 * 24 * time.Hour
	backdated       = time.Hour // for clients whose clock is behind
)

// vendorHosts are the names of the vendor's servers.
var vendorHosts = []string{"platform.ringcentral.com", "ringcx.ringcentral.com", "engage.ringcentral.com"}

// permitted are the domains that the authority may sign for: its key, should it get lost, is good for no others.
var permitted = []string{"localhost", "ringcentral.com"}

var belowLocalhost = regexp.MustCompile(`^[a-z0-9-]{1,63}\.localhost$`)

// CertFile is what clients of the authority in dir have to trust.
func CertFile(dir string) string { return filepath.Join(dir, "ca.pem") }

// KeyFile holds certificate and key of the authority in dir.
func KeyFile(dir string) string { return filepath.Join(dir, "authority.pem") }

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Certificate gives a new certificate for this machine (localhost, *.localhost, its loopback addresses and ips) and for
// the vendor's servers. The authority in dir signs it, made at the first use and again when it has expired; CertFile(dir)
// is there afterwards. The directory has to be its owner's alone.
func Certificate(dir string, ips []net.IP, now time.Time) (*tls.Certificate, error) {
	a, err := open(dir, now)
	if err != nil {
		return nil, err
	}
	if err := a.publish(CertFile(dir)); err != nil {
		return nil, err
	}
	ips = append([]net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, ips...)
	return a.certify(append([]string{"localhost", "*.localhost"}, vendorHosts...), ips, now)
}

// ForNames gives what a tls.Config asks for the certificate of a name: one for each name below localhost, because most
// clients do not take *.localhost for it, and none for others. The authority in dir, which has to be there, signs it.
func ForNames(dir string, now time.Time) (func(*tls.ClientHelloInfo) (*tls.Certificate, error), error) {
	a, err := read(KeyFile(dir))
	if err != nil {
		return nil, err
	}
	return func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		name := strings.ToLower(hello.ServerName)
		if !belowLocalhost.MatchString(name) {
			return nil, nil //nolint:nilnil // that is how the one for all is asked for
		}
		return a.certify([]string{name}, nil, now)
	}, nil
}

// open reads the authority in dir, and makes one if there is none or if its time is over. Of two that are made at the
// same time, one is kept.
func open(dir string, now time.Time) (*authority, error) {
	path := KeyFile(dir)
	a, err := read(path)
	switch {
	case err == nil && now.Add(certificateLife).Before(a.cert.NotAfter):
		return a, nil
	case err == nil:
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	fresh, err := makeAuthority(now)
	if err != nil {
		return nil, err
	}
	if err := fresh.save(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return read(path)
}

func read(path string) (*authority, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // the directory is the user's choice
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(raw, raw)
	if err != nil {
		return nil, fmt.Errorf("%s is not an authority of ringcx: %w", path, err)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !pair.Leaf.IsCA {
		return nil, fmt.Errorf("%s is not an authority of ringcx", path)
	}
	return &authority{pair.Leaf, key}, nil
}

func makeAuthority(now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial := serialNumber()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: fmt.Sprintf("ringcx sandbox on this machine, %x", serial.Bytes()[:4])},
		NotBefore: now.Add(-backdated), NotAfter: now.Add(authorityLife), IsCA: true, BasicConstraintsValid: true,
		MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		PermittedDNSDomains: permitted, PermittedDNSDomainsCritical: true,
	}
	cert, err := sign(template, template, &key.PublicKey, key)
	return &authority{cert, key}, err
}

func sign(template, parent *x509.Certificate, public *ecdsa.PublicKey, key *ecdsa.PrivateKey) (*x509.Certificate, error) {
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(raw)
}

func serialNumber() *big.Int {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw)
	raw[0] = raw[0]&0x7f | 0x40 // positive, and never short
	return new(big.Int).SetBytes(raw)
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// save writes certificate and key, at once or not at all; it fails with fs.ErrExist if somebody else has.
func (a *authority) save(path string) error {
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return err
	}
	temp, err := writeTemp(path, append(a.pem(), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...))
	if err != nil {
		return err
	}
	return errors.Join(os.Link(temp, path), os.Remove(temp))
}

// publish writes what clients trust, unless it is there.
func (a *authority) publish(path string) error {
	if there, err := os.ReadFile(path); err == nil && bytes.Equal(there, a.pem()) { //nolint:gosec // as above
		return nil
	}
	temp, err := writeTemp(path, a.pem())
	if err != nil {
		return err
	}
	return os.Rename(temp, path)
}

// writeTemp writes data to a new file beside path, for its owner alone.
func writeTemp(path string, data []byte) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

func (a *authority) certify(names []string, ips []net.IP, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	cert, err := sign(&x509.Certificate{
		SerialNumber: serialNumber(), Subject: pkix.Name{CommonName: "ringcx sandbox"},
		NotBefore: now.Add(-backdated), NotAfter: now.Add(certificateLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: names, IPAddresses: ips,
	}, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{cert.Raw, a.cert.Raw}, PrivateKey: key, Leaf: cert}, nil
}
