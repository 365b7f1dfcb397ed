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

// adminHost is a server for those who steer it. What they may do is not for programs that hold a Server.
type adminHost struct{ of *server }

// newAdmin gives s to those who steer it.
func newAdmin(s *server) *admin.Sandbox {
	return &admin.Sandbox{
		Lock: &s.mu, World: s.world, Platform: s.platform, RingCX: s.ringcx, Limits: s.limits, Faults: s.faults, Journal: s.journal,
		Guard: s.guard, Rules: &s.rules, Namespace: s.namespace, Host: adminHost{s},
	}
}

func (a adminHost) Now() time.Time                  { return a.of.Now() }
func (a adminHost) ClockOffset() time.Duration      { return a.of.offset() }
func (a adminHost) MoveClock(d time.Duration) error { return a.of.move(d) }
func (a adminHost) Seed() uint64                    { return a.of.seed() }
func (a adminHost) Profile() string                 { return a.of.opts.Profile }
func (a adminHost) Algorithm() string               { return a.of.opts.Algorithm }
func (a adminHost) Demo() model.Demo                { return model.Demo(a.of.Demo()) }
func (a adminHost) Reset() error                    { return a.of.reset() }
func (a adminHost) Save() error                     { return a.of.edited() }

func (a adminHost) BodyRoom(r *http.Request) (int, error)   { return a.of.room(r) }
func (a adminHost) CountChange(r *http.Request, weight int) { a.of.changed(r, weight) }

func (a adminHost) ChangeRules(change func(*contract.Rules) error) error { return a.of.change(change) }

func (a adminHost) ServeVendor(w http.ResponseWriter, r *http.Request) { a.of.serveVendor(w, r) }

func (a adminHost) SendSnapshot(w http.ResponseWriter, r *http.Request, describe func(http.Header, time.Time)) error {
	return a.of.sendSnapshot(w, r, describe)
}

func (a adminHost) Restore(r *http.Request) ([]string, error) { return a.of.takeSnapshot(r) }

func (a adminHost) Namespaces(base string) []admin.Namespace {
	inside := &a.of.inside
	inside.mu.Lock()
	defer inside.mu.Unlock()
	out := []admin.Namespace{}
	for _, name := range slices.Sorted(maps.Keys(inside.all)) {
		out = append(out, inside.all[name].view(base))
	}
	return out
}

func (a adminHost) CountNamespaces() int {
	a.of.inside.mu.Lock()
	defer a.of.inside.mu.Unlock()
	return len(a.of.inside.all)
}

func (a adminHost) OpenNamespace(name, base string) (admin.Namespace, error) {
	n, err := a.of.openNamespace(name, base)
	if err != nil {
		return admin.Namespace{}, err
	}
	defer n.leave()
	a.of.inside.mu.Lock()
	defer a.of.inside.mu.Unlock()
	return n.view(base), nil
}

func (a adminHost) DeleteNamespace(name string) error { return a.of.forgetNamespace(name) }

func (a adminHost) OuterAddress() string {
	if around := a.of.around.Load(); around != nil {
		return *around
	}
	return ""
}
