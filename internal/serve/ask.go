package serve

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/localtls"
	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/thishost"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/sandbox"
)

// Bounds of what a sandbox is given, and of what is taken from it. Whatever listens at its port may answer.
const (
	startTime    = 5 * time.Second // for a sandbox that was started in the background, as in the quick start
	patientFor   = time.Second     // of that pass in silence
	answerTime   = 5 * time.Second
	answerMost   = 1 << 20
	wordMost     = 4096 // bytes of a client ID, a secret, a JWT
	retryingEach = 100 * time.Millisecond
)

// inquiry asks a sandbox that is running, or about to.
type inquiry struct {
	*Request
	ctx       context.Context // one inquiry has one, so it lives here
	base      *url.URL
	until     time.Time // so long it is waited for
	said      bool      // that it is waited for
	toldClear bool      // that the password travels in clear
}

// hasSeed refuses a sandbox with another seed.
func (q *inquiry) hasSeed(seed string) error {
	var state struct {
		Seed uint64 `json:"seed"`
	}
	if err := q.ask(http.MethodGet, q.base.String()+"/_sandbox/state", nil, &state); err != nil {
		return err
	}
	if want, err := strconv.ParseUint(seed, 0, 64); err != nil || max(want, 1) != state.Seed {
		return usage.New(
			fmt.Sprintf("the sandbox at %s has the seed %d, not %s", q.base, state.Seed, seed),
			"leave --seed out, or name the other sandbox with --listen")
	}
	return nil
}

// namespace asks for the address of a namespace, which begins with that.
func (q *inquiry) namespace(name string) (string, error) {
	body, err := json.Marshal(map[string]string{"name": name})
	if err != nil {
		return "", err
	}
	var got struct {
		URL string `json:"url"`
	}
	if err := q.ask(http.MethodPost, q.base.String()+"/_sandbox/namespaces", body, &got); err != nil {
		var refused *refusedBy
		if errors.As(err, &refused) {
			return "", usage.New("--namespace: "+refused.text, "such as --namespace nightly")
		}
		return "", err
	}
	address := namespaceAddress(q.base, got.URL, name)
	if address == "" {
		return "", q.stranger(name)
	}
	return address, q.isNamespace(address, name)
}

// isNamespace refuses an address at which no sandbox answers for that namespace: another port may be anybody's.
func (q *inquiry) isNamespace(address, name string) error {
	var state struct {
		Namespace string `json:"namespace"`
	}
	if err := q.ask(http.MethodGet, address+"/_sandbox/state", nil, &state); err != nil {
		return fmt.Errorf("namespace %s: %w", wording.Printable(wording.Clip(name)), err)
	}
	if state.Namespace != name {
		return q.stranger(name)
	}
	return nil
}

func (q *inquiry) stranger(name string) error {
	return usage.WithHint(
		fmt.Errorf("what answers at %s is no sandbox: the address that it gave for namespace %s is none of its own", q.base, wording.Printable(wording.Clip(name))),
		"name the sandbox's address with --listen")
}

// credentials asks the sandbox at url for its demo credentials. Those of a stranger may be wrong, but are one printable
// word each.
func (q *inquiry) credentials(url string) (sandbox.Credentials, error) {
	var got map[string]any
	if err := q.ask(http.MethodGet, url+"/_sandbox/env", nil, &got); err != nil {
		return sandbox.Credentials{}, err
	}
	bad := ""
	word := func(name string) string {
		text, ok := got[name].(string)
		if !ok || text == "" || len(text) > wordMost || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
			bad = name
		}
		return text
	}
	demo := sandbox.Credentials{
		ClientID: word("clientId"), ClientSecret: word("clientSecret"), JWT: word("jwt"), Email: word("email"), Password: word("password"),
		NativeClientID: word("nativeClientId"), WebClientID: word("webClientId"), WebClientSecret: word("webClientSecret"),
		WebRedirectURI: word("webRedirectUri"), AdminUsername: word("adminUsername"), AdminPassword: word("adminPassword"),
		PlatformID: word("platformId"),
	}
	if bad != "" {
		return sandbox.Credentials{}, fmt.Errorf("what answers at %s is no sandbox: its %s cannot be one", url, bad)
	}
	return demo, nil
}

// refusedBy is a sandbox's own words for why it does not do what it was asked for.
type refusedBy struct{ text string }

func (r *refusedBy) Error() string { return r.text }

