package sandbox

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/thishost"
	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/guard"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// A namespace is a whole sandbox inside another: its own accounts, tokens, limits, clock, faults and log, so that many test
// suites can share one process without meeting each other. It begins with the first request that names it.

const (
	namespacesMost = 1_000
)

var namespaceName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`) })

// brokenName is the rule that a name breaks which is none of a namespace.
func brokenName(name string) string {
	strange := strings.IndexFunc(name, func(c rune) bool { return c != '-' && !('a' <= c && c <= 'z') && !('0' <= c && c <= '9') })
	switch {
	case name == "":
		return "it is empty"
	case strange >= 0:
		c, _ := utf8.DecodeRuneInString(name[strange:])
		return fmt.Sprintf("%q may not be in it", string(c))
	case len(name) > 63:
		return fmt.Sprintf("it has %d characters", len(name))
	case name[0] == '-':
		return "it begins with a dash"
	}
	return "it ends with a dash"
}

// namespaces are those of a server. Its lock guards them.
type namespaces struct {
	mu  sync.Mutex
	all map[string]*namespace
}

type namespace struct {
	*server
	name  string
	url   string // of the address that is the namespace's alone; "": it has none
	close func() // closes that address
}

var errNamespaces = errors.New("there are too many namespaces already, and all are in use: delete some, with DELETE /_sandbox/namespaces/NAME")

// named finds or begins a namespace, which is in use until the caller calls its leave. If there are as many as there can be,
// the one that was not used for the longest time makes room.
func (s *server) named(name string) (*namespace, error) {
	if !namespaceName().MatchString(name) {
		return nil, fmt.Errorf("%q is no name of a namespace, which has up to 63 small letters, digits and dashes: %s", wording.Clip(name), brokenName(name))
	}
	s.inside.mu.Lock()
	defer s.inside.mu.Unlock()
	if n := s.inside.all[name]; n != nil && n.arrive() {
		return n, nil
	}
	n, err := s.newNamespace(name)
	if err != nil {
		return nil, err
	}
	n.arrive()
	return n, nil
}

// newNamespace begins a namespace. server.inside is locked.
func (s *server) newNamespace(name string) (*namespace, error) {
	if err := s.makeRoom(); err != nil {
		return nil, err
	}
	m := s.memory
	m.name, m.began = name, s.memory.shared.arrivals.Load()+1
	inner, err := newServer(s.opts, m)
	if err != nil {
		return nil, err
	}
	inner.namespace, inner.guard = name, s.guard
	inner.journal.SetObserver(func(r journal.Request) {
		r.Namespace = name
		s.journal.Observe(r)
	})
	n := &namespace{server: inner, name: name}
	if s.inside.all == nil {
		s.inside.all = map[string]*namespace{}
	}
	s.inside.all[name] = n
	return n, nil
}

// namespaceOf is the namespace that r names in its path or as its host, and r as that namespace sees it; "" if none.
func namespaceOf(r *http.Request) (string, *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, guard.NamespacePath); ok {
		name, path, _ := strings.Cut(rest, "/")
		prefix := guard.NamespacePath + name
		inner := endpoint.Behind(r, prefix)
		inner.URL = new(url.URL)
		*inner.URL = *r.URL
		inner.URL.Path, inner.URL.RawPath = "/"+path, strings.TrimPrefix(r.URL.RawPath, prefix)
		return name, inner
	}
	host := strings.ToLower(endpoint.HostName(r.Host))
	if name, ok := strings.CutSuffix(host, guard.NamespaceHost); ok && name != "" {
		return name, r
	}
	return "", r
}

// has reports whether a namespace has begun.
func (s *server) has(name string) bool {
	s.inside.mu.Lock()
	defer s.inside.mu.Unlock()
	return s.inside.all[name] != nil
}

// enter lets the namespace that was named answer who has passed the guard.
func (s *server) enter(w http.ResponseWriter, r *http.Request, wanted guard.Wish) {
	n, err := s.named(wanted.Namespace)
	switch {
	case errors.Is(err, errNamespaces):
		endpoint.Text(http.StatusServiceUnavailable, "sandbox: "+err.Error()).Write(w)
		return
	case err != nil:
		endpoint.Text(http.StatusNotFound, "sandbox: "+err.Error()).Write(w)
		return
	}
	defer n.leave()
	switch {
	case endpoint.PrefixOf(r) != "" && wanted.ForConsole():
		consoleElsewhere(r, wanted.Namespace).Write(w)
	default:
		n.serve(w, r, wanted)
	}
}

// consoleElsewhere leads to the console of a namespace, which needs a host of its own.
func consoleElsewhere(r *http.Request, name string) endpoint.Response {
	return endpoint.Redirect(http.StatusFound, endpoint.Besides(r, name+guard.NamespaceHost)+r.URL.Path)
}

func (n *namespace) view(base string) admin.Namespace {
	at := base + guard.NamespacePath + n.name
	if n.url != "" {
		at = asKnown(n.url, base)
	}
	return admin.Namespace{Name: n.name, URL: at, Requests: n.journal.Size(), Env: admin.Environment(at, model.Demo(n.Demo())), Own: n.url}
}

// asKnown is an address of this machine for somebody who knows it as the host of base: to another machine, 127.0.0.1 is
// itself.
func asKnown(address, base string) string {
	at, err := url.Parse(address)
	if err != nil || !thishost.Is(at.Hostname()) {
		return address
	}
	asked, err := url.Parse(base)
	if err != nil || asked.Hostname() == "" || thishost.Is(strings.TrimSuffix(asked.Hostname(), ".")) {
		return address
	}
	at.Host = net.JoinHostPort(asked.Hostname(), at.Port())
	return at.String()
}

// openNamespace begins a namespace, or finds it, and opens an address of its own for it. It is in use until the caller calls
// its leave. base is the address of s.
func (s *server) openNamespace(name, base string) (*namespace, error) {
	n, err := s.named(name)
	if err != nil {
		return nil, err
	}
	s.inside.mu.Lock()
	defer s.inside.mu.Unlock()
	if n.url != "" || s.opts.Open == nil {
		return n, nil
	}
	if n.url, n.close, err = s.opts.Open(n.server); err != nil {
		n.leave()
		return nil, fmt.Errorf("opening an address for namespace %s: %w", n.name, err)
	}
	n.around.Store(&base)
	return n, nil
}

// remember begins the namespaces that the keeper has. None of them counts as used by that.
func (s *server) remember() error {
	if s.memory.keeper == nil {
		return nil
	}
	names, err := s.memory.keeper.Namespaces()
	if err != nil {
		return fmt.Errorf("reading which namespaces were kept: %w", err)
	}
	s.inside.mu.Lock()
	defer s.inside.mu.Unlock()
	for _, name := range names {
		if name == "" {
			continue
		}
		n, err := s.newNamespace(name)
		if err != nil {
			return fmt.Errorf("namespace %s: %w", name, err)
		}
		arrivals := &s.memory.shared.arrivals
		arrivals.Store(max(arrivals.Load(), n.use.last.Load()))
	}
	return nil
}
