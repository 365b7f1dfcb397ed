package broker_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
)

func TestAnAuditLogThatIsClosedAfterAReloadLosesNoRequestAndNoLine(t *testing.T) {
	dir := t.TempDir()
	open := func(n int64) *broker.AuditLog {
		log, err := broker.OpenAuditLog(filepath.Join(dir, string(rune('a'+n%26))))
		if err != nil {
			t.Fatal(err)
		}
		return log
	}
	log := open(0)
	p := start(t, func(o *broker.Options) { o.Audit = log })
	var asked, dropped atomic.Int64
	var all sync.WaitGroup
	stop := make(chan struct{})
	for i := range 4 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				path := []string{"/token", accounts}[i%2]
				if a := p.ask(http.MethodGet, path, ""); a.status != http.StatusOK && a.status != http.StatusTooManyRequests {
					dropped.Add(1)
				}
				asked.Add(1)
			}
		})
	}
	reloads := int64(0)
	for ; reloads < 100 || asked.Load() < 200; reloads++ {
		next := open(reloads + 1)
		if err := p.again(func(o *broker.Options) { o.Audit, o.NoLimits = next, true }); err != nil {
			t.Fatal(err)
		}
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
		log = next
	}
	close(stop)
	all.Wait()
	if dropped.Load() > 0 {
		t.Errorf("%d of %d requests were dropped by %d reloads", dropped.Load(), asked.Load(), reloads)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if a := p.ask(http.MethodGet, "/token", ""); a.status != http.StatusServiceUnavailable { // the control: it is the log of now
		t.Errorf("with the log of now closed it is %d", a.status)
	}
}

// called is a grant that says whom it stands for.
type called struct {
	ringcx.Grant
	name string
}

func (c called) Identity() string { return c.name }

func TestReadyzSaysWhenAnotherBrokerHasOtherCredentialsOfAProfile(t *testing.T) {
	for _, other := range []string{"new", "old"} {
		t.Run(other, func(t *testing.T) {
			p := start(t)
			store, c := new(ringcx.Memory), p.vendor.Config()
			session := func(name string) *ringcx.Session {
				return c.NewSession(called{c.JWT(p.vendor.Demo().JWT), name}, &ringcx.SessionOptions{Store: store, Key: "c"})
			}
			mine, its := session("old"), session(other)
			if err := p.again(func(o *broker.Options) { o.Profiles[0].Session = mine }); err != nil {
				t.Fatal(err)
			}
			for _, s := range []*ringcx.Session{mine, its, mine} {
				token, err := s.Token(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				s.Confirm(token)
				s.Invalidate(token)
				if _, err := s.Token(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.again(func(o *broker.Options) { o.Profiles[0].Session = mine }); err != nil { // it looks anew
				t.Fatal(err)
			}
			a := get(t, p.url+"/readyz")
			said := strings.Contains(a.body, "profile main: its stored login was replaced by one with other credentials: reload all brokers that share the Store")
			if a.status != http.StatusOK || said != (other == "new") || (a.json(t)["status"] == "degraded") != (other == "new") {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}
