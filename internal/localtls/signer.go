package localtls

import (
	"crypto/tls"
	"slices"
	"strings"
	"time"
)

// signer gives the certificates that are asked for by name.
type signer struct {
	own    *authority
	hosts  []string         // each name below them gets a certificate
	vendor *tls.Certificate // nil: none
	now    time.Time
}

// takeVendor opens the authority for the vendor's names, which is trusted besides the ordinary ones; added says that it is
// new, and there were others before.
func (s *signer) takeVendor(dir string, ordinary []*authority) (added bool, err error) {
	theirs, all, added, err := vendors.open(dir, s.now)
	if err != nil {
		return false, err
	}
	if err := publish(TrustFile(dir, true), append(bundle(all), bundle(ordinary)...)); err != nil {
		return false, err
	}
	s.vendor, err = theirs.certify(vendorHosts, nil, s.now)
	return added, err
}

// certificate is the one for the name that a client asks for: one for each name below a host, because most clients do not
// take *.localhost for it, that of the vendor for a name of the vendor, and none for others.
func (s *signer) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := strings.TrimSuffix(strings.ToLower(hello.ServerName), ".")
	if s.vendor != nil && slices.Contains(vendorHosts, name) {
		return s.vendor, nil
	}
	label, host, _ := strings.Cut(name, ".")
	if oneLabel().MatchString(label) && slices.Contains(s.hosts, host) {
		return s.own.certify([]string{name}, nil, s.now)
	}
	return nil, nil //nolint:nilnil // that is how the one for all is asked for
}