// ask puts into v what the sandbox answers, and waits for one that is not there yet.
func (q *inquiry) ask(method, address string, body []byte, v any) error {
	got, err := q.reach(method, address, body, "")
	if err == nil && got.asksPassword() && q.Password != "" {
		if err := q.maySendPassword(address); err != nil {
			return err
		}
		got, err = q.reach(method, address, body, q.Password)
	}
	status, raw := got.status, got.body
	said, ok := errorIn(raw)
	switch {
	case err != nil:
		return err
	case status == http.StatusOK && json.Unmarshal(raw, v) == nil:
		return nil
	case got.asksPassword():
		return usage.WithHint(fmt.Errorf("the sandbox at %s wants its console's password: %s", q.base, said), "give it with --console-password-file FILE, or in RINGCX_CONSOLE_PASSWORD")
	case status == http.StatusTooManyRequests && ok:
		return &lockedOut{fmt.Sprintf("the sandbox at %s takes no password now: %s", q.base, said)}
	case status == http.StatusMisdirectedRequest:
		return usage.WithHint(fmt.Errorf("the sandbox at %s does not answer to that name", q.base), "start it with --host "+shell.Word(q.base.Hostname()))
	case status == http.StatusBadRequest && q.base.Scheme == "http" && bytes.Contains(raw, []byte("HTTP request to an HTTPS server")):
		return usage.WithHint(fmt.Errorf("the sandbox at %s speaks HTTPS", q.base), "give its directory with --tls DIR")
	case ok:
		return &refusedBy{wording.Printable(said)}
	}
	return usage.WithHint(fmt.Errorf("what answers at %s is no sandbox (HTTP %d)", q.base, status), "name the sandbox's address with --listen")
}

// errorIn is the text of an error of the control plane, if that is what raw is.
func errorIn(raw []byte) (string, bool) {
	var said struct {
		Error string `json:"error"`
	}
	ok := json.Unmarshal(raw, &said) == nil && said.Error != ""
	if len(said.Error) > 300 {
		said.Error = strings.ToValidUTF8(said.Error[:300], "") + "…"
	}
	return wording.Printable(said.Error), ok
}

// reach asks until there is an answer, or it is too late.
func (q *inquiry) reach(method, address string, body []byte, password string) (heard, error) {
	began := time.Now()
	for {
		got, err := q.once(method, address, body, password)
		switch {
		case err == nil:
			return got, nil
		case q.ctx.Err() != nil:
			return heard{}, q.ctx.Err()
		case !notYet(err) || time.Now().After(q.until):
			return heard{}, q.unreached(err)
		}
		if !q.said && time.Since(began) > patientFor {
			q.said = true
			q.Tell("Waiting for a sandbox at %s until %s …\n", q.base, q.until.Local().Format(time.TimeOnly))
		}
		select {
		case <-time.After(retryingEach):
		case <-q.ctx.Done():
		}
	}
}

// notYet reports whether err may be due to a sandbox that is starting: nothing listens, or its authority is not made yet.
func notYet(err error) bool {
	var op *net.OpError
	var unknown x509.UnknownAuthorityError
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &unknown) || errors.Is(err, fs.ErrNotExist)
}

func (q *inquiry) unreached(err error) error {
	var problem *url.Error
	if errors.As(err, &problem) {
		err = problem.Err
	}
	hint := "start it with 'ringcx sandbox', or name its address with --listen"
	var unknown x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	var name x509.HostnameError
	host := strings.ToLower(q.base.Hostname())
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("nothing whole came in %s", wording.Span(answerTime))
	case errors.As(err, &name) && isAddress(host):
		hint = "have it listen there (--listen), or on all addresses of private networks (--listen 0.0.0.0:PORT)"
	case errors.As(err, &name) && !localtls.Certifiable(host):
		hint = "no public name has a certificate. " + certifiableHint
	case errors.As(err, &name):
		hint = "start it with --host " + shell.Word(host) + ", and give programs what it then writes"
	case errors.As(err, &unknown):
		hint = "give the directory of that sandbox with --tls DIR"
	case errors.Is(err, fs.ErrNotExist):
		hint = "--tls names the directory that the sandbox was started with"
	case errors.As(err, &record), q.base.Scheme == "https" && errors.Is(err, http.ErrSchemeMismatch):
		hint = "what listens there speaks no TLS: leave --tls out, or start the sandbox with it"
	}
	return usage.WithHint(fmt.Errorf("no sandbox answers at %s: %s", q.base, wording.Printable(usage.OfOp(err).Error())), hint)
}

func (q *inquiry) once(method, address string, body []byte, password string) (heard, error) {
	ctx, cancel := context.WithTimeout(q.ctx, answerTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return heard{}, err
	}
	req.Header.Set("User-Agent", "ringcx")
	if password != "" {
		req.SetBasicAuth("ringcx", password)
	}
	client, err := q.At.client()
	if err != nil {
		return heard{}, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return heard{}, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	got := heard{status: resp.StatusCode, challenge: resp.Header.Values("WWW-Authenticate")}
	got.body, err = io.ReadAll(io.LimitReader(resp.Body, answerMost+1))
	if err == nil && len(got.body) > answerMost {
		got.body = nil // no sandbox says so much
	}
	return got, err
}

// client reaches the sandbox there: directly, and nothing else instead.
func (p *Place) client() (*http.Client, error) {
	direct := &http.Transport{DialContext: dialHere, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10}
	if p.TLSDir != "" {
		ca, err := os.ReadFile(localtls.CertFile(p.TLSDir))
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(ca)
		direct.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: direct, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

// dialHere connects names of this machine to it, whatever a resolver says of them.
func dialHere(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	host, port, err := net.SplitHostPort(address)
	if err != nil || !thishost.Name(strings.TrimSuffix(host, ".")) {
		return d.DialContext(ctx, network, address)
	}
	conn, err := d.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		if six, failed := d.DialContext(ctx, network, net.JoinHostPort("::1", port)); failed == nil {
			return six, nil
		}
	}
	return conn, err
}
