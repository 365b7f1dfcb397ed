// Package localtls lets a server on this machine speak HTTPS, also under the names of others: private authorities, kept in a
// directory, sign for them, and who trusts them sees no difference.
package localtls

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Server is what a server wants to be known as, besides localhost, names below it and the loopback addresses.
type Server struct {
	Hosts   []string // names, and one label below each of them
	IPs     []net.IP // addresses
	Private bool     // its authority may sign for every address of a private network: those of IPs will be others next time
	Vendor  bool     // the names of the vendor's servers too, signed by an authority of their own
}

var oneLabel = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9_-]{1,63}$`) })

// CertFile is what clients of the servers of dir have to trust.
func CertFile(dir string) string { return filepath.Join(dir, "ca.pem") }

// TrustFile is CertFile, or with vendor the file that holds the authority for the vendor's names and behind it the other.
func TrustFile(dir string, vendor bool) string {
	if vendor {
		return filepath.Join(dir, "vendor-ca.pem")
	}
	return CertFile(dir)
}

// KeyFile holds certificate and key of the first authority in dir.
func KeyFile(dir string) string { return filepath.Join(dir, "authority.pem") }

// VendorKeyFile holds certificate and key of the first authority for the vendor's names.
func VendorKeyFile(dir string) string { return filepath.Join(dir, "vendor-authority.pem") }

// KeyFiles are the files in dir that may hold keys of authorities. Not all have to be there.
func KeyFiles(dir string) (paths []string) {
	for n := 1; n <= authoritiesMost; n++ {
		paths = append(paths, (&kind{file: "authority.pem"}).path(dir, n), vendors.path(dir, n))
	}
	return paths
}

// Config gives new certificates for a server. The authorities in dir sign them, made at the first use, when they have
// expired, and when none may sign for all of it; those of earlier versions that may sign for more are removed. What clients
// have to trust is there afterwards, and as long as it is trusted so are the servers that run. The directory is made for
// everybody to read; one that is there has to be writable by its owner alone, because whoever can write there chooses what
// programs trust.
// replaced names the files that hold a new authority and held others before.
func Config(dir string, who Server, now time.Time) (config *tls.Config, replaced []string, err error) {
	if err := MakeDir(dir); err != nil {
		return nil, nil, err
	}
	lock := flock.New(filepath.Join(dir, "authority.lock"), flock.SetPermissions(0o600))
	if err := lock.Lock(); err != nil {
		return nil, nil, err
	}
	defer func() { _ = lock.Close() }()
	who.Hosts = slices.Clone(who.Hosts)
	for i, host := range who.Hosts {
		if who.Hosts[i], err = HostName(host); err != nil {
			return nil, nil, err
		}
		if !certifiable(who.Hosts[i]) {
			return nil, nil, fmt.Errorf("%s is a public name: an authority for it could sign for everything below it", who.Hosts[i])
		}
	}
	own, all, was, err := ordinary(&who).open(dir, now)
	if err != nil {
		return nil, nil, err
	}
	if err := publish(CertFile(dir), bundle(all)); err != nil {
		return nil, nil, err
	}
	if was {
		replaced = append(replaced, CertFile(dir))
	}
	cert, err := own.certify(names(who.Hosts), append(slices.Clone(loopback), inNets(who.IPs, own.cert.PermittedIPRanges)...), now)
	if err != nil {
		return nil, nil, err
	}
	s := &signer{own: own, hosts: append([]string{"localhost"}, who.Hosts...), now: now}
	if who.Vendor {
		was, err := s.takeVendor(dir, all)
		if err != nil {
			return nil, nil, err
		}
		if was {
			replaced = append(replaced, TrustFile(dir, true))
		}
	}
	return &tls.Config{Certificates: []tls.Certificate{*cert}, GetCertificate: s.certificate}, replaced, nil //nolint:gosec // the caller chooses the versions
}

// names are those of the certificate for all.
func names(hosts []string) []string {
	out := []string{"localhost", "*.localhost"}
	for _, host := range hosts {
		out = append(out, host, "*."+host)
	}
	return out
}

// MakeDir makes a directory for authorities, unless it is there. Other users may look into it, whatever the umask.
func MakeDir(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil { //nolint:gosec // nothing secret is in the directories above
		return err
	}
	switch err := os.Mkdir(dir, 0o755); { //nolint:gosec // certificates are public; the keys have modes of their own
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return err
	}
	return os.Chmod(dir, 0o755) //nolint:gosec // as above
}
