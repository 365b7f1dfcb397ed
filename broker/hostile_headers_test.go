package broker_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// misleading are headers by which a server, or what is before it, might take a request for another, for that of someone else, or
// for one of another place.
var misleading = []string{
	"X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https", "X-Forwarded-Port: 1", "X-Forwarded-Prefix: /evil", "X-Forwarded-Server: evil.example", "x-FORWARDED-user: evil",
	"Forwarded: for=127.0.0.1;host=evil.example", "X-Real-IP: 127.0.0.1", "True-Client-IP: 127.0.0.1", "X-Client-IP: 127.0.0.1", "X-Cluster-Client-IP: 127.0.0.1", "Via: 1.1 evil.example",
	"X-Original-URL: /evil", "X-Rewrite-URL: /evil", "X-Original-Host: evil.example", "X-HTTP-Method: EVIL", "X-HTTP-Method-Override: EVIL", "X-Method-Override: EVIL",
	"X_Forwarded_For: evil", "X.Forwarded.Host: evil", "X_Auth_Token: evil", "Proxy: http://evil.example", "Proxy-Authorization: Basic evil", "Proxy-Connection: evil", "Cookie: access_token=evil", "Cookie: evil=1",
	"Max-Forwards: 0", "TE: trailers, evil", "Keep-Alive: evil", "Sec-Evil: evil", "Referer: http://localhost/evil", "Expect: 100-continue", "Connection: X-Mine\r\nX-Mine: evil", "X-Folded: kept\r\n X-Forwarded-For: kept",
	"X-Host: evil.example", "X-Forwarded: evil", "Forwarded-For: evil", "X-ProxyUser-Ip: 127.0.0.1", "CF-Connecting-IP: 127.0.0.1", "Fastly-Client-IP: 127.0.0.1", "X-Originating-IP: 127.0.0.1", "X-Remote-IP: 127.0.0.1", "X-Remote-Addr: 127.0.0.1", "X-Remote-User: evil", "Remote-User: evil", "X-Envoy-Original-Path: /evil",
}

func TestTheVendorIsToldNothingThatMisleads(t *testing.T) {
	p, _, out := wired(t)
	for _, header := range misleading {
		if got := p.conversation(t, p.get(accounts, header)); len(got) != 1 || got[0] != http.StatusNoContent {
			t.Errorf("with %q it is answered %v", header, got)
		}
		if sent := out.take(); strings.Contains(strings.ToLower(sent), "evil") || strings.Contains(sent, "127.0.0.1\r\n") || strings.Contains(sent, "\r\n ") || strings.Contains(sent, "100-") {
			t.Errorf("with %q the vendor is sent\n%s", header, sent)
		}
	}
	if p.conversation(t, p.get(accounts, "X-Kept: evil")); !strings.Contains(out.take(), "X-Kept: evil\r\n") { // the control
		t.Error("what misleads nobody does not arrive")
	}
}

func TestAMethodIsTheOneThatWasJudged(t *testing.T) {
	p, vendor, _ := wired(t, func(o *broker.Options) { o.Rules = []broker.Rule{{Method: "GET"}} })
	for _, method := range []string{"POST", "get", "Get", "PROPFIND", "LINK", "GET-", "G3T", "DELETE", "PUT", "PATCH", "GETPOST", "GET'"} {
		if got := p.conversation(t, strings.Replace(p.get(accounts), "GET", method, 1)); len(got) != 1 || got[0]/100 != 4 {
			t.Errorf("%s is answered %v", method, got)
		}
	}
	if n := vendor.count(); n > 0 {
		t.Errorf("%s arrived", vendor.last().Method)
	}
	if p.conversation(t, p.get(accounts)); vendor.count() != 1 { // the control
		t.Error("GET did not arrive")
	}
}

// credentialOf is an operation that needs a rule that names it: a method, and a path with values in it.
func credentialOf(t testing.TB) (method, path string) {
	for _, op := range apispec.Default().Operations {
		if op.Section.File == "api-tokens.txt" && op.Method == http.MethodPost {
			parts := strings.Split(op.Path, "/")
			for i, s := range parts {
				if strings.HasPrefix(s, "{") {
					parts[i] = "1"
				}
			}
			return op.Method, strings.Join(parts, "/")
		}
	}
	t.Fatal("no operation makes tokens")
	return "", ""
}

func TestACredentialIsNotHadByAnotherSpelling(t *testing.T) {
	p, vendor, _ := wired(t)
	method, path := credentialOf(t)
	ask := func(method, path string) string {
		return strings.NewReplacer("GET", method, accounts, path, "Connection:", "Content-Length: 0\r\nConnection:").Replace(p.get(accounts))
	}
	encoded := func(s string) string { // each letter of the last segment
		i := strings.LastIndex(s, "/") + 1
		var b strings.Builder
		for _, c := range s[i:] {
			_, _ = fmt.Fprintf(&b, "%%%02x", c)
		}
		return s[:i] + b.String()
	}
	for _, request := range []string{
		ask(method, path), ask(strings.ToLower(method), path), ask("Post", path), ask(method, strings.ToUpper(path)), ask(method, path+"/"), ask(method, path+"?x=y"), ask(method, path+"?"), ask(method, path+"//"),
		ask(method, path+"/."), ask(method, path+";x"), ask(method, path+"%20"), ask(method, path+".json"), ask(method, encoded(path)), ask(method, strings.Replace(path, "/v1/", "/v1/x/../", 1)), ask(method, strings.Replace(path, "/v1/", "/V1/", 1)),
		strings.Replace(ask("GET", path), "Connection:", "X-HTTP-Method-Override: "+method+"\r\nConnection:", 1),
	} {
		p.conversation(t, request)
	}
	for _, r := range vendor.seen {
		if r.Method != http.MethodGet && strings.EqualFold(strings.TrimRight(r.URL.Path, "/"), path) {
			t.Errorf("%s %s arrived", r.Method, r.RequestURI)
		}
	}
	if p.conversation(t, ask(method, accounts)); vendor.last() == nil || vendor.last().Method != method || vendor.last().RequestURI != accounts { // the control
		t.Error("what makes no token did not arrive")
	}
}

