package localtls

import (
	"bytes"
	"cmp"
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
	"slices"
	"strings"
	"time"
)

// Lifetimes. A certificate ends with the authority that signed it, at the latest.
const (
	authorityLife   = 10 * 365 * 24 * time.Hour
	vendorLife      = 30 * 24 * time.Hour
	certificateLife = 365 * 24 * time.Hour
	backdated       = time.Hour // for clients whose clock is behind
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// kind is what an authority may be.
type kind struct {
	file   string        // that holds it
	name   string        // for people who see it in a list
	life   time.Duration // of a new one
	margin time.Duration // left of it when it is made anew
	limits limits
}

// limits are what an authority may sign for. Its key, should it get lost, is good for nothing else.
type limits struct {
	names []string     // and what is below them
	nets  []*net.IPNet // nil: no address at all
}

// tame reports whether an authority may sign for nothing that one with l must not sign for. Those of older versions may.
func (l *limits) tame(cert *x509.Certificate) bool {
	foreign := func(name string) bool { return !slices.Contains(l.names, name) && !certifiable(name) }
	if !cert.PermittedDNSDomainsCritical || len(cert.ExtKeyUsage) == 0 || slices.ContainsFunc(cert.PermittedDNSDomains, foreign) {
		return false
	}
	if l.nets == nil {
		return len(cert.ExcludedIPRanges) == len(everywhere)
	}
	return len(cert.PermittedIPRanges) > 0
}

// covered reports whether an authority may sign for all of l.
func (l *limits) covered(cert *x509.Certificate) bool {
	for _, name := range l.names {
		if !slices.Contains(cert.PermittedDNSDomains, name) {
			return false
		}
	}
	for _, n := range l.nets {
		if !contains(cert.PermittedIPRanges, n) {
			return false
		}
	}
	return true
}

// authoritiesMost is how many authorities of a kind a directory keeps.
const authoritiesMost = 8

// path is the file of the n-th authority of a kind, from 1.
func (k *kind) path(dir string, n int) string {
	if n == 1 {
		return filepath.Join(dir, k.file)
	}
	return filepath.Join(dir, fmt.Sprintf("%s-%d.pem", strings.TrimSuffix(k.file, ".pem"), n))
}

// open finds an authority in dir, and makes one if none is there that may sign for all of it for long enough. The others
// stay beside it, so that what they signed for servers that run is good as before, but for those that are over, those that
// may sign for too much, and the oldest of too many. A new one may sign for the names of all before, so that servers that
// share dir do not take turns. good are all that are left; added says that a is new, and there were others before.
func (k kind) open(dir string, now time.Time) (a *authority, good []*authority, added bool, err error) {
	free, places, over := 0, map[*authority]string{}, []string(nil)
	for n := 1; n <= authoritiesMost; n++ {
		path := k.path(dir, n)
		one, err := read(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			free = cmp.Or(free, n)
			continue
		case err != nil:
			return nil, nil, false, err
		case now.Before(one.cert.NotAfter) && k.limits.tame(one.cert):
			good = append(good, one)
		default:
			free, over = cmp.Or(free, n), append(over, path)
		}
		added, places[one] = true, path
	}
	slices.SortStableFunc(good, func(a, b *authority) int { return a.cert.NotBefore.Compare(b.cert.NotBefore) })
	for _, one := range good {
		if now.Add(k.margin).Before(one.cert.NotAfter) && k.limits.covered(one.cert) {
			return one, good, false, remove(over, "")
		}
	}
	for one := range places {
		k.limits = k.limits.with(one.cert)
	}
	path := k.path(dir, free)
	if free == 0 {
		path, good = places[good[0]], good[1:]
	}
	if a, err = k.make(now); err == nil {
		err = errors.Join(a.save(path), remove(over, path))
	}
	return a, append(good, a), added, err
}

// remove removes files, but for one.
func remove(paths []string, but string) (err error) {
	for _, path := range paths {
		if path != but {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}

// with are limits that also have the names and addresses of an authority of before, but for names of others.
func (l limits) with(old *x509.Certificate) limits {
	l.names, l.nets = slices.Clone(l.names), slices.Clone(l.nets)
	for _, name := range old.PermittedDNSDomains {
		if certifiable(name) && !slices.Contains(l.names, name) {
			l.names = append(l.names, name)
		}
	}
	for _, n := range old.PermittedIPRanges {
		if !contains(l.nets, n) {
			l.nets = append(l.nets, n)
		}
	}
	return l
}

// contains reports whether all of n is in one of nets.
func contains(nets []*net.IPNet, n *net.IPNet) bool {
	ones, bits := n.Mask.Size()
	return slices.ContainsFunc(nets, func(have *net.IPNet) bool {
		haveOnes, haveBits := have.Mask.Size()
		return haveBits == bits && haveOnes <= ones && have.Contains(n.IP)
	})
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

func (k kind) make(now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial := serialNumber()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: fmt.Sprintf("%s, %x", k.name, serial.Bytes()[:4])},
		NotBefore: now.Add(-backdated), NotAfter: now.Add(k.life), IsCA: true, BasicConstraintsValid: true,
		MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ExtKeyUsage:         []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		PermittedDNSDomains: k.limits.names, PermittedDNSDomainsCritical: true, PermittedIPRanges: k.limits.nets,
	}
	if k.limits.nets == nil {
		template.ExcludedIPRanges = everywhere
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

// bundle are the certificates of authorities, the oldest first.
func bundle(all []*authority) (out []byte) {
	for _, a := range all {
		out = append(out, a.pem()...)
	}
	return out
}

// save writes certificate and key, for their owner alone.
func (a *authority) save(path string) error {
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return err
	}
	return replace(path, append(a.pem(), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...), 0o600)
}

// publish writes what clients trust, for everybody to read, unless it is there.
func publish(path string, certs []byte) error {
	if there, err := os.ReadFile(path); err == nil && bytes.Equal(there, certs) { //nolint:gosec // as above
		return os.Chmod(path, 0o644) //nolint:gosec // certificates are public
	}
	return replace(path, certs, 0o644)
}

// replace puts a new file where path leads, as a whole or not at all. A link that is there is not followed.
func replace(path string, data []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = errors.Join(os.Chmod(f.Name(), mode), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

func (a *authority) certify(names []string, ips []net.IP, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ending := now.Add(certificateLife)
	if a.cert.NotAfter.Before(ending) {
		ending = a.cert.NotAfter
	}
	cert, err := sign(&x509.Certificate{
		SerialNumber: serialNumber(), Subject: pkix.Name{CommonName: "ringcx sandbox"},
		NotBefore: now.Add(-backdated), NotAfter: ending,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: names, IPAddresses: ips,
	}, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{cert.Raw, a.cert.Raw}, PrivateKey: key, Leaf: cert}, nil
}
