package serve

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/ringcx-go/ringcx/internal/localtls"
	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/store/file"
)

// trustVariables say whom programs trust.
var trustVariables = []string{"SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}

// trust are the variables by which programs trust the certificate.
func (p *Place) trust() (vars [][2]string, err error) {
	if p.TLSDir == "" {
		return nil, nil
	}
	dir, err := filepath.Abs(p.TLSDir)
	if err != nil {
		return nil, err
	}
	for _, name := range trustVariables {
		vars = append(vars, [2]string{name, localtls.TrustFile(dir, p.VendorNames)})
	}
	return vars, nil
}

// TrustNames are the names of the variables by which programs trust the sandbox at p, or trust one by the file that getenv
// gives for them.
func (p *Place) TrustNames(getenv func(string) string) (names []string) {
	for _, name := range trustVariables {
		if p.TLSDir != "" || isAuthority(getenv(name)) {
			names = append(names, name)
		}
	}
	return names
}

// isAuthority says whether a file is what clients of a sandbox trust.
func isAuthority(path string) bool {
	dir := filepath.Dir(path)
	if path != localtls.TrustFile(dir, false) && path != localtls.TrustFile(dir, true) {
		return false
	}
	return slices.ContainsFunc(localtls.KeyFiles(dir), func(key string) bool {
		_, err := os.Lstat(key)
		return err == nil
	})
}

// tlsConfig has the certificates of a listener at addr. The notes are for the user.
func (p *Place) tlsConfig(addr net.Addr, now time.Time) (config *tls.Config, notes []string, err error) {
	if err := cmp.Or(localtls.MakeDir(p.TLSDir), file.CheckOwned(p.TLSDir)); err != nil {
		return nil, nil, ofFlag("--tls", p.TLSDir, err)
	}
	for _, path := range localtls.KeyFiles(p.TLSDir) {
		switch f, err := file.OpenPrivate(path, nil); {
		case err == nil:
			_ = f.Close()
		case !errors.Is(err, fs.ErrNotExist):
			return nil, nil, err
		}
	}
	ips, all := addresses(addr)
	hosts := slices.Clone(p.Hosts)
	for _, host := range p.Hosts {
		if !localtls.Certifiable(host) {
			hosts = slices.DeleteFunc(hosts, func(one string) bool { return one == host })
			notes = append(notes, fmt.Sprintf("No certificate is for %s: an authority for a public name could sign for all that is below it. %s", host, certifiableHint))
		}
	}
	config, replaced, err := localtls.Config(p.TLSDir, localtls.Server{Hosts: hosts, IPs: ips, Private: all, Vendor: p.VendorNames}, now)
	if err != nil {
		return nil, nil, ofFlag("--tls", p.TLSDir, err)
	}
	for _, path := range replaced {
		notes = append(notes, fmt.Sprintf("%s is new: no authority in it could sign for all that is wanted now, or it was over. Where you put a copy of it, put this one.", path))
	}
	if info, err := os.Stat(p.TLSDir); err == nil && info.Mode().Perm()&0o005 != 0o005 {
		notes = append(notes, fmt.Sprintf("Only you can read it there; other users and containers can after: chmod 755 %s", shell.Word(p.TLSDir)))
	}
	config.NextProtos = []string{"h2", "http/1.1"}
	config.MinVersion = tls.VersionTLS10 // the sandbox itself refuses what is below 1.2, and tells of it in its log
	return config, notes, nil
}

// certifiableHint says which names can have a certificate.
const certifiableHint = "Programs can reach it there by its address, or by a --host of one word or below .internal, .local, .lan, .test or .home.arpa."

// addresses are those that a listener is reached at. One that listens on all of them is known by those of private networks:
// the others change too often, and are not this machine's for long.
func addresses(addr net.Addr) (ips []net.IP, all bool) {
	at, ok := addr.(*net.TCPAddr)
	switch {
	case !ok:
		return nil, false
	case !at.IP.IsUnspecified():
		return []net.IP{at.IP}, false
	}
	have, _ := net.InterfaceAddrs() // without them it is reached from this machine
	for _, one := range have {
		if n, ok := one.(*net.IPNet); ok && localtls.InPrivateNetwork(n.IP) {
			ips = append(ips, n.IP)
		}
	}
	return ips, true
}
