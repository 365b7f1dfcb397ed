//go:build unix && storm

package storm_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

const (
	brokers   = 3
	callers   = 300
	pace      = time.Second     // from call to call, on average
	brokerTTL = 5 * time.Second // of the vendor's tokens
)

// lengthVariable says how long brokers suffer, for each store: RINGCX_STORM_BROKERS=5m.
const lengthVariable = "RINGCX_STORM_BROKERS"

// brokersSuffer is how long.
func brokersSuffer(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv(lengthVariable)
	if text == "" {
		return 12 * time.Second
	}
	d, err := time.ParseDuration(text)
	must(t, err)
	return d
}

// fleet is some brokers, and what is around them.
type fleet struct {
	t        *testing.T
	place    *place
	vendor   *vendor
	toVendor *line
	toStore  *line
	brokers  []*broker
	keys     map[*broker]string
	began    time.Time
	rng      *rand.Rand
	short    bool // nothing is done for long

	mu     sync.Mutex // guards the fields below
	calls  calls
	tokens map[string]time.Time // that the vendor gave, and when they end
	gone   spans                // of the vendor
	limits int                  // answers 429 of the vendor
	struck map[string]int       // what was done to whom
	story  []string             // the same, one after the other
}

// newFleet starts brokers on a store, or each on files of its own if they share none. more is added to their configuration.
func newFleet(t *testing.T, p *place, shared bool, more string) *fleet {
	t.Helper()
	f := &fleet{t: t, place: p, keys: map[*broker]string{}, tokens: map[string]time.Time{}, struck: map[string]int{}}
	start := startingSeed(t)
	f.rng = rand.New(rand.NewPCG(start, 0))
	f.vendor = newVendor(t, &sandbox.Options{TokenTTL: brokerTTL})
	f.vendor.box.OnRequest(func(r sandbox.Request) {
		f.vendor.note(r)
		if r.Status == http.StatusTooManyRequests {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.limits++
		}
	})
	front := httptest.NewServer(http.HandlerFunc(f.serveVendor))
	t.Cleanup(front.Close)
	f.toVendor = newLine(t, front.Listener.Addr().String())
	var first *broker
	for n := range brokers {
		store := "file:" + filepath.Join(t.TempDir(), "store")
		if shared {
			store = f.storeURL()
		}
		b := f.newBroker(n+1, store, more)
		f.brokers = append(f.brokers, b)
		if first == nil || !shared {
			first = b
			key, err := b.makeKey(t.Context())
			must(t, err)
			f.keys[b] = key
		}
		f.keys[b] = f.keys[first]
	}
	f.began = time.Now()
	for _, b := range f.brokers {
		must(t, b.start())
	}
	for _, b := range f.brokers {
		must(t, b.listens())
	}
	return f
}

// storeURL leads to the store by a line.
func (f *fleet) storeURL() string {
	f.t.Helper()
	u, err := url.Parse(f.place.url)
	must(f.t, err)
	if f.toStore == nil {
		f.toStore = newLine(f.t, u.Host)
	}
	u.Host = f.toStore.address
	return u.String()
}

func (f *fleet) url() string { return "http://" + f.toVendor.address }

func (b *broker) key() string { return b.fleet.keys[b] }

// serveVendor is the vendor, and notes the tokens that it gives before they are delivered.
func (f *fleet) serveVendor(w http.ResponseWriter, r *http.Request) {
	if !forToken(r.URL.Path) {
		f.vendor.ServeHTTP(w, r)
		return
	}
	f.vendor.ServeHTTP(&issuing{ResponseWriter: w, fleet: f}, r)
}

// issuing is an answer with a token.
type issuing struct {
	http.ResponseWriter
	fleet *fleet
	body  bytes.Buffer
}

func (n *issuing) Write(b []byte) (int, error) {
	n.body.Write(b)
	var answer struct{ AccessToken string }
	if json.Unmarshal(n.body.Bytes(), &answer) == nil && answer.AccessToken != "" {
		n.fleet.mu.Lock()
		n.fleet.tokens[answer.AccessToken] = time.Now().Add(brokerTTL)
		n.fleet.mu.Unlock()
	}
	return n.ResponseWriter.Write(b)
}

func (n *issuing) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// issued is when a token of the vendor's ends.
func (f *fleet) issued(token string) (until time.Time, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	until, ok = f.tokens[token]
	return until, ok
}

func (f *fleet) vendorAway(from, to time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.gone.meet(from.Add(-settles), to)
}

