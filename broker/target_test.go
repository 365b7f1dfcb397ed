package broker_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// raw sends bytes as they are and returns the status of the answer, 0 if there is none.
func (p *place) raw(t testing.TB, request string) int {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		return 0
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// get is a request of a target as it is written, with the key.
func (p *place) get(target string, headers ...string) string {
	return fmt.Sprintf("GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nConnection: close\r\n%s\r\n", target, p.key, strings.Join(append(headers, ""), "\r\n"))
}

// hostile are targets that could mean two things.
var hostile = []string{
	"/voice/api/../../restapi/oauth/token", "/voice/api/v1/..", "/voice/api/./v1", "/voice/api/%2e%2e/x", "/voice/api/%2E%2e%2Fx", "/voice/api/x%2fy", "/voice/api/x%5Cy", `/voice/api/x\y`,
	"/voice/api//v1/admin/accounts", "//voice/api/v1/admin/accounts", "/voice/api/v1;x=y/admin", "/voice/api/v1/admin/accounts;jsessionid=1", "/voice/api/v1/%3b/x",
	"/voice/api/%252e%252e/x", "/voice/api/%2575sers", "/voice/api/v1/%00", "/voice/api/v1/%0d%0aX:y", "/voice/api/v1/%c0%ae%c0%ae/x", "/voice/api/v1/%ff", "/voice/api/v1/admin/accounts#x",
	"/voice/api/v1/\xff", "/voice/api/v1/a%23b", "/voice/api/v1/a%3Fb", "/voice/api/v1/%E2%80%AE/x", "/voice/api/v1/\u2024\u2024/x",
	"/voice/api/v1/admin/accounts?a=b;c=d", "/voice/api/v1/admin/accounts?access_token=x", "/voice/api/v1/admin/accounts?%61ccess_token=x", "/voice/api/v1/admin/accounts?a=%00",
	"/voice/api/v1/admin/accounts?a=%zz", "/voice/api/v1/admin/accounts?_method=DELETE", `/voice/api/v1/admin/accounts?a=\`, "/voice/api/v1/admin/accounts?a=\xff", "/voice/api/v1/admin/accounts?X-Auth-Token=1",
	"/restapi/%2e%2e/voice/api/v1/admin/accounts", "/voice/api/v1/" + strings.Repeat("x", 20<<10),
}

func TestATargetThatCouldMeanTwoThingsIsNotForwarded(t *testing.T) {
	p, vendor := startTapped(t, nil)
	for _, target := range hostile {
		if status := p.raw(t, p.get(target)); status != http.StatusBadRequest && status != http.StatusRequestURITooLong {
			t.Errorf("%q is answered %d", target, status)
		}
	}
	for _, target := range []string{"http://ringcx.ringcentral.com/voice/api/v1/admin/accounts", "https://localhost/voice/api/v1/admin/accounts", "*", "voice/api", "http:///voice/api"} {
		if status := p.raw(t, p.get(target)); status/100 != 4 {
			t.Errorf("%q is answered %d", target, status)
		}
	}
	if n := vendor.count(); n > 0 {
		t.Errorf("%d requests were forwarded, the last of %s", n, vendor.last().RequestURI)
	}
	for _, target := range []string{accounts, accounts + "/", accounts + "?a=%0A&b=c%20d&e=%C3%A9", "/voice/api/v1/admin/accounts/%C3%A9", "/restapi/v1.0/account/%7E"} {
		if p.raw(t, p.get(target)); vendor.last() == nil || vendor.last().RequestURI != target { // the control: what is plain arrives as it is
			t.Errorf("%q did not arrive", target)
		}
	}
}

func TestARequestThatNoProgramSendsIsRefused(t *testing.T) {
	p, vendor := startTapped(t, nil)
	own, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	line := func(method, host string, headers ...string) string {
		return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nConnection: close\r\n%s\r\n", method, accounts, host, p.key, strings.Join(append(headers, ""), "\r\n"))
	}
	for request, want := range map[string]int{
		line("GET", "localhost", "Origin: https://evil.example"):            http.StatusForbidden,
		line("GET", "localhost", "Origin: null"):                            http.StatusForbidden,
		line("GET", "localhost", "Sec-Fetch-Site: cross-site"):              http.StatusForbidden,
		line("GET", "localhost", "Sec-Fetch-Site: same-site"):               http.StatusForbidden,
		line("OPTIONS", "localhost", "Origin: http://localhost"):            http.StatusForbidden,
		line("GET", "evil.example"):                                         http.StatusMisdirectedRequest,
		line("GET", own+".evil.example"):                                    http.StatusMisdirectedRequest,
		line("GET", "localhost.evil.example"):                               http.StatusMisdirectedRequest,
		line("GET", "evil.example:80"):                                      http.StatusMisdirectedRequest,
		line("TRACE", "localhost"):                                          http.StatusMethodNotAllowed,
		line("GET", "localhost", "Upgrade: websocket"):                      http.StatusNotImplemented,
		line("GET", "localhost", "Upgrade: h2c, websocket"):                 http.StatusNotImplemented,
		line("GET", "localhost", "Upgrade: h2c", "Upgrade: websocket"):      http.StatusNotImplemented,
		line("GET", "localhost", "Upgrade: "):                               http.StatusNotImplemented,
		line("GET", "localhost", "Connection: Upgrade"):                     http.StatusNotImplemented,
		"CONNECT x.example:443 HTTP/1.1\r\nHost: x.example:443\r\n\r\n":     http.StatusMethodNotAllowed,
		line("GET", "localhost", "X: "+strings.Repeat("y", 100<<10)):        http.StatusRequestHeaderFieldsTooLarge,
		line("POST", "localhost", "Content-Length: 5", "Content-Length: 6"): http.StatusBadRequest,
		line("POST", "localhost", "Transfer-Encoding: chunked, identity"):   http.StatusNotImplemented,
		line("GET", "localhost", "X: y\r\n z: folded\r\nBad Header: x"):     http.StatusBadRequest,
		line("GET", "localhost", "Authorization: Bearer x"):                 http.StatusUnauthorized,
		line("GET", "localhost", "X-Auth-Token: another"):                   http.StatusUnauthorized,
		strings.Replace(line("GET", "localhost"), "Bearer ", "Digest ", 1):  http.StatusUnauthorized,
		"GET /voice/api/v1/x HTTP/1.1\r\n\r\n":                              http.StatusBadRequest,
		"GET /voice/api/v1/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n":        http.StatusBadRequest,
	} {
		if got := p.raw(t, request); got != want {
			t.Errorf("%.150q is answered %d, want %d", request, got, want)
		}
	}
	if n := vendor.count(); n > 0 {
		t.Errorf("%d requests were forwarded", n)
	}
	for _, host := range []string{"localhost", "LOCALHOST:80", "localhost.", "127.0.0.1", "[::1]:80", "x.localhost", "192.0.2.1", own, strings.ToUpper(own) + ":80"} {
		if got := p.raw(t, line("GET", host)); got != http.StatusOK { // the control
			t.Errorf("%s is answered %d", host, got)
		}
	}
}

func TestAnOfferOfHTTP2IsPassedOver(t *testing.T) {
	p, vendor := startTapped(t, nil)
	for _, offer := range [][]string{
		{"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"}, // Java
		{"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"},                 // libcurl
		{"Upgrade: H2C", "HTTP2-Settings: x"},
	} {
		if got := p.raw(t, p.get(accounts, offer...)); got != http.StatusOK {
			t.Errorf("%q is answered %d", offer, got)
		}
		for _, name := range []string{"Upgrade", "Http2-Settings", "Connection"} {
			if v := vendor.last().Header[name]; v != nil {
				t.Errorf("%q: the vendor has %s: %q", offer, name, v)
			}
		}
	}
}

func TestARequestThatCouldBeTwoIsOne(t *testing.T) {
	p, vendor := startTapped(t, nil)
	second := p.get("/voice/api/v1/admin/smuggled")
	body := "0\r\n\r\n" + second
	for _, request := range []string{
		fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n%s", accounts, p.key, len(body), body),
		fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: 4\r\nTransfer-Encoding : chunked\r\n\r\n%s", accounts, p.key, body),
		fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", accounts, p.key, len(second), second),
		fmt.Sprintf("GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", accounts, p.key, len(second), second),
	} {
		p.raw(t, request)
	}
	for _, r := range vendor.seen {
		if strings.Contains(r.URL.Path, "smuggled") {
			t.Error("a request within a body was forwarded")
		}
	}
	if p.raw(t, second); !strings.Contains(vendor.last().URL.Path, "smuggled") { // the control
		t.Error("the request by itself was not forwarded")
	}
}

func FuzzWhatArrivesIsWhatWasJudged(f *testing.F) {
	for _, target := range append(hostile, accounts, "/restapi/v1.0/account/~?x=y") {
		f.Add(target)
	}
	p, vendor := startTapped(f, func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/restapi/oauth/") || strings.HasPrefix(r.URL.Path, "/api/auth/") {
			return false
		}
		w.WriteHeader(http.StatusNoContent)
		return true
	})
	f.Fuzz(func(t *testing.T, target string) {
		if strings.ContainsAny(target, " \r\n\t\x00") || target == "" {
			return
		}
		before := vendor.count()
		p.raw(t, p.get(target))
		vendor.mu.Lock()
		arrived := vendor.seen[before:]
		vendor.seen = vendor.seen[:before]
		vendor.mu.Unlock()
		for _, r := range arrived {
			path := strings.ToLower(r.URL.Path)
			if r.RequestURI != target || strings.Contains(path, "//") || strings.Contains(path, "..") && strings.Contains(path, "/../") ||
				!strings.HasPrefix(path, "/voice/api/") && !strings.HasPrefix(path, "/platform/api/") && !strings.HasPrefix(path, "/restapi/") ||
				strings.HasPrefix(path, "/restapi/oauth") || strings.Contains(path, "/auth/") {
				t.Fatalf("%q arrived as %q", target, r.RequestURI)
			}
		}
	})
}

func FuzzNoHeaderOfACallerTakesThePlaceOfTheBrokers(f *testing.F) {
	for _, header := range []string{
		"Authorization: Bearer x", "authorization\t: x", "X_Auth_Token: x", "Connection: Authorization", "Proxy-Authorization: Basic x", "Cookie: access_token=x",
		"Transfer-Encoding: chunked", "Content-Length: 3", "Host: evil.example", "Expect: 100-continue", "X-Forwarded-For: 1", "Te: trailers", "a: b\r\n c",
	} {
		f.Add(header)
	}
	p, vendor := startTapped(f, func(w http.ResponseWriter, r *http.Request) bool {
		if isAPI(r) {
			w.WriteHeader(http.StatusNoContent)
		}
		return isAPI(r)
	})
	token, err := p.session.Token(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if strings.Contains(header, "\n\r\n") || strings.Contains(header, "\n\n") {
			return // the headers end there, and a body begins
		}
		if strings.Contains(strings.ToLower(header), "length") && header != "Content-Length: 3" {
			return // a body that never comes
		}
		p.raw(t, p.get(accounts, header)+"0\r\n\r\n") // the end of a body in chunks
		vendor.mu.Lock()
		arrived := vendor.seen
		vendor.seen = nil
		vendor.mu.Unlock()
		for _, r := range arrived {
			if got := r.Header["Authorization"]; len(got) != 1 || got[0] != "Bearer "+token.AccessToken || r.Host != strings.TrimPrefix(vendor.url, "http://") || r.RequestURI != accounts {
				t.Fatalf("%q: %q for %s at %s", header, got, r.RequestURI, r.Host)
			}
			for name := range r.Header {
				plain := strings.ReplaceAll(strings.ToLower(name), "_", "-")
				if plain == "cookie" || plain == "x-auth-token" || plain == "forwarded" || strings.HasPrefix(plain, "x-forwarded") || strings.HasPrefix(plain, "proxy-") {
					t.Fatalf("%q arrives as %s", header, name)
				}
			}
		}
	})
}
