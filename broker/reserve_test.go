package broker_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

const users = "/voice/api/v1/admin/users" // of the standard limit, which the sandbox keeps

// pipes is a listener in memory, so that time can be that of a bubble.
type pipes struct {
	net.Listener
	in   chan net.Conn
	done chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.in:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.done)
	return nil
}

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.in <- there:
		return here, nil
	case <-p.done:
		return nil, &net.OpError{Op: "dial", Err: net.ErrClosed}
	}
}

// fleet are brokers that share a Store, and their vendor, in a bubble.
type fleet struct {
	t       *testing.T
	vendor  *ringcxtest.Server
	options *broker.Options // of all brokers
	brokers []*broker.Broker
	handle  func(w http.ResponseWriter, r *http.Request) bool // in place of the sandbox
	net     *pipes
	close   func()

	mu       sync.Mutex
	answered map[int]int // by the vendor, by status, and not for the session's own
}

func startFleet(t *testing.T, n int, change ...func(*broker.Options)) *fleet {
	t.Helper()
	vendor := ringcxtest.NewServer(t, &ringcxtest.Options{NoSockets: true})
	f := &fleet{t: t, vendor: vendor, net: &pipes{in: make(chan net.Conn), done: make(chan struct{})}, answered: map[int]int{}}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := httptest.NewRecorder()
		if f.handle == nil || !f.handle(status, r) {
			vendor.ServeHTTP(status, r)
		}
		f.mu.Lock()
		f.answered[status.Code]++
		f.mu.Unlock()
		for name, values := range status.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(status.Code)
		_, _ = w.Write(status.Body.Bytes())
	})}
	go func() { _ = server.Serve(f.net) }()
	var once sync.Once
	f.close = func() { once.Do(func() { _ = server.Close() }) }
	session := vendor.Session(nil) // which goes another way
	opts := &broker.Options{
		Profiles: []broker.Profile{{Name: "main", Session: session, Endpoint: vendor.Config().Endpoint}}, Store: new(ringcx.Memory),
		Transport: &http.Transport{DialContext: f.net.dial},
	}
	for _, c := range change {
		c(opts)
	}
	f.options = opts
	for range n {
		b, err := broker.New(opts)
		if err != nil {
			t.Fatal(err)
		}
		f.brokers = append(f.brokers, b)
	}
	return f
}

// end ends everything, as a bubble wants it.
func (f *fleet) end() {
	for _, b := range f.brokers {
		b.Close()
	}
	f.close()
}

// caller makes one, with its key.
func (f *fleet) caller(name string) string {
	f.t.Helper()
	key, err := f.brokers[0].CreateKey(f.t.Context(), name, "", 0)
	if err != nil {
		f.t.Fatal(err)
	}
	return key
}

// ask asks the broker i.
func (f *fleet) ask(i int, key, method, path string, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(f.t.Context(), method, path, body)
	r.Host = "localhost"
	r.Header.Set("Authorization", "Bearer "+key)
	w := httptest.NewRecorder()
	f.brokers[i].ServeHTTP(w, r)
	return w
}

// refusal are the seconds that a 429 of the broker's own asks to wait.
func refusal(t testing.TB, w *httptest.ResponseRecorder) time.Duration {
	t.Helper()
	var p struct {
		Status int
		Detail string
	}
	n, err := strconv.Atoi(w.Header().Get("Retry-After"))
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Content-Type") != "application/problem+json" || err != nil || n < 1 {
		t.Fatalf("%d %v: %s", w.Code, w.Header(), w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != w.Code || !strings.Contains(p.Detail, "the limit ") {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return time.Duration(n) * time.Second
}

func TestManyCallersOfTwoBrokersUseWhatTheVendorAllowsAndNoMore(t *testing.T) {
	for name, free := range map[string]bool{"with limits": false, "without": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := startFleet(t, 2, func(o *broker.Options) { o.NoLimits = free })
				defer f.end()
				minutes := 10
				if free {
					minutes = 1
				}
				var keys []string
				for i := range 300 {
					keys = append(keys, f.caller(fmt.Sprint("caller", i)))
				}
				end := time.Now().Add(time.Duration(minutes) * time.Minute)
				served := make([]int, len(keys))
				var callers sync.WaitGroup
				for i, key := range keys {
					callers.Go(func() {
						for time.Now().Before(end) {
							switch w := f.ask(i%2, key, http.MethodGet, users, nil); {
							case w.Code == http.StatusOK:
								served[i]++
								time.Sleep(time.Second)
							case free:
								time.Sleep(20 * time.Second)
							default:
								time.Sleep(refusal(t, w))
							}
						}
					})
				}
				callers.Wait()
				slices.Sort(served)
				t.Logf("the vendor answered %v; served at the least, by tenths: %v", f.answered, tenths(served))
				if free {
					if f.answered[http.StatusTooManyRequests] == 0 {
						t.Error("a vendor without a governor before it refuses nothing")
					}
					return
				}
				if n := f.answered[http.StatusTooManyRequests]; n != 0 {
					t.Errorf("the vendor has refused %d", n)
				}
				if share := 120 * minutes / len(keys); tenths(served)[5] < share/2 || tenths(served)[0] == 0 {
					t.Errorf("served are, by tenths, %v, the fair share is %d", tenths(served), share)
				}
				if n := f.answered[http.StatusOK]; n < 120*minutes*85/100 {
					t.Errorf("%d requests in %d minutes", n, minutes)
				}
			})
		})
	}
}

