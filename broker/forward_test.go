package broker_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ringcx-go/ringcx/broker"
)

// isAPI tells requests that are not the session's own.
func isAPI(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/restapi/oauth/") && !strings.HasPrefix(r.URL.Path, "/api/auth/")
}

func TestTheVendorLearnsNothingOfTheCallerButWhatItAsks(t *testing.T) {
	p, vendor := startTapped(t, nil)
	named := []string{
		"Cookie", "Cookie2", "Proxy-Authorization", "Proxy-Connection", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Anything", "Forwarded",
		"X-Real-Ip", "Via", "Keep-Alive", "X-Http-Method-Override", "X-Method-Override", "X-Original-Url", "X-Rewrite-Url", "RingCX-Profile", "Sec-Fetch-Mode", "Referer", "Idempotency-Key",
		"X_Forwarded_For", "X-Mine",
	}
	p.ask(http.MethodGet, accounts, "", func(r *http.Request) {
		for _, name := range named {
			r.Header[http.CanonicalHeaderKey(name)] = []string{"main"}
		}
		r.Header.Set("Connection", "X-Mine")
		r.Header.Set("X-Kept", "1")
		r.Header.Set("Accept-Language", "de")
	}).want(t, http.StatusOK, "accounts")
	got := vendor.last()
	for _, name := range named {
		if values := got.Header[http.CanonicalHeaderKey(name)]; values != nil {
			t.Errorf("%s arrives: %q", name, values)
		}
	}
	if got.Header.Get("X-Kept") != "1" || got.Header.Get("Accept-Language") != "de" || got.Header.Get("Accept-Encoding") != "" { // the control
		t.Errorf("what a caller asks does not arrive: %q", got.Header)
	}
	if got.Host != strings.TrimPrefix(vendor.url, "http://") {
		t.Errorf("the host is %s", got.Host)
	}
	if strings.Contains(fmt.Sprint(got.Header, got.URL), p.key) {
		t.Error("the vendor learns the caller's key")
	}
	p.ask(http.MethodGet, accounts, "", with("User-Agent", "Python/3"))
	if vendor.last().UserAgent() != "Python/3" {
		t.Errorf("the program is %q", vendor.last().UserAgent())
	}
}

func TestEachPathGetsTheTokenOfItsVendor(t *testing.T) {
	p, vendor := startTapped(t, nil)
	cx, err := p.session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	central, err := p.session.RingCentral().Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		accounts: cx.AccessToken, "/platform/api/v1/x": cx.AccessToken, "/restapi/v1.0/account/~/extension/~": central.AccessToken, "/restapi/v2/x": central.AccessToken,
	} {
		p.ask(http.MethodGet, path, "")
		if got := vendor.last().Header.Values("Authorization"); !slices.Equal(got, []string{"Bearer " + want}) {
			t.Errorf("%s has another token", path)
		}
	}
	n := vendor.count()
	for _, path := range []string{"/", "/voice", "/voice/x", "/VOICE/api/v1/x", "/console/", "/_sandbox/state", "/restapi", "/api/v1/admin/accounts", "/v1/admin/x", "/healthz/"} {
		if a := p.ask(http.MethodGet, path, ""); a.status != http.StatusNotFound || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s is answered %d", path, a.status)
		}
	}
	if vendor.count() != n {
		t.Error("a path of nobody was forwarded")
	}
}

func TestALoginToRingCXItselfHasNothingBelowRestapi(t *testing.T) {
	p, _ := startTapped(t, nil, func(o *broker.Options) {
		c := o.Profiles[0]
		config := configOf(c)
		o.Profiles[0].Session = config.NewSession(config.RingCXPassword("nobody", "wrong", ""), nil)
	})
	if a := p.ask(http.MethodGet, "/restapi/v1.0/account/~", "").want(t, http.StatusForbidden, "the platform"); !strings.Contains(a.body, "no RingCentral token") {
		t.Error(a.body)
	}
}

