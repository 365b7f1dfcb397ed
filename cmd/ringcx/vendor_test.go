package main_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ringcx-go/ringcx/sandbox"
)

// vendor is a sandbox that remembers every secret it gave out.
type vendor struct {
	box    *sandbox.Server
	server *httptest.Server
	mark   int // requests before the last mark

	objectionsExpected bool

	mu    sync.Mutex // guards known
	known map[string]secret
}

// secret is something that nobody may print.
type secret struct {
	kind, value string
	printedBy   []string // the commands that may print it: a RingCX access token, an API token
}

// printers are the words that a command has if it may print a secret of a kind.
var printers = map[string][]string{"accessToken": {`"token"`}, "API token": {`"create"`, `"--show"`}}

// apiToken is a permanent token as the vendor writes them.
var apiToken = regexp.MustCompile(`aws[0-9]+:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

var secretField = regexp.MustCompile(`"(access_token|refresh_token|accessToken|refreshToken|clientSecret|jwt)":\s*"([^"]{8,})"`)

func newVendor(opts *sandbox.Options) (*vendor, error) {
	box, err := sandbox.New(opts)
	if err != nil {
		return nil, err
	}
	v := &vendor{box: box, known: map[string]secret{}}
	demo := box.Demo()
	v.learn("client secret", demo.ClientSecret)
	v.learn("JWT", demo.JWT)
	for kind, value := range map[string]string{
		"client secret of the web app": demo.WebClientSecret, "password": demo.Password, "password of the administrator": demo.AdminPassword,
	} {
		if value != "" {
			v.learn(kind, value)
		}
	}
	v.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.overhear(r)
		box.ServeHTTP(&listener{ResponseWriter: w, vendor: v}, r)
	}))
	return v, nil
}

// overhear learns the secrets that a request holds.
func (v *vendor) overhear(r *http.Request) {
	if state := r.URL.Query().Get("state"); state != "" {
		v.learn("state", state)
	}
	if r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	for _, name := range []string{"code", "code_verifier", "client_assertion", "password"} {
		if value := form.Get(name); value != "" {
			v.learn(name, value)
		}
	}
}

func (v *vendor) learn(kind, value string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.known[value] = secret{kind, value, printers[kind]}
}

func (v *vendor) secrets() []secret {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := make([]secret, 0, len(v.known))
	for _, s := range v.known {
		all = append(all, s)
	}
	return all
}

