package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// traffic is requests of one kind to one server.
type traffic struct {
	name   string
	server *process
	script func() (func(n int) script, error) // made anew for every round
	plain  bool                               // sent by net/http's client instead of the lean generator

	// Of each round:
	rate    []float64 // answers a second
	cpu     []float64 // microseconds of the server's processor time an answer
	foreign []float64 // percent of the machine's processor time that neither the server nor this program took
}

func (t *traffic) round(d time.Duration) error {
	newScript, err := t.script()
	if err != nil {
		return err
	}
	send, begin := load, time.Now()
	if t.plain {
		send = plainLoad
	}
	before, err := processorTimes(t.server)
	if err != nil {
		return err
	}
	n, err := send(t.server.address(), d, newScript)
	took := time.Since(begin)
	if err != nil {
		return err
	}
	after, err := processorTimes(t.server)
	server := after.server - before.server
	t.rate = append(t.rate, float64(n)/took.Seconds())
	t.cpu = append(t.cpu, server*1e6/float64(n))
	t.foreign = append(t.foreign, 100*max(after.busy-before.busy-server-(after.self-before.self), 0)/(after.all-before.all))
	return err
}

// tokens asks the token endpoint of another server for tokens.
func tokens(name string, p *process) *traffic {
	return &traffic{name: name, server: p, script: func() (func(int) script, error) {
		request := post(strings.TrimPrefix(p.url, "http://"+p.address()), peerID, peerSecret, "grant_type=client_credentials")
		return func(int) script { return always(request) }, nil
	}}
}

// emulator is a sandbox in a process of its own.
type emulator struct {
	*process
	demo sandbox.Credentials
}

func startEmulator(bin string, args ...string) (*emulator, error) {
	box, err := sandbox.New(nil) // the same seed gives the same credentials
	if err != nil {
		return nil, err
	}
	p, err := start(nil, append([]string{bin, "sandbox", "--no-limits", "--listen", "127.0.0.1:0"}, args...)...)
	return &emulator{p, box.Demo()}, err
}

const (
	loginPath    = "/restapi/oauth/token"
	exchangePath = "/api/auth/login/rc/accesstoken"
	refreshPath  = "/api/auth/token/refresh"
	usersPath    = "/voice/api/v1/admin/users"
	accountsPath = "/voice/api/v1/admin/accounts"
)

func (e *emulator) login() []byte {
	return post(loginPath, e.demo.ClientID, e.demo.ClientSecret, loginForm(e.demo.JWT))
}

func loginForm(jwt string) string {
	return url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {jwt}}.Encode()
}

func exchangeForm(token string) string {
	return url.Values{"rcAccessToken": {token}, "rcTokenType": {"Bearer"}, "includeRefresh": {"true"}}.Encode()
}

// tokens are those of a fresh login.
func (e *emulator) tokens() (platform, access string, err error) {
	first, err := e.send(e.login())
	if err != nil {
		return "", "", err
	}
	platform = member(first, "access_token")
	second, err := e.send(post(exchangePath, "", "", exchangeForm(platform)))
	return platform, member(second, "accessToken"), err
}

// send has one request answered.
func (e *emulator) send(request []byte) (answer []byte, err error) {
	_, err = load(e.address(), time.Minute, func(n int) script {
		return func(body []byte) []byte {
			switch {
			case n > 0:
				return nil
			case body == nil:
				return request
			}
			answer = bytes.Clone(body)
			return nil
		}
	})
	return answer, err
}

func (e *emulator) logins() *traffic {
	return &traffic{server: e.process, script: func() (func(int) script, error) {
		return func(int) script { return always(e.login()) }, nil
	}}
}

func (e *emulator) exchanges() *traffic {
	return &traffic{server: e.process, script: func() (func(int) script, error) {
		token, _, err := e.tokens()
		request := post(exchangePath, "", "", exchangeForm(token))
		return func(int) script { return always(request) }, err
	}}
}

// refreshes have each connection spend the refresh token of its last answer.
func (e *emulator) refreshes() *traffic {
	return &traffic{server: e.process, script: func() (func(int) script, error) {
		token, _, err := e.tokens()
		return func(int) script {
			exchange := post(exchangePath, "", "", exchangeForm(token))
			var refresh []byte
			return func(answer []byte) []byte {
				next := member(answer, "refreshToken")
				switch {
				case answer == nil:
					return exchange
				case refresh == nil:
					refresh = post(refreshPath, "", "", "refresh_token="+next)
				default:
					copy(refresh[len(refresh)-len(next):], next)
				}
				return refresh
			}
		}, err
	}}
}

func (e *emulator) reads(path string) *traffic {
	return &traffic{server: e.process, script: func() (func(int) script, error) {
		_, token, err := e.tokens()
		request := head("GET", path) + "Authorization: Bearer " + token + "\r\n\r\n"
		return func(int) script { return always([]byte(request)) }, err
	}}
}

func head(method, path string) string {
	return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n"
}

// post is a request with a form and, if there is an id, Basic authentication.
func post(path, id, secret, form string) []byte {
	request, err := http.NewRequest(http.MethodPost, "http://127.0.0.1"+path, strings.NewReader(form)) //nolint:noctx // only written down
	if err != nil {
		panic(err) // paths are constants and printed URLs
	}
	request.Header.Set("User-Agent", "bench")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if id != "" {
		request.SetBasicAuth(id, secret)
	}
	var b bytes.Buffer
	_ = request.Write(&b)
	return b.Bytes()
}

// member is a string in a JSON object, found by its name; tokens need no unescaping.
func member(object []byte, name string) string {
	_, value, _ := bytes.Cut(object, []byte(`"`+name+`":"`))
	value, _, _ = bytes.Cut(value, []byte(`"`))
	return string(value)
}

// plainLoad is load with net/http's client, as most programs have it, and a goroutine for each connection. It knows only
// scripts that send the same request always.
func plainLoad(address string, d time.Duration, newScript func(n int) script) (answers int, err error) {
	transport := &http.Transport{MaxIdleConnsPerHost: senders * connections}
	defer transport.CloseIdleConnections()
	var all sync.WaitGroup
	counts, failed := make([]int, senders*connections), make([]error, senders*connections)
	end := time.Now().Add(d)
	for i := range counts {
		all.Go(func() {
			send, err := plainly(transport, address, newScript(i)(nil))
			for err == nil && time.Now().Before(end) {
				err = send()
				counts[i]++
			}
			failed[i] = err
		})
	}
	all.Wait()
	for _, n := range counts {
		answers += n
	}
	return answers, errors.Join(failed...)
}

// plainly makes of a request that was written down a function that sends it.
func plainly(transport *http.Transport, address string, request []byte) (send func() error, err error) {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	return func() error {
		again, err := http.NewRequest(r.Method, "http://"+address+r.URL.Path, bytes.NewReader(body)) //nolint:noctx // bounded by the round
		if err != nil {
			return err
		}
		again.Header = r.Header
		resp, err := transport.RoundTrip(again)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("%s was answered %s", r.URL.Path, resp.Status)
		}
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}, nil
}

// control asks the sandbox for something under /_sandbox/.
func (e *emulator) control(path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	resp, err := http.Post(e.url+"/_sandbox/"+path, "application/json", bytes.NewReader(body)) //nolint:gosec,noctx // loopback
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("/_sandbox/%s was answered %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(out)
}