func TestNoLogShowsBytesOfACallerAsTheyAre(t *testing.T) {
	log, audit := new(lines), new(lines)
	p, _, _ := wired(t, func(o *broker.Options) {
		o.Audit, o.Log = broker.NewAuditLog(audit), slog.New(slog.NewTextHandler(log, nil))
	})
	bad := "\x1b[31m\x07\x9b\xe2\x80\xae\xff"
	for _, request := range []string{
		p.get("/voice/api/v1/" + bad), p.get("/voice/api/v1/x%0a%0d%1b%5b"), p.get("/voice/api/v1/x?" + bad), p.get("/" + bad), strings.Replace(p.get(accounts), "GET", "G%1b", 1), p.get(accounts, "X: "+bad),
		strings.Replace(p.get(accounts), "Host: localhost", "Host: "+bad, 1), strings.Replace(p.get(accounts), "Bearer ", "Bearer "+bad, 1), p.get(accounts, "User-Agent: "+bad), p.get(accounts, "RingCX-Profile: "+bad),
		p.get("/voice/api/v1/%E2%80%AE"), p.get("/voice/api/v1/%C2%9B"), p.get("/oauth2/token/" + bad),
	} {
		p.conversation(t, request)
	}
	if len(audit.entries(t)) == 0 { // the control
		t.Error("nothing was written down")
	}
	for name, l := range map[string]*lines{"log": log, "audit log": audit} {
		l.mu.Lock()
		for _, c := range l.text.String() {
			if c != '\n' && (unicode.IsControl(c) || unicode.Is(unicode.Cf, c)) {
				t.Errorf("the %s has %q: %q", name, c, l.text.String())
				break
			}
		}
		l.mu.Unlock()
	}
}

// sentHeaders are what one request on the wire has for headers; false: there is none, or more than one.
func sentHeaders(sent string) (*http.Request, bool) {
	from := bufio.NewReader(strings.NewReader(sent))
	r, err := http.ReadRequest(from)
	if err != nil {
		return nil, false
	}
	_, _ = io.Copy(io.Discard, r.Body)
	_, err = from.ReadByte()
	return r, err != nil
}

// odd are other headers, most of which are none.
var odd = [][2]string{
	{"X-Kept", "a\r\nEvil: b"},
	{"Transfer-Encoding", "chunked"},
	{"Transfer-Encoding", "\x0bchunked"},
	{"Content-Length", "5"},
	{"Content-Length ", "5"},
	{"Connection", "Authorization"},
	{"Connection", "close, Host"},
	{"X: y\r\n", "z"},
	{"Accept", "a, b"},
	{"X-Kept", "\xc3\xa9"},
	{"X-Kept", "a\x00b"},
	{"User-Agent", ""},
	{"authorization", "Bearer x"},
	{"x-auth-token", "x"},
	{"Host", "evil"},
	{"RingCX-Profile", "main"},
	{"Trailer", "Authorization"},
}

func FuzzAHeaderChangesNothingButItself(f *testing.F) {
	for _, h := range misleading {
		name, value, _ := strings.Cut(h, ": ")
		f.Add(name, value)
	}
	for _, c := range odd {
		f.Add(c[0], c[1])
	}
	p, vendor, out := wired(f)
	token, err := p.session.Token(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	p.conversation(f, p.get(accounts))
	plain, ok := sentHeaders(out.take())
	if !ok {
		f.Fatal("a plain request does not arrive")
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		if strings.Contains(name+value, "\r\n\r\n") || strings.Contains(strings.ReplaceAll(name+value, "\r\n", "\n"), "\n\n") {
			return // the rest is another request, which has no key
		}
		waits := strings.Contains(strings.ToLower(name+value), "content-length") // for a body that does not come
		p.talk(t, p.get(accounts, name+": "+value)+p.get(accounts), waits)
		vendor.forget()
		sent := out.take()
		if sent == "" {
			return
		}
		r, one := sentHeaders(sent)
		if !one || r.RequestURI != accounts || r.Method != http.MethodGet || r.Host != plain.Host || !slices.Equal(r.Header["Authorization"], []string{"Bearer " + token.AccessToken}) {
			t.Fatalf("%q: %q: the vendor is sent\n%s", name, value, sent)
		}
		for got, values := range r.Header {
			if slices.Equal(values, plain.Header[got]) {
				continue
			}
			low := strings.ToLower(got)
			if !strings.Contains(strings.ToLower(name+"\n"+value), low) || strings.HasPrefix(low, "x-forwarded") || strings.HasPrefix(low, "proxy") || slices.Contains([]string{"cookie", "x-auth-token", "forwarded", "transfer-encoding"}, low) {
				t.Fatalf("%q: %q: %s is %q at the vendor", name, value, got, values)
			}
		}
	})
}