func (v *vendor) verdicts() []string {
	var all []string
	for _, r := range v.box.Requests() {
		if r.Status != http.StatusNotImplemented { // what is not emulated is the sandbox's matter
			all = append(all, r.Verdicts...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// listener reads the answers along.
type listener struct {
	http.ResponseWriter
	vendor *vendor
}

func (l *listener) Write(b []byte) (int, error) {
	for _, m := range secretField.FindAllSubmatch(b, -1) {
		l.vendor.learn(string(m[1]), string(m[2]))
	}
	for _, token := range apiToken.FindAll(b, -1) {
		l.vendor.learn("API token", string(token))
	}
	return l.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController through.
func (l *listener) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// startSandbox starts a vendor on a new machine and sets the variables that lead to it. With -name it starts one more,
// under variables of that name: OTHER_URL, OTHER_CLIENT_ID and so on.
func startSandbox(ts *testscript.TestScript, neg bool, args []string) {
	var opts sandbox.Options
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	name := flags.String("name", "", "")
	flags.DurationVar(&opts.TokenTTL, "token-ttl", 0, "")
	flags.Uint64Var(&opts.Seed, "seed", 0, "")
	flags.BoolVar(&opts.NoLimits, "no-limits", false, "")
	usage(ts, neg || flags.Parse(args) != nil || flags.NArg() > 0, "sandbox [-name NAME] [-token-ttl D] [-seed N] [-no-limits]")
	v, err := newVendor(&opts)
	ts.Check(err)
	demo := v.box.Demo()
	s := stageOf(ts)
	key := *name
	for s.vendors[key] != nil {
		key += "'" // the one before: still checked at the end
	}
	if key != *name {
		s.vendors[key] = s.vendors[*name]
	}
	s.vendors[*name] = v
	if *name != "" {
		prefix := strings.ToUpper(*name) + "_"
		ts.Setenv(prefix+"URL", v.server.URL)
		ts.Setenv(prefix+"CLIENT_ID", demo.ClientID)
		ts.Setenv(prefix+"CLIENT_SECRET", demo.ClientSecret)
		ts.Setenv(prefix+"JWT", demo.JWT)
		return
	}
	s.newMachine(ts.Getenv("WORK"), ts.Setenv)
	ts.Setenv("RC_SERVER_URL", v.server.URL)
	ts.Setenv("RINGCX_SERVER_URL", v.server.URL)
	ts.Setenv("HOST", strings.TrimPrefix(v.server.URL, "http://"))
	ts.Setenv("RC_APP_CLIENT_ID", demo.ClientID)
	ts.Setenv("RC_APP_CLIENT_SECRET", demo.ClientSecret)
	ts.Setenv("RC_USER_JWT", demo.JWT)
	for name, value := range map[string]string{
		"NATIVE_CLIENT_ID": demo.NativeClientID, "WEB_CLIENT_ID": demo.WebClientID, "WEB_CLIENT_SECRET": demo.WebClientSecret,
		"WEB_REDIRECT_URI": demo.WebRedirectURI, "EMAIL": demo.Email, "PASSWORD": demo.Password,
		"ADMIN_USERNAME": demo.AdminUsername, "ADMIN_PASSWORD": demo.AdminPassword, "PLATFORM_ID": demo.PlatformID,
	} {
		ts.Setenv(name, value)
	}
}

// vendorOf is the vendor that -of names in front of the other arguments, or the usual one.
func vendorOf(ts *testscript.TestScript, args []string) (*vendor, []string) {
	name := ""
	if len(args) > 1 && args[0] == "-of" {
		name, args = args[1], args[2:]
	}
	v := stageOf(ts).vendors[name]
	if v == nil {
		ts.Fatalf("there is no such sandbox; start it with: sandbox")
	}
	return v, args
}

// post sends JSON to a sandbox's control surface.
func (v *vendor) post(ts *testscript.TestScript, path, body string) map[string]any {
	resp, err := http.Post(v.server.URL+"/_sandbox/"+path, "application/json", strings.NewReader(body))
	ts.Check(err)
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("/_sandbox/%s: %s %s", path, resp.Status, answer)
	}
	var fields map[string]any
	dec := json.NewDecoder(bytes.NewReader(answer))
	dec.UseNumber()
	ts.Check(dec.Decode(&fields))
	return fields
}

// moveClock moves the vendor's clock, of which the command knows nothing.
func moveClock(ts *testscript.TestScript, neg bool, args []string) {
	v, args := vendorOf(ts, args)
	usage(ts, neg || len(args) != 1, "clock [-of NAME] DURATION")
	v.post(ts, "clock", fmt.Sprintf(`{"advance":%q}`, args[0]))
}

// control asks the vendor's control surface for something and sets variables named as the fields of its answer.
func control(ts *testscript.TestScript, neg bool, args []string) {
	v, args := vendorOf(ts, args)
	usage(ts, neg || len(args) != 2, "control [-of NAME] PATH JSON")
	for name, value := range v.post(ts, args[0], args[1]) {
		ts.Setenv(name, fmt.Sprint(value))
	}
}

// armFault gives the vendor a bad day.
func armFault(ts *testscript.TestScript, neg bool, args []string) {
	v, args := vendorOf(ts, args)
	usage(ts, neg || len(args) != 1, "fault [-of NAME] JSON")
	v.post(ts, "faults", args[0])
}

// startPage starts a web server that answers every request with a page, as a wrong host does, and sets PAGE_URL.
func startPage(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 0, "page")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><title>Welcome</title><p>Welcome to another host.\n")
	}))
	ts.Defer(server.Close)
	ts.Setenv("PAGE_URL", server.URL)
}

// markRequests makes requests count from here.
func markRequests(ts *testscript.TestScript, neg bool, args []string) {
	v, args := vendorOf(ts, args)
	usage(ts, neg || len(args) != 0, "mark [-of NAME]")
	v.mark = len(v.box.Requests())
}

// since lists the requests since the mark that match; nothing matches everything.
func (v *vendor) since(match []string) []string {
	var all []string
	for _, r := range v.box.Requests()[v.mark:] {
		if len(match) == 0 || match[0] == r.Method && match[1] == r.Path {
			all = append(all, fmt.Sprintf("%s %s %d", r.Method, r.Path, r.Status))
		}
	}
	return all
}

// countRequests checks how many requests the vendor got since the mark.
func countRequests(ts *testscript.TestScript, neg bool, args []string) {
	v, args := vendorOf(ts, args)
	usage(ts, neg || len(args) != 1 && len(args) != 3, "requests [-of NAME] N [METHOD PATH]")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := v.since(args[1:]); len(got) != want {
		ts.Fatalf("%d requests, want %d:\n%s", len(got), want, strings.Join(got, "\n"))
	}
}

// await waits for a request to reach the vendor, or for a file to be there and to hold something.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) > 1 && args[0] == "file" {
		pattern, err := regexp.Compile(strings.Join(args[2:], " "))
		ts.Check(err)
		poll(ts, args[1], func() bool {
			data, err := os.ReadFile(ts.MkAbs(args[1]))
			return err == nil && pattern.Match(data)
		})
		return
	}
	v, args := vendorOf(ts, args)
	usage(ts, neg || len(args) != 2, "await [-of NAME] METHOD PATH, or: await file NAME [PATTERN]")
	poll(ts, strings.Join(args, " "), func() bool { return len(v.since(args)) > 0 })
}

// wantVerdicts checks what the vendor would say about the client. Every script ends with "verdicts none", unasked.
func wantVerdicts(ts *testscript.TestScript, neg bool, args []string) {
	v, args := vendorOf(ts, args)
	usage(ts, neg || len(args) == 0, "verdicts [-of NAME] none|VERDICT...")
	got := v.verdicts()
	if args[0] == "none" {
		args = nil
	}
	v.objectionsExpected = len(args) > 0
	if !slices.Equal(got, args) {
		ts.Fatalf("verdicts %q, want %q", got, args)
	}
}