func TestAnAnswerBindsNobodyAndLeadsBackToTheBroker(t *testing.T) {
	var vendorURL atomic.Value
	p, vendor := startTapped(t, func(w http.ResponseWriter, r *http.Request) bool {
		if !isAPI(r) {
			return false
		}
		h := w.Header()
		for _, name := range []string{"Set-Cookie", "Access-Control-Allow-Origin", "Alt-Svc", "Strict-Transport-Security", "Connection", "X-Kept"} {
			h.Set(name, "x")
		}
		h.Set("Location", vendorURL.Load().(string)+"/voice/api/v1/there?a=b")
		if strings.HasSuffix(r.URL.Path, "elsewhere") {
			h.Set("Location", "https://files.example/x")
		}
		w.WriteHeader(http.StatusFound)
		return true
	})
	vendorURL.Store(vendor.url)
	a := p.ask(http.MethodGet, "/voice/api/v1/x", "").want(t, http.StatusFound, "a redirect")
	if got := a.header.Get("Location"); got != "/voice/api/v1/there?a=b" {
		t.Errorf("it leads to %s", got)
	}
	for _, name := range []string{"Set-Cookie", "Access-Control-Allow-Origin", "Alt-Svc", "Strict-Transport-Security"} {
		if a.header.Get(name) != "" {
			t.Errorf("%s comes back", name)
		}
	}
	if a.header.Get("X-Kept") != "x" || vendor.count() != 1 {
		t.Errorf("%d requests, header %q", vendor.count(), a.header)
	}
	if got := p.ask(http.MethodGet, "/voice/api/v1/elsewhere", "").header.Get("Location"); got != "https://files.example/x" {
		t.Errorf("it leads to %s", got)
	}
}

// expiring is a vendor that refuses tokens as expired, so often, and notes the bodies that arrive.
type expiring struct {
	refuse atomic.Int32
	mu     sync.Mutex
	bodies []string
}

func (v *expiring) handle(w http.ResponseWriter, r *http.Request) bool {
	if !isAPI(r) {
		return false
	}
	body, _ := io.ReadAll(r.Body)
	v.mu.Lock()
	v.bodies = append(v.bodies, fmt.Sprintf("%d %x", len(body), sha256.Sum256(body)))
	v.mu.Unlock()
	if v.refuse.Add(-1) >= 0 {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "Jwt is expired")
		return true
	}
	w.WriteHeader(http.StatusCreated)
	return true
}

// arrived are the bodies since the last call.
func (v *expiring) arrived() (all []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	all, v.bodies = v.bodies, nil
	return all
}

func TestAnExpiredTokenIsReplacedAndTheRequestRepeatedOnce(t *testing.T) {
	v := new(expiring)
	p, _ := startTapped(t, v.handle)
	body := strings.Repeat("b", 1<<20)
	for name, c := range map[string]struct {
		body    io.Reader
		refused int32
		want    int
		asked   int
	}{
		"without a body":      {nil, 1, http.StatusCreated, 2},
		"with a body":         {strings.NewReader(body), 1, http.StatusCreated, 2},
		"refused twice":       {nil, 2, http.StatusServiceUnavailable, 2},
		"with a longer body":  {strings.NewReader(body + "b"), 1, http.StatusUnauthorized, 1},
		"with a stream":       {io.MultiReader(strings.NewReader("stream")), 1, http.StatusUnauthorized, 1},
		"with a living token": {strings.NewReader("x"), 0, http.StatusCreated, 1},
	} {
		t.Run(name, func(t *testing.T) {
			v.arrived()
			v.refuse.Store(c.refused)
			first, err := p.session.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			p.session.Confirm(first)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/voice/api/v1/x", c.body)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+p.key)
			resp, err := direct.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			said, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			all := v.arrived()
			if resp.StatusCode != c.want || len(all) != c.asked || len(slices.Compact(all)) != 1 {
				t.Errorf("%d after the bodies %q", resp.StatusCode, all)
			}
			if c.want == http.StatusServiceUnavailable && (resp.Header.Get("Retry-After") != "1" || !strings.Contains(string(said), "nothing was done")) {
				t.Errorf("it says %q", said)
			}
			if c.want == http.StatusUnauthorized && string(said) != "Jwt is expired" {
				t.Errorf("the vendor's words are %q", said)
			}
			if second, err := p.session.Token(t.Context()); err != nil || c.refused > 0 && second.AccessToken == first.AccessToken {
				t.Errorf("the token was not replaced: %v", err)
			}
			v.refuse.Store(0)
			p.ask(http.MethodGet, "/voice/api/v1/x", "").want(t, http.StatusCreated, "the next request")
		})
	}
}

func TestARefusalOfTheRequestSpendsNoToken(t *testing.T) {
	p, vendor := startTapped(t, func(w http.ResponseWriter, r *http.Request) bool {
		if isAPI(r) {
			http.Error(w, "no permission", http.StatusUnauthorized)
		}
		return isAPI(r)
	})
	for range 3 {
		if a := p.ask(http.MethodGet, "/voice/api/v1/x", "").want(t, http.StatusUnauthorized, "a refusal"); !strings.Contains(a.body, "no permission") {
			t.Error(a.body)
		}
	}
	if n := len(p.vendor.Paths()); n != 2 || vendor.count() != 3 {
		t.Errorf("%d requests for tokens, %d others", n, vendor.count())
	}
}

