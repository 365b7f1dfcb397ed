package broker_test

import (
	"net/http"
	"strings"
	"testing"
)

// sentBy are headers as programs send them to an address of this machine, without a key. Those of browsers are as they are for a page
// of another site.
var sentBy = map[string]struct {
	method, headers string
	served          bool
}{
	"curl":                      {"GET", "User-Agent: curl/8.5.0|Accept: */*", true},
	"fetch of Node.js 20":       {"GET", "Accept: */*|Accept-Language: *|Sec-Fetch-Mode: cors|User-Agent: node|Accept-Encoding: gzip, deflate", true},
	"fetch of Node.js 20, POST": {"POST", "Content-Type: application/json|Accept: */*|Accept-Language: *|Sec-Fetch-Mode: cors|User-Agent: node|Accept-Encoding: gzip, deflate", true},
	"axios":                     {"GET", "Accept: application/json, text/plain, */*|User-Agent: axios/1.7.2|Accept-Encoding: gzip, compress, deflate, br", true},
	"requests":                  {"GET", "User-Agent: python-requests/2.32.3|Accept-Encoding: gzip, deflate|Accept: */*", true},
	"HttpClient of Java":        {"GET", "Connection: Upgrade, HTTP2-Settings|HTTP2-Settings: AAEAAEAAAAIAAAAB|Upgrade: h2c|User-Agent: Java-http-client/21.0.2", true},

	"Chromium, fetch":         {"GET", `sec-ch-ua: "Chromium";v="126"|sec-ch-ua-mobile: ?0|User-Agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0.0.0|Accept: */*|Origin: https://site.example|Sec-Fetch-Site: cross-site|Sec-Fetch-Mode: cors|Sec-Fetch-Dest: empty|Referer: https://site.example/`, false},
	"Chromium, no-cors":       {"POST", "Content-Type: text/plain;charset=UTF-8|User-Agent: Mozilla/5.0 Chrome/126.0.0.0|Accept: */*|Origin: https://site.example|Sec-Fetch-Site: cross-site|Sec-Fetch-Mode: no-cors|Sec-Fetch-Dest: empty", false},
	"Chromium, image":         {"GET", "User-Agent: Mozilla/5.0 Chrome/126.0.0.0|Accept: image/avif,image/webp,*/*;q=0.8|Sec-Fetch-Site: cross-site|Sec-Fetch-Mode: no-cors|Sec-Fetch-Dest: image", false},
	"Chromium, form":          {"POST", "Content-Type: application/x-www-form-urlencoded|Upgrade-Insecure-Requests: 1|Origin: null|User-Agent: Mozilla/5.0 Chrome/126.0.0.0|Accept: text/html|Sec-Fetch-Site: cross-site|Sec-Fetch-Mode: navigate|Sec-Fetch-User: ?1|Sec-Fetch-Dest: document", false},
	"Chromium, address bar":   {"GET", "Upgrade-Insecure-Requests: 1|User-Agent: Mozilla/5.0 Chrome/126.0.0.0|Accept: text/html|Sec-Fetch-Site: none|Sec-Fetch-Mode: navigate|Sec-Fetch-User: ?1|Sec-Fetch-Dest: document", false},
	"Chromium, own page":      {"GET", "User-Agent: Mozilla/5.0 Chrome/126.0.0.0|Accept: */*|Sec-Fetch-Site: same-origin|Sec-Fetch-Mode: cors|Sec-Fetch-Dest: empty", false},
	"Chromium, other port":    {"GET", "User-Agent: Mozilla/5.0 Chrome/126.0.0.0|Accept: */*|Origin: http://127.0.0.1:3000|Sec-Fetch-Site: same-site|Sec-Fetch-Mode: cors|Sec-Fetch-Dest: empty", false},
	"Chromium, preflight":     {"OPTIONS", "Accept: */*|Access-Control-Request-Method: DELETE|Access-Control-Request-Private-Network: true|Origin: https://site.example|Sec-Fetch-Mode: cors|Sec-Fetch-Site: cross-site|Sec-Fetch-Dest: empty|User-Agent: Mozilla/5.0 Chrome/126.0.0.0", false},
	"Firefox, fetch":          {"GET", "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0|Accept: */*|Accept-Language: en-US,en;q=0.5|Referer: https://site.example/|Origin: https://site.example|DNT: 1|Sec-Fetch-Dest: empty|Sec-Fetch-Mode: cors|Sec-Fetch-Site: cross-site", false},
	"Firefox, image":          {"GET", "User-Agent: Mozilla/5.0 Firefox/127.0|Accept: image/avif,image/webp,*/*|Sec-Fetch-Dest: image|Sec-Fetch-Mode: no-cors|Sec-Fetch-Site: cross-site|Priority: u=5", false},
	"Firefox, link":           {"GET", "User-Agent: Mozilla/5.0 Firefox/127.0|Accept: text/html|Upgrade-Insecure-Requests: 1|Sec-Fetch-Dest: document|Sec-Fetch-Mode: navigate|Sec-Fetch-Site: cross-site|Sec-Fetch-User: ?1", false},
	"Safari 17, fetch":        {"GET", "Accept: */*|Origin: https://site.example|Sec-Fetch-Site: cross-site|Sec-Fetch-Mode: cors|Sec-Fetch-Dest: empty|User-Agent: Mozilla/5.0 Version/17.5 Safari/605.1.15|Referer: https://site.example/|Accept-Language: en-US", false},
	"Safari 17, image":        {"GET", "Accept: image/webp,image/avif,*/*;q=0.8|Sec-Fetch-Site: cross-site|Sec-Fetch-Mode: no-cors|Sec-Fetch-Dest: image|User-Agent: Mozilla/5.0 Version/17.5 Safari/605.1.15", false},
	"Safari 15, fetch":        {"GET", "Accept: */*|Origin: https://site.example|User-Agent: Mozilla/5.0 Version/15.6 Safari/605.1.15|Accept-Language: en-US", false},
	"Safari 15, image":        {"GET", "Accept: image/webp,*/*;q=0.8|Referer: http://site.example/|User-Agent: Mozilla/5.0 Version/15.6 Safari/605.1.15", false},
	"Safari 15, with cookies": {"GET", "Accept: */*|Cookie: a=b|User-Agent: Mozilla/5.0 Version/15.6 Safari/605.1.15", false},
	"a WebSocket of Chromium": {"GET", "Connection: Upgrade|Upgrade: websocket|Origin: https://site.example|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: eA==|User-Agent: Mozilla/5.0 Chrome/126.0.0.0", false},
}

func TestProgramsAreServedWithoutAKeyAndPagesAreNot(t *testing.T) {
	p, vendor := startTapped(t, nil, ours)
	for name, c := range sentBy {
		before := vendor.count()
		path := map[string]string{http.MethodPost: "/voice/api/v1/admin/accounts/21000001/dialGroups"}[c.method]
		if path == "" {
			path = accounts
		}
		request := c.method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n" + strings.ReplaceAll(c.headers, "|", "\r\n") + "\r\n\r\n"
		status := p.raw(t, request)
		refused := status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotImplemented
		if arrived := vendor.count() > before; arrived != c.served || !c.served && !refused {
			t.Errorf("%s is answered %d, and arrives: %v", name, status, arrived)
		}
	}
}