// holds is when the tokens end that brokers are known to have.
func (f *fleet) holds() (all []time.Time) {
	for _, b := range f.brokers {
		all = append(all, b.holds())
	}
	return all
}

// someServed tells whether one of the brokers could have been asked all the time with success. The caller holds mu.
func (f *fleet) someServed(held []time.Time, from, to time.Time, what kind) bool {
	if what == forward && f.gone.meet(from.Add(-settles), to) {
		return false
	}
	for i, b := range f.brokers {
		if b.couldServe(held[i], from, to) {
			return true
		}
	}
	return false
}

// live has the callers call until the function that it returns is called.
func (f *fleet) live() (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	transport := &http.Transport{MaxIdleConnsPerHost: callers, MaxIdleConns: 0}
	for i := range callers {
		c := &caller{fleet: f, rng: rand.New(rand.NewPCG(f.rng.Uint64(), uint64(i))), at: i % brokers, client: &http.Client{Transport: transport}}
		all.Go(func() { c.live(ctx) })
	}
	return func() {
		cancel()
		all.Wait()
		transport.CloseIdleConnections()
	}
}

// recovers waits until each broker has a token for its callers. One that gets none has lost the lineage.
func (f *fleet) recovers() error {
	var errs []error
	limit := time.Now().Add(tooLong)
	for i, b := range f.brokers {
		c := &caller{fleet: f, at: i, client: &http.Client{}}
		for {
			err := c.try(context.Background(), b, current)
			if err == nil {
				break
			}
			if time.Now().After(limit) {
				f.count(func(n *calls) { n.lost++ })
				errs = append(errs, fmt.Errorf("%s has no token after the storm: %w\n%s", b.name, err, &b.log))
				break
			}
			<-time.After(50 * time.Millisecond)
		}
	}
	return errors.Join(errs...)
}

// row is one line of the table of results.
func (f *fleet) row(name string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	v, n := f.vendor, f.calls
	var done []string
	for _, what := range sorted(maps.Keys(f.struck)) {
		done = append(done, fmt.Sprintf("%s %d", what, f.struck[what]))
	}
	return fmt.Sprintf("%-10s | brokers %d, callers %d, %v | renewals %d (refreshes %d, exchanges %d, logins %d) | lost lineages %d | second logins %d | "+
		"replays %d | vendor's 429s %d | sixth requests %d | in penalty %d | callers' 401s %d | calls answered %d, held to limits %d, failed %d (with a living token %d), "+
		"tries that failed %d | dead tokens %d | %s",
		name, len(f.brokers), callers, time.Since(f.began).Round(time.Second), v.count(refreshPath)+v.count(exchangePath)+v.count(loginPath), v.count(refreshPath),
		v.count(exchangePath), v.count(loginPath), n.lost, v.count(loginPath)-1, v.seen(replayed), f.limits, max(v.seen(sixth), v.sixths()), v.seen(insidePenalty),
		n.refused, n.answered, n.held, n.failed, n.avoidable, n.tries, n.dead, strings.Join(done, ", "))
}

const (
	// avoidable is an error that a caller saw although a broker that it could reach had a token that lived on.
	avoidable = "an error although there was a living token"
	// limited is a request that the vendor did not want so soon.
	limited = "429 of the vendor"
)

// sum is what happened, for the tally.
func (f *fleet) sum() sum {
	f.mu.Lock()
	defer f.mu.Unlock()
	v := f.vendor
	s := sum{
		lineages: 1, refreshes: v.count(refreshPath), exchanges: v.count(exchangePath), logins: v.count(loginPath), crashes: f.struck["store killed"],
		replays: v.seen(replayed), sixths: max(v.seen(sixth), v.sixths()), penalties: v.seen(insidePenalty),
	}
	s.kills, s.lost, s.refused = f.struck["broker killed"]+brokers*f.struck["all brokers killed"], f.calls.lost, f.calls.refused
	return s
}

// breaks are the promises that were broken, with how often.
func (f *fleet) breaks() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	v, n := f.vendor, f.calls
	broken := map[string]int{
		"lost lineages": n.lost, "second logins": v.count(loginPath) - 1, replayed: v.seen(replayed), limited: f.limits,
		sixth: max(v.seen(sixth), v.sixths()), insidePenalty: v.seen(insidePenalty), "a caller saw 401 or 403": n.refused,
		avoidable: n.avoidable, "a token that had ended": n.dead, "a token that is none": n.foreign,
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for verdict, times := range v.verdicts {
		broken[verdict] = max(broken[verdict], times)
	}
	maps.DeleteFunc(broken, func(_ string, times int) bool { return times == 0 })
	return broken
}
