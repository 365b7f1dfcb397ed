package cli

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/ringcx-go/ringcx/internal/localtls"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/sandbox"
	"github.com/ringcx-go/ringcx/store/file"
)

// place is where a sandbox is reached.
type place struct {
	listen  string
	hosts   []string // names of this machine, besides localhost
	writeTo string   // where the variables are written that lead there; "": nowhere
	tlsDir  string   // of the authority that its clients trust; "": it speaks plain HTTP
	vendor  bool     // it has certificates for the vendor's names, too

	data     string // file in which it keeps everything; "": in memory
	snapshot string // file that says what is in it; "": the demo objects
	seeded   bool   // the seed was asked for
	goodDay  bool   // no hostile day was asked for, whatever the file or snapshot has

	crowd crowd     // of all that come there, and to the addresses of its namespaces
	held  *inFlight // by them
}

// check finds what is wrong with the place of a sandbox before it starts, and puts the names into one spelling.
func (p *place) check() error {
	for _, path := range []string{p.writeTo, p.tlsDir} {
		if problem := unfit(path); problem != "" {
			return usage.New(fmt.Sprintf("%q cannot be written for a shell: %s", path, problem), "choose another name")
		}
	}
	if p.vendor && p.tlsDir == "" {
		return usage.New("--tls-vendor-names needs --tls DIR", "without TLS a name proves nothing, and needs no certificate")
	}
	if info, err := os.Stat(p.writeTo); p.writeTo != "" && err == nil && !info.Mode().IsRegular() {
		return usage.New(fmt.Sprintf("--write-env %s is not a file", wording.Printable(p.writeTo)), "name a file, which is made or replaced")
	}
	given := p.hosts
	host, _, err := net.SplitHostPort(p.listen)
	if err != nil {
		return usage.New(
			fmt.Sprintf("--listen %q is not a host and a port", p.listen),
			"such as --listen "+defaultListen+", or --listen :8787 for all addresses; is a variable not set?",
		)
	}
	if host != "" && !isAddress(host) {
		given = append(slices.Clone(given), host)
	}
	p.hosts = nil
	for _, host := range given {
		name, err := localtls.HostName(host)
		if err != nil {
			return usage.New(fmt.Sprintf("--host: %v", err), "give a name by which programs of yours know this machine, such as --host sandbox")
		}
		if !slices.Contains(p.hosts, name) && name != "localhost" && !strings.HasSuffix(name, ".localhost") {
			p.hosts = append(p.hosts, name)
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
func (p *place) address() (*url.URL, error) {
	host, port, err := net.SplitHostPort(p.listen)
	if err == nil && host != "" && !isAddress(host) {
		_, err = localtls.HostName(host)
	}
	if err != nil || !isPort(port) {
		return nil, usage.New(fmt.Sprintf("--listen %q must name the host and port of a sandbox", p.listen), "such as --listen "+defaultListen)
	}
	return url.Parse(p.url(host, port))
}

func (p *place) url(host, port string) string {
	scheme := "http"
	if p.tlsDir != "" {
		scheme = "https"
	}
	return scheme + "://" + strings.Replace(net.JoinHostPort(reachable(host), port), "%", "%25", 1) // the zone of an address
}

// writeEnv writes the variables that lead to the sandbox at url.
func (p *place) writeEnv(url string, demo sandbox.Credentials) error {
	vars, _ := variablesOf("jwt", url, demo)
	trust, err := p.trust()
	if err != nil {
		return err
	}
	text, err := exportLines(append(vars, trust...))
	if err != nil {
		return err
	}
	return ofFlag("--write-env", p.writeTo, writePrivate(p.writeTo, []byte(text)))
}

// ofFlag is what is wrong with the path that a flag names.
func ofFlag(flag, path string, err error) error {
	if err == nil {
		return nil
	}
	err = file.Explain(path, err)
	text := err.Error()
	if !strings.Contains(text, path) {
		text = path + ": " + text
	}
	return usage.WithHint(fmt.Errorf("%s: %w", flag, &rephrased{text, err}), wording.First(usage.Hint(err), "give "+flag+" another place"))
}

// rephrased is an error in other words.
type rephrased struct {
	text string
	error
}

func (e *rephrased) Error() string { return e.text }
func (e *rephrased) Unwrap() error { return e.error }

// writePrivate writes a file that only its owner reads, in a directory made for it. A link in its place is replaced.
func writePrivate(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// envFlags are the flags by which 'ringcx sandbox env' finds the sandbox at url.
func (p *place) envFlags(url string) string {
	args := ""
	if p.listen != defaultListen {
		_, address, _ := strings.Cut(url, "://")
		args += " --listen " + wording.ShellWord(address)
	}
	if p.tlsDir != "" {
		args += " --tls " + wording.ShellPath(p.tlsDir)
	}
	if p.vendor {
		args += " --tls-vendor-names"
	}
	return args
}

// trustVariables say whom programs trust.
var trustVariables = []string{"SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}

// trust are the variables by which programs trust the certificate.
func (p *place) trust() (vars [][2]string, err error) {
	if p.tlsDir == "" {
		return nil, nil
	}
	dir, err := filepath.Abs(p.tlsDir)
	if err != nil {
		return nil, err
	}
	for _, name := range trustVariables {
		vars = append(vars, [2]string{name, localtls.TrustFile(dir, p.vendor)})
	}
	return vars, nil
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

// takenHint is what to do where nothing can be listened at.
func (p *place) takenHint(err error) string {
	hint := "choose another address, such as --listen 127.0.0.1:0 for any free port"
	if !errors.Is(err, syscall.EADDRINUSE) {
		return hint
	}
	command := "ringcx sandbox env"
	if p.listen != defaultListen {
		command += " --listen " + wording.ShellWord(p.listen)
	}
	return "if a sandbox runs there already, '" + command + "' leads to it; else " + hint
}

// listener listens there. The notes are for the user.
func (p *place) listener(ctx context.Context, now time.Time) (ln net.Listener, config *tls.Config, notes []string, err error) {
	ln, err = (&net.ListenConfig{}).Listen(ctx, "tcp", p.listen)
	if err != nil {
		return nil, nil, nil, usage.New(fmt.Sprintf("cannot listen on %s: %s", p.listen, usage.OfOp(err)), p.takenHint(err))
	}
	ln = p.crowd.of(patient{ln, stallTime})
	if p.tlsDir == "" {
		return ln, nil, nil, nil
	}
	config, notes, err = p.tlsConfig(ln.Addr(), now)
	if err != nil {
		return nil, nil, nil, errors.Join(err, ln.Close())
	}
	return localtls.Listener(ln, config), config, notes, nil
}

func (p *place) tlsConfig(addr net.Addr, now time.Time) (config *tls.Config, notes []string, err error) {
	if err := cmp.Or(localtls.MakeDir(p.tlsDir), file.CheckOwned(p.tlsDir)); err != nil {
		return nil, nil, ofFlag("--tls", p.tlsDir, err)
	}
	for _, path := range localtls.KeyFiles(p.tlsDir) {
		switch f, err := file.OpenPrivate(path, nil); {
		case err == nil:
			_ = f.Close()
		case !errors.Is(err, fs.ErrNotExist):
			return nil, nil, err
		}
	}
	ips, all := addresses(addr)
	hosts := slices.Clone(p.hosts)
	for _, host := range p.hosts {
		if !localtls.Certifiable(host) {
			hosts = slices.DeleteFunc(hosts, func(one string) bool { return one == host })
			notes = append(notes, fmt.Sprintf("No certificate is for %s: an authority for a public name could sign for all that is below it. %s", host, certifiableHint))
		}
	}
	config, replaced, err := localtls.Config(p.tlsDir, localtls.Server{Hosts: hosts, IPs: ips, Private: all, Vendor: p.vendor}, now)
	if err != nil {
		return nil, nil, ofFlag("--tls", p.tlsDir, err)
	}
	for _, path := range replaced {
		notes = append(notes, fmt.Sprintf("%s is new: no authority in it could sign for all that is wanted now, or it was over. Where you put a copy of it, put this one.", path))
	}
	if info, err := os.Stat(p.tlsDir); err == nil && info.Mode().Perm()&0o005 != 0o005 {
		notes = append(notes, fmt.Sprintf("Only you can read it there; other users and containers can after: chmod 755 %s", wording.ShellWord(p.tlsDir)))
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