// How long a turn takes to come depends on how the flood has used up the window before. Whose it is does not.
func TestAFloodLeavesAQuietCallerItsTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := startFleet(t, 2)
		defer f.end()
		flood, quiet := f.caller("flood"), f.caller("quiet")
		end := time.Now().Add(10 * time.Minute)
		var (
			callers sync.WaitGroup
			mu      sync.Mutex
			served  []time.Time // of the flood, by the broker that the quiet one asks
		)
		for i := range 200 {
			callers.Go(func() {
				for time.Now().Before(end) {
					w := f.ask(i%2, flood, http.MethodGet, users, nil)
					if w.Code != http.StatusOK {
						time.Sleep(refusal(t, w))
					} else if i%2 == 0 {
						mu.Lock()
						served = append(served, time.Now())
						mu.Unlock()
					}
				}
			})
		}
		time.Sleep(2 * time.Minute) // by then the flood has all
		longest, most := time.Duration(0), 0
		for time.Now().Before(end.Add(-time.Minute)) {
			time.Sleep(7 * time.Second)
			begun := time.Now()
			if w := f.ask(0, quiet, http.MethodGet, users, nil); w.Code != http.StatusOK {
				t.Errorf("the quiet one is answered %d: %s", w.Code, w.Body)
			}
			ended, before := time.Now(), 0
			mu.Lock()
			for _, at := range served {
				if at.After(begun) && at.Before(ended) {
					before++
				}
			}
			mu.Unlock()
			longest, most = max(longest, ended.Sub(begun)), max(most, before)
		}
		callers.Wait()
		t.Logf("the quiet one has waited %v at the most, while the flood had %d turns; the vendor answered %v", longest, most, f.answered)
		if most > 2 || f.answered[http.StatusTooManyRequests] != 0 {
			t.Errorf("the flood had %d turns while the quiet one waited, the vendor answered %v", most, f.answered)
		}
		if len(served) < 100 {
			t.Errorf("the flood was served %d times: it is none", len(served))
		}
	})
}

// use uses up the standard limit.
func (f *fleet) use(i int, key string) *httptest.ResponseRecorder {
	for range 1000 {
		if w := f.ask(i, key, http.MethodGet, users, nil); w.Code != http.StatusOK {
			return w
		}
	}
	f.t.Fatal("nothing is refused")
	return nil
}

func TestRetryAfterIsWhenARequestIsLetIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := startFleet(t, 1, func(o *broker.Options) { o.MaxWait = time.Second })
		defer f.end()
		key := f.caller("worker")
		w := f.use(0, key)
		wait := refusal(t, w)
		if want := `the limit standard of profile "main", 120 in 1m0s, is used up until 00:0`; !strings.Contains(w.Body.String(), strings.ReplaceAll(want, `"`, `\"`)) {
			t.Errorf("it says %s", w.Body)
		}
		time.Sleep(wait - 3*time.Second)
		earlier := f.ask(0, key, http.MethodGet, users, nil)
		if d := refusal(t, earlier); d > 4*time.Second { // the control
			t.Errorf("three seconds before, it is %v", d)
		}
		time.Sleep(3 * time.Second)
		begun := time.Now()
		if w := f.ask(0, key, http.MethodGet, users, nil); w.Code != http.StatusOK || time.Since(begun) > time.Second {
			t.Errorf("after what Retry-After says (%v) it is %d after %v: %s", wait, w.Code, time.Since(begun), w.Body)
		}
	})
}

func TestThePlatformsLimitIsToldInWordsThatAreWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := startFleet(t, 1, func(o *broker.Options) { o.MaxWait = time.Second })
		defer f.end()
		key := f.caller("worker")
		for range 100 {
			w := f.ask(0, key, http.MethodGet, "/restapi/v1.0/account/~", nil)
			if w.Code == http.StatusTooManyRequests {
				if !strings.Contains(w.Body.String(), ", 40 in 1m0s, is used up until ") {
					t.Errorf("it says %s", w.Body)
				}
				return
			}
		}
		t.Error("nothing is refused")
	})
}

