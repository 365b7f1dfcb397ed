// Package callback receives the answer of a sign-in page on this machine, where the page sends the browser when somebody
// has signed in (RFC 8252, section 7.3). It takes one answer, from a browser that was sent by the page that was asked.
package callback

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx/internal/thishost"
)

// Answer is what the sign-in page answered: Code, or Err that says why there is none.
type Answer struct {
	Code string
	Err  error
}

// Listener waits for the answer to one login.
type Listener struct {
	// Answers brings one answer, that of the login. What is not it is refused and changes nothing.
	Answers <-chan Answer

	expected    Expected
	redirect    *url.URL
	server      *http.Server
	answers     chan<- Answer
	finished    chan struct{} // closed when outcome is known
	shown       chan struct{} // closed when a browser has shown it
	onceShown   sync.Once     // closes shown
	onceClosing sync.Once     // closes finished

	mu      sync.Mutex // guards what follows
	taken   bool       // an answer came
	outcome page       // what is shown in the end, once finished is closed
}

// Local reports whether answers sent to a redirect URI can be received on this machine. Names below localhost are none: some
// browsers ask a name server for them, and the answer holds a code.
func Local(redirectURI string) bool {
	u, err := url.Parse(redirectURI)
	if err != nil || u.Scheme != "http" || u.User != nil {
		return false
	}
	return thishost.Localhost(u.Hostname()) || thishost.Address(u.Hostname())
}

// Listen waits for answers at a redirect URI for which [Local] holds. Without a port, or with port 0, it takes a free
// one.
func Listen(ctx context.Context, redirectURI string, expected Expected) (*Listener, error) {
	u, err := url.Parse(redirectURI)
	if err != nil || !Local(redirectURI) {
		return nil, errors.New("the redirect URI is not one of this machine")
	}
	host, port := u.Hostname(), u.Port()
	if thishost.Localhost(host) {
		host = "127.0.0.1"
	}
	if port == "" {
		port = "0"
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, err
	}
	_, port, _ = net.SplitHostPort(ln.Addr().String())
	u.Host = net.JoinHostPort(u.Hostname(), port)
	if u.Path == "" {
		u.Path = "/"
	}
	answers := make(chan Answer, 1)
	l := &Listener{
		Answers: answers, expected: expected, redirect: u, answers: answers, finished: make(chan struct{}), shown: make(chan struct{}),
	}
	l.server = &http.Server{
		Handler: l, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10, ErrorLog: log.New(io.Discard, "", 0),
	}
	go func() { _ = l.server.Serve(ln) }()
	return l, nil
}

// RedirectURI is where the sign-in page has to send the browser.
func (l *Listener) RedirectURI() string { return l.redirect.String() }

// donePath is where the browser is sent on, so that its address and history do not keep the code.
func (l *Listener) donePath() string { return strings.TrimRight(l.redirect.Path, "/") + "/done" }

// ServeHTTP takes the answer, and nothing else for one.
func (l *Listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	switch {
	case !strings.EqualFold(r.Host, l.redirect.Host):
		http.Error(w, "This is not the host you are looking for.", http.StatusMisdirectedRequest)
	case r.URL.Path != l.redirect.Path && r.URL.Path != l.donePath():
		http.NotFound(w, r)
	case r.Method != http.MethodGet:
		h.Set("Allow", http.MethodGet)
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
	case r.URL.Path == l.donePath():
		l.showOutcome(w, r)
	default:
		l.take(w, r)
	}
}

func (l *Listener) take(w http.ResponseWriter, r *http.Request) {
	code, err := l.expected.Read(r.URL.Query())
	if errors.Is(err, ErrForeign) {
		pageForeign.show(w)
		return
	}
	l.mu.Lock()
	again := l.taken
	l.taken = true
	l.mu.Unlock()
	if again {
		pageUsed.show(w)
		return
	}
	l.answers <- Answer{code, err}
	w.Header().Set("Location", l.donePath())
	w.WriteHeader(http.StatusSeeOther)
}

// hold is how long a browser waits for the outcome. A login that takes longer waits for the vendor's limits.
const hold = 15 * time.Second

// showOutcome answers when the outcome is known.
func (l *Listener) showOutcome(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	taken := l.taken
	l.mu.Unlock()
	if !taken {
		http.NotFound(w, r)
		return
	}
	select {
	case <-l.finished:
		l.outcome.show(w)
		l.onceShown.Do(func() { close(l.shown) })
	case <-time.After(hold):
		pageSlow.show(w)
		l.onceShown.Do(func() { close(l.shown) })
	case <-r.Context().Done():
	}
}

// Finish shows the browser how the login ended, nil for well, and closes the listener. If a browser brought the answer
// it is given until ctx ends to come for the outcome.
func (l *Listener) Finish(ctx context.Context, failure error) {
	l.onceClosing.Do(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.outcome = pageSignIn
		if failure != nil {
			l.outcome = pageFailed(oneLine(failure.Error()))
		}
		close(l.finished)
	})
	l.mu.Lock()
	taken := l.taken
	l.mu.Unlock()
	if taken {
		select {
		case <-l.shown:
		case <-ctx.Done():
		}
	}
	if l.server.Shutdown(ctx) != nil {
		_ = l.server.Close()
	}
}
