package serve

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/localtls"
	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/thishost"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// DefaultListen is the address of a sandbox that is given none.
const DefaultListen = "127.0.0.1:8787"

// Place is where a sandbox is reached.
type Place struct {
	Listen      string   // host and port; port 0 takes a free one
	Hosts       []string // names of this machine, besides localhost
	TLSDir      string   // of the authority that its clients trust; "": it speaks plain HTTP
	VendorNames bool     // it has certificates for the vendor's names, too
}

// spell puts the names into one spelling, with the one that is listened at, and refuses what is no name.
func (p *Place) spell() error {
	given := p.Hosts
	host, _, err := net.SplitHostPort(p.Listen)
	if err != nil {
		return usage.New(
			fmt.Sprintf("--listen %q is not a host and a port", p.Listen),
			"such as --listen "+DefaultListen+", or --listen :8787 for all addresses; is a variable not set?")
	}
	if host != "" && !isAddress(host) {
		given = append(slices.Clone(given), host)
	}
	p.Hosts = nil
	for _, host := range given {
		name, err := localtls.HostName(host)
		if err != nil {
			return usage.New(fmt.Sprintf("--host: %v", err), "give a name by which programs of yours know this machine, such as --host sandbox")
		}
		if !slices.Contains(p.Hosts, name) && !thishost.Name(name) {
			p.Hosts = append(p.Hosts, name)
		}
	}
	return nil
}

// isAddress reports whether a host is an IP address, which one of IPv6 may have a zone behind.
func isAddress(host string) bool {
	host, _, _ = strings.Cut(host, "%")
	return net.ParseIP(host) != nil
}

// address is where a sandbox that is running is asked.
func (p *Place) address() (*url.URL, error) {
	host, port, err := net.SplitHostPort(p.Listen)
	if err == nil && host != "" && !isAddress(host) {
		_, err = localtls.HostName(host)
	}
	if err != nil || !isPort(port) {
		return nil, usage.New(fmt.Sprintf("--listen %q must name the host and port of a sandbox", p.Listen), "such as --listen "+DefaultListen)
	}
	return url.Parse(p.url(host, port))
}

func (p *Place) url(host, port string) string {
	scheme := "http"
	if p.TLSDir != "" {
		scheme = "https"
	}
	return scheme + "://" + strings.Replace(net.JoinHostPort(reachable(host), port), "%", "%25", 1) // the zone of an address
}

// reachable is a host that programs on this machine can connect to, an address in its usual spelling.
func reachable(host string) string {
	address, zone, _ := strings.Cut(host, "%")
	switch ip := net.ParseIP(address); {
	case host == "", ip.IsUnspecified():
		return "127.0.0.1"
	case ip != nil && (zone == "" || ip.IsLoopback()): // there a zone says nothing
		return ip.String()
	}
	return host
}

// envFlags are the flags by which 'ringcx sandbox env' finds the sandbox at url.
func (p *Place) envFlags(url string) string {
	args := ""
	if p.Listen != DefaultListen {
		_, address, _ := strings.Cut(url, "://")
		args += " --listen " + shell.Word(address)
	}
	if p.TLSDir != "" {
		args += " --tls " + shell.Path(p.TLSDir)
	}
	if p.VendorNames {
		args += " --tls-vendor-names"
	}
	return args
}

// meansHere reports whether connections to a host stay on this machine. dialHere dials them, without a proxy: the zone of an
// address changes nothing, nor does the final dot of a name. An address with a dot is a name, which a name server is asked for.
func meansHere(host string) bool {
	address, _, _ := strings.Cut(host, "%")
	return thishost.Address(address) || thishost.Name(strings.TrimSuffix(host, "."))
}