func TestARequestWaitsForMaxWaitAndItsPlaceIsFreeWhenItsCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := startFleet(t, 1, func(o *broker.Options) { o.MaxWait, o.MaxWaiting = 2*time.Minute, 1 })
		defer f.end()
		key := f.caller("worker")
		for range 120 {
			f.ask(0, key, http.MethodGet, users, nil)
		}
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan int)
		go func() {
			r := httptest.NewRequestWithContext(ctx, http.MethodGet, users, nil)
			r.Host = "localhost"
			r.Header.Set("Authorization", "Bearer "+key)
			w := httptest.NewRecorder()
			f.brokers[0].ServeHTTP(w, r)
			left <- w.Code
		}()
		synctest.Wait()
		if w := f.ask(0, key, http.MethodGet, users, nil); !strings.Contains(w.Body.String(), "1 requests wait already") {
			t.Errorf("the second is answered %s", w.Body)
		}
		leave()
		if status := <-left; status != 499 {
			t.Errorf("the one that left is answered %d", status)
		}
		begun := time.Now()
		if w := f.ask(0, key, http.MethodGet, users, nil); w.Code != http.StatusOK || time.Since(begun) < 50*time.Second || time.Since(begun) > 62*time.Second {
			t.Errorf("the next is answered %d after %v", w.Code, time.Since(begun))
		}
	})
}

func TestThe429OfTheVendorKeepsAllBrokersQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := startFleet(t, 2, func(o *broker.Options) { o.MaxWait = 5 * time.Second })
		defer f.end()
		key := f.caller("worker")
		f.handle = func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Retry-After", "20")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}
		if w := f.ask(0, key, http.MethodGet, users, nil); w.Code != http.StatusTooManyRequests || w.Header().Get("Content-Type") == "application/problem+json" {
			t.Errorf("the vendor's answer is passed on as %d %s", w.Code, w.Body)
		}
		f.handle = nil
		time.Sleep(4 * time.Second)
		for i := range f.brokers {
			w := f.ask(i, key, http.MethodGet, users, nil)
			if d := refusal(t, w); d < 9*time.Second || d > 17*time.Second || !strings.Contains(w.Body.String(), "quiet until") {
				t.Errorf("broker %d asks to wait %v: %s", i, d, w.Body)
			}
		}
		time.Sleep(16 * time.Second)
		for i := range f.brokers {
			if w := f.ask(i, key, http.MethodGet, users, nil); w.Code != http.StatusOK {
				t.Errorf("after that broker %d answers %d: %s", i, w.Code, w.Body)
			}
		}
	})
}

// actions are requests that change something at the vendor.
var actions = map[string]string{
	http.MethodPost: "/voice/api/v1/admin/accounts/21000001/dialGroups", http.MethodPut: "/voice/api/v1/admin/accounts/21000001/campaignLeads/actions",
	http.MethodDelete: "/voice/api/v1/admin/accounts/21000001/dialGroups/1",
}

func TestNothingIsRepeatedButWhatWasRefusedBecauseItsTokenHasExpired(t *testing.T) {
	for what, want := range map[string]int{"429": 1, "500": 1, "503": 1, "401": 1, "401 Jwt is expired": 2, "cut": 1} {
		for method, path := range actions {
			synctest.Test(t, func(t *testing.T) {
				f := startFleet(t, 1)
				defer f.end()
				key, n := f.caller("worker"), 0
				f.handle = func(w http.ResponseWriter, _ *http.Request) bool {
					if n++; what == "cut" {
						panic(http.ErrAbortHandler)
					}
					number, text, _ := strings.Cut(what, " ")
					status, err := strconv.Atoi(number)
					if err != nil {
						t.Error(err)
					}
					w.Header().Set("Retry-After", "1")
					w.WriteHeader(status)
					_, _ = io.WriteString(w, text)
					return true
				}
				f.ask(0, key, method, path, strings.NewReader(`{"a":1}`))
				time.Sleep(time.Minute)
				if n != want {
					t.Errorf("%s answered %s arrives %d times, want %d", method, what, n, want)
				}
			})
		}
	}
}

