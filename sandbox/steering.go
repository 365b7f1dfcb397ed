package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// steering is a server for those who steer it. What they may do is not for programs that hold a Server.
type steering struct{ of *Server }

// newAdmin gives s to those who steer it.
func newAdmin(s *Server) *admin.Sandbox {
	return &admin.Sandbox{
		Lock: &s.mu, World: s.world, Platform: s.platform, RingCX: s.ringcx, Limits: s.limits, Faults: s.faults, Journal: s.journal,
		Guard: s.guard, Rules: &s.rules, Namespace: s.namespace, Host: steering{s},
	}
}

func (a steering) Now() time.Time                  { return a.of.Now() }
func (a steering) ClockOffset() time.Duration      { return a.of.offset() }
func (a steering) MoveClock(d time.Duration) error { return a.of.move(d) }
func (a steering) Seed() uint64                    { return a.of.seed() }
func (a steering) Profile() string                 { return a.of.opts.Profile }
func (a steering) Algorithm() string               { return a.of.opts.Algorithm }
func (a steering) Demo() model.Demo                { return model.Demo(a.of.Demo()) }
func (a steering) Reset() error                    { return a.of.reset() }
func (a steering) Save() error                     { return a.of.edited() }

func (a steering) BodyRoom(r *http.Request) (int, error)   { return a.of.room(r) }
func (a steering) CountChange(r *http.Request, weight int) { a.of.changed(r, weight) }

func (a steering) ChangeRules(change func(*contract.Rules) error) error { return a.of.change(change) }

func (a steering) ServeVendor(w http.ResponseWriter, r *http.Request) { a.of.serveVendor(w, r) }

func (a steering) SendSnapshot(w http.ResponseWriter, r *http.Request, describe func(http.Header, time.Time)) error {
	return a.of.sendSnapshot(w, r, describe)
}

func (a steering) Restore(r *http.Request) ([]string, error) { return a.of.takeSnapshot(r) }

func (a steering) Namespaces(base string) []admin.Namespace {
	inside := &a.of.inside
	inside.mu.Lock()
	defer inside.mu.Unlock()
	out := []admin.Namespace{}
	for _, name := range slices.Sorted(maps.Keys(inside.all)) {
		out = append(out, inside.all[name].view(base))
	}
	return out
}

func (a steering) CountNamespaces() int {
	a.of.inside.mu.Lock()
	defer a.of.inside.mu.Unlock()
	return len(a.of.inside.all)
}

func (a steering) OpenNamespace(name, base string) (admin.Namespace, error) {
	n, err := a.of.openNamespace(name, base)
	if err != nil {
		return admin.Namespace{}, err
	}
	defer n.leave()
	a.of.inside.mu.Lock()
	defer a.of.inside.mu.Unlock()
	return n.view(base), nil
}

func (a steering) DeleteNamespace(name string) error { return a.of.forgetNamespace(name) }

func (a steering) OuterAddress() string {
	if around := a.of.around.Load(); around != nil {
		return *around
	}
	return ""
}
