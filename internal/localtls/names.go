package localtls

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// vendorHosts are the names of the vendor's servers: those of today, those of the platform's own sandbox and those of the
// older API.
var vendorHosts = []string{
	"platform.ringcentral.com", "ringcx.ringcentral.com", "engage.ringcentral.com", "platform.devtest.ringcentral.com",
	"portal.vacd.biz", "portal.virtualacd.biz",
}

// vendorDomains are the names that everything of the vendor ends in.
var vendorDomains = []string{"ringcentral.com", "ringcentral.biz", "vacd.biz", "virtualacd.biz"}

// registries are names below which others have theirs. With two letters, all are.
var registries = []string{
	"com", "net", "org", "biz", "info", "edu", "gov", "mil", "int", "arpa", "dev", "app", "cloud", "online", "xyz", "name", "pro", "mobi", "top",
	"site", "shop", "club", "page", "zip", "mov", "google", "goog", "amazon", "aws", "azure", "microsoft", "apple",
	"internal", "local", "lan", "localdomain", "corp", "intranet", "private", "home.arpa", "svc", "cluster.local", "svc.cluster.local",
}

// privateDomains are those below which no name is anybody's but of the network or the machine that knows it.
var privateDomains = []string{"localhost", "internal", "local", "lan", "localdomain", "home.arpa", "svc", "test", "example"}

// registrable is what the last label of a public name looks like.
var registrable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([a-z]+|xn--.*)$`) })

var vendors = kind{
	file: "vendor-authority.pem", name: "ringcx sandbox, names of the vendor", life: vendorLife, margin: 24 * time.Hour,
	limits: limits{names: vendorHosts},
}

// ordinary is the authority for the names of s itself, and for the loopback addresses and those that s has.
func ordinary(s *Server) kind {
	nets := slices.Clone(here)
	if s.Private {
		nets = append(nets, private...)
	}
	for _, ip := range s.IPs {
		if len(inNets([]net.IP{ip}, nets)) == 0 && !ip.IsUnspecified() {
			nets = append(nets, &net.IPNet{IP: shortest(ip), Mask: net.CIDRMask(8*len(shortest(ip)), 8*len(shortest(ip)))})
		}
	}
	return kind{
		file: "authority.pem", name: "ringcx sandbox on this machine", life: authorityLife, margin: certificateLife,
		limits: limits{names: append([]string{"localhost"}, s.Hosts...), nets: nets},
	}
}

var (
	loopback   = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	here       = networks("127.0.0.0/8", "::1/128")
	private    = networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10")
	everywhere = networks("0.0.0.0/0", "::/0")
)

func networks(of ...string) []*net.IPNet {
	out := make([]*net.IPNet, len(of))
	for i, text := range of {
		_, out[i], _ = net.ParseCIDR(text)
	}
	return out
}

// shortest is an address in four bytes, if it is one of IPv4.
func shortest(ip net.IP) net.IP {
	if four := ip.To4(); four != nil {
		return four
	}
	return ip
}

// inNets are those of ips that are in one of nets.
func inNets(ips []net.IP, nets []*net.IPNet) []net.IP {
	var out []net.IP
	for _, ip := range ips {
		if slices.ContainsFunc(nets, func(n *net.IPNet) bool { return n.Contains(ip) }) {
			out = append(out, ip)
		}
	}
	return out
}

// InPrivateNetwork reports whether an address is one of a private network, as Server.Private means it.
func InPrivateNetwork(ip net.IP) bool { return len(inNets([]net.IP{ip}, private)) > 0 }

// isVendors reports whether a name is one of the vendor's, or one that the vendor's end in. It is in small letters.
func isVendors(name string) bool {
	for _, domain := range vendorDomains {
		if name == domain || strings.HasSuffix(name, "."+domain) || strings.HasSuffix(domain, "."+name) {
			return true
		}
	}
	return strings.HasPrefix(name, "ringcentral.") || strings.Contains(name, ".ringcentral.")
}

var (
	hostName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$`)
	})
	asNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(^|\.)(\d+|0x[0-9a-f]*)$`) }) // addresses in disguise
)

// Certifiable reports whether a name, in the spelling of HostName, can have a certificate. An authority for it may sign for all
// that is below, too. Below a public name that may be others' (github.io, co.uk, the name of a company), and which ones are
// changes with every week, so none of them gets one: only names of one label, those below private domains, and those whose
// last label cannot be a public one, as in networks of containers.
func Certifiable(name string) bool {
	if slices.Contains(registries, name) || len(name) == 2 {
		return false // others have names below it
	}
	dot := strings.LastIndexByte(name, '.')
	return dot < 0 || !registrable().MatchString(name[dot+1:]) || slices.ContainsFunc(privateDomains, func(domain string) bool { return strings.HasSuffix(name, "."+domain) })
}

// certifiable reports whether an authority may have a name.
func certifiable(name string) bool {
	spelt, err := HostName(name)
	return err == nil && spelt == name && Certifiable(name)
}

// HostName is the name of a host as certificates have it, in small letters. Names of the vendor are refused.
func HostName(text string) (string, error) {
	name := strings.TrimSuffix(strings.ToLower(text), ".")
	switch {
	case len(name) > 253 || !hostName().MatchString(name) || asNumber().MatchString(name):
		return "", fmt.Errorf("%.64q is not the name of a host", text)
	case isVendors(name):
		return "", fmt.Errorf("%s is a name of the vendor", name)
	}
	return name, nil
}