func TestEveryAnswerOfTheVendorCountsAndNothingElse(t *testing.T) {
	refused := func(status int, text string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
			return true
		}
	}
	for name, c := range map[string]struct {
		path   string
		times  int
		counts int
		handle func(http.ResponseWriter, *http.Request) bool
	}{
		"a token":                   {"/token", 200, 0, nil},
		"what is denied":            {users + "/1", 200, 0, nil},
		"an error":                  {users, 10, 10, refused(http.StatusInternalServerError, "")},
		"an answer that is cut off": {users, 10, 10, func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }},
		"a token that has expired":  {users, 1, 2, refused(http.StatusUnauthorized, "Jwt is expired")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := startFleet(t, 1, func(o *broker.Options) {
					o.MaxWait, o.Rules = time.Second, []broker.Rule{{Deny: true, Path: users + "/*"}, {}}
				})
				defer f.end()
				key := f.caller("worker")
				f.handle = c.handle
				for range c.times {
					f.ask(0, key, http.MethodPost, c.path, nil)
				}
				f.handle = nil
				refusal(t, f.use(0, key))
				if n := f.answered[http.StatusOK]; n != 120-c.counts {
					t.Errorf("%d requests are let in besides, want %d", n, 120-c.counts)
				}
			})
		})
	}
}

func TestAVendorThatIsNotReachedCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := startFleet(t, 1, func(o *broker.Options) { o.MaxWait = time.Second })
		defer f.end()
		key := f.caller("worker")
		f.close()
		for range 200 {
			if w := f.ask(0, key, http.MethodGet, users, nil); w.Code != http.StatusBadGateway {
				t.Fatalf("%d: %s", w.Code, w.Body)
			}
		}
	})
}

func TestABodyThatDoesNotComeTakesNobodysTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := startFleet(t, 1, func(o *broker.Options) { o.MaxWait = time.Second })
		defer f.end()
		key := f.caller("worker")
		body, more := io.Pipe()
		var slow sync.WaitGroup
		for range 200 {
			slow.Go(func() {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, users, body)
				r.Host, r.ContentLength = "localhost", 10
				r.Header.Set("Authorization", "Bearer "+key)
				f.brokers[0].ServeHTTP(httptest.NewRecorder(), r)
			})
		}
		synctest.Wait()
		if refusal(t, f.use(0, key)); f.answered[http.StatusOK] != 120 {
			t.Errorf("the vendor answered %v", f.answered)
		}
		_ = more.Close()
		slow.Wait()
	})
}

func TestAnAccountHasItsLimitHoweverItIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := startFleet(t, 1, func(o *broker.Options) { o.MaxWait = time.Second })
		defer f.end()
		key := f.caller("worker")
		f.handle = func(http.ResponseWriter, *http.Request) bool { return true }
		act := func(account string) *httptest.ResponseRecorder {
			return f.ask(0, key, http.MethodPut, "/voice/api/v1/admin/accounts/"+account+"/campaignLeads/actions", nil)
		}
		for range 30 {
			if w := act("21000001"); w.Code != http.StatusOK {
				t.Fatalf("%d: %s", w.Code, w.Body)
			}
		}
		for _, account := range []string{"21000001", "%32%31000001"} {
			if w := act(account); w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), `the limit leadActions of account \"21000001\", 30 in 10s`) {
				t.Errorf("%s is answered %d: %s", account, w.Code, w.Body)
			}
		}
		if w := act("021000001"); w.Code != http.StatusBadRequest {
			t.Errorf("another spelling of its number is answered %d", w.Code)
		}
		if w := act("21000002"); w.Code != http.StatusOK {
			t.Errorf("another account is answered %d", w.Code)
		}
	})
}

func TestThePlatformHasALimitOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := startFleet(t, 1, func(o *broker.Options) { o.MaxWait = time.Second })
		defer f.end()
		key := f.caller("worker")
		f.use(0, key)
		n := 0
		for f.ask(0, key, http.MethodGet, "/restapi/v1.0/account/~", nil).Code == http.StatusOK {
			n++
		}
		if n != 40 || f.answered[http.StatusTooManyRequests] != 0 {
			t.Errorf("%d requests are let in, the vendor answered %v", n, f.answered)
		}
	})
}

func TestABrokerThatEndsLetsAnotherSendWhatItDidNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := startFleet(t, 2, func(o *broker.Options) { o.MaxWait = time.Second })
		defer f.end()
		key := f.caller("worker")
		for range 20 {
			f.ask(0, key, http.MethodGet, users, nil)
		}
		f.brokers[0].Close()
		if w := f.ask(0, key, http.MethodGet, users, nil); w.Code != http.StatusServiceUnavailable {
			t.Errorf("one that ended answers %d: %s", w.Code, w.Body)
		}
		if f.use(1, key); f.answered[http.StatusOK] != 120 {
			t.Errorf("the vendor answered %v", f.answered)
		}
	})
}

func tenths(sorted []int) (all []int) {
	for i := range 10 {
		all = append(all, sorted[len(sorted)*i/10])
	}
	return append(all, sorted[len(sorted)-1])
}