func TestABodyThatIsCutOffIsNoAction(t *testing.T) {
	p, vendor := startTapped(t, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: 100\r\n\r\nhalf", accounts, p.key)
	_ = conn.(*net.TCPConn).CloseWrite()
	_, _ = io.ReadAll(conn)
	_ = conn.Close()
	if vendor.count() > 0 {
		t.Error("half a request was forwarded")
	}
	p.ask(http.MethodPost, accounts, "whole")
	if vendor.count() != 1 { // the control
		t.Error("a whole request was not forwarded")
	}
}

// zeros are without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestAStreamArrivesAsItIsWritten(t *testing.T) {
	next := make(chan struct{})
	p, _ := startTapped(t, func(w http.ResponseWriter, r *http.Request) bool {
		if !isAPI(r) {
			return false
		}
		w.Header().Set("Content-Type", "text/event-stream")
		for range 3 {
			_, _ = io.WriteString(w, "data: x\n\n")
			w.(http.Flusher).Flush()
			select {
			case <-next:
			case <-r.Context().Done():
				return true
			}
		}
		return true
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/voice/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.key)
	resp, err := direct.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	event := make([]byte, len("data: x\n\n"))
	for range 3 { // each arrives before the vendor is let write the next
		if _, err := io.ReadFull(resp.Body, event); err != nil {
			t.Fatal(err)
		}
		next <- struct{}{}
	}
}

func TestACallerThatGoesAwayEndsItsRequestAtTheVendor(t *testing.T) {
	arrived, ended := make(chan struct{}), make(chan struct{})
	p, _ := startTapped(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if isAPI(r) {
			close(arrived)
			<-r.Context().Done()
			close(ended)
		}
		return isAPI(r)
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+accounts, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.key)
	if resp, err := direct.Do(req); err == nil {
		_ = resp.Body.Close()
	}
	<-ended
}

func TestAVendorThatIsAwayIsABadGatewayInWords(t *testing.T) {
	p, _ := startTapped(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if isAPI(r) {
			panic(http.ErrAbortHandler)
		}
		return false
	})
	if a := p.ask(http.MethodPost, accounts, "x").want(t, http.StatusBadGateway, "a vendor that hangs up"); a.header.Get("Content-Type") != "application/problem+json" {
		t.Error(a.body)
	}
}

func TestALoginThatHasEndedIsSaidInWords(t *testing.T) {
	p, _ := startTapped(t, nil, func(o *broker.Options) {
		config := configOf(o.Profiles[0])
		o.Profiles[0].Session = config.NewSession(nil, nil)
	})
	if a := p.ask(http.MethodGet, accounts, "").want(t, http.StatusServiceUnavailable, "an ended login"); !strings.Contains(a.body, "log in again") {
		t.Error(a.body)
	}
}

func TestRandomBytesComeBackAsTheyWere(t *testing.T) {
	p, _ := startTapped(t, func(w http.ResponseWriter, r *http.Request) bool {
		if isAPI(r) {
			w.Header().Set("Content-Encoding", "gzip") // it says so, and the broker does not look
			body, _ := io.ReadAll(r.Body)
			_, _ = w.Write(body)
		}
		return isAPI(r)
	})
	for _, n := range []int{0, 1, 4 << 10, 1 << 20, 3 << 20} {
		body := make([]byte, n)
		_, _ = rand.Read(body)
		a := p.ask(http.MethodPost, "/voice/api/v1/x", string(body))
		if !bytes.Equal([]byte(a.body), body) {
			t.Errorf("%d bytes came back as %d others", n, len(a.body))
		}
	}
}

func TestAnAnswerMayBeginBeforeTheBodyEnds(t *testing.T) {
	p, _ := startTapped(t, func(w http.ResponseWriter, r *http.Request) bool {
		if !isAPI(r) {
			return false
		}
		control := http.NewResponseController(w)
		if err := control.EnableFullDuplex(); err != nil {
			t.Error(err)
		}
		part := make([]byte, 4)
		for {
			if _, err := io.ReadFull(r.Body, part); err != nil {
				return true
			}
			_, _ = w.Write(part)
			_ = control.Flush()
		}
	})
	body, more := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/voice/api/v1/talk", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.key)
	go func() { _, _ = io.WriteString(more, "one.") }()
	resp, err := direct.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	part := make([]byte, 4)
	for _, next := range []string{"two.", "end.", ""} {
		if _, err := io.ReadFull(resp.Body, part); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(more, next); err != nil {
			t.Fatal(err)
		}
	}
	if err := more.Close(); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(resp.Body); len(rest) > 0 || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
}
