package main_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// tlsSandbox is a sandbox that speaks HTTPS, with what leads a shell to it.
func tlsSandbox(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	cmd := exec.CommandContext(t.Context(), "ringcx", "sandbox", "--tls", filepath.Join(dir, "ca"), "--listen", "127.0.0.1:0", "--write-env", filepath.Join(dir, "tls.env"))
	cmd.Env = append(os.Environ(), "HOME="+dir)
	said := &bytes.Buffer{}
	cmd.Stderr, cmd.Cancel = said, func() error { return cmd.Process.Kill() }
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for end := time.Now().Add(time.Minute); ; {
		if _, err := os.Stat(filepath.Join(dir, "tls.env")); err == nil {
			return dir
		}
		if time.Now().After(end) {
			t.Fatalf("the sandbox does not start: %s", said)
		}
		runtime.Gosched()
	}
}

// A runtime asks the sandbox for its versions, with a line of a shell in which $URL is the address.
type trusting struct {
	needs string // a program that has to be there, and a line that works if the library is
	has   string
	asks  string
	after string // what has to be done besides the variables; "": nothing
}

const javaProgram = `import java.net.*; import java.net.http.*;
public class Ask { public static void main(String[] a) throws Exception {
 System.out.println(HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(a[0])).build(), HttpResponse.BodyHandlers.ofString()).body()); } }
`

const goProgram = `package main

import ("fmt"; "io"; "net/http"; "os")

func main() {
	resp, err := http.Get(os.Args[1])
	if err != nil { fmt.Println(err); os.Exit(1) }
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(string(body))
}
`

// python begins a line of a shell with the first interpreter that has a module: that of the path, or the system's, whose packages
// scripts/need.sh installs.
func python(module string) string {
	return "for py in python3 /usr/bin/python3; do $py -c 'import " + module + "' 2>/dev/null && break; done; $py -c 'import " + module + "' && $py "
}

// trustings are the rows of the page's tables about trust, by their first cells.
var trustings = map[string]trusting{
	"curl": {needs: "curl", asks: `curl -sS "$URL"`},
	"Go":   {needs: "go", asks: `go run ask.go "$URL"`},
	"Node": {needs: "node", asks: `node -e 'fetch(process.argv[1]).then(r => r.text()).then(console.log)' "$URL"`},
	"Python: urllib": {
		needs: "python3", asks: `python3 -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read())' "$URL"`,
	},
	"Python: requests": {
		needs: "python3", has: python("requests") + `-c ''`, asks: python("requests") + `-c 'import sys, requests; print(requests.get(sys.argv[1]).text)' "$URL"`,
	},
	"Python: httpx": {
		needs: "python3", has: python("httpx") + `-c ''`, asks: python("httpx") + `-c 'import sys, httpx; print(httpx.get(sys.argv[1]).text)' "$URL"`,
	},
	"PHP: streams": {needs: "php", asks: `php -r 'echo file_get_contents($argv[1]);' "$URL"`},
	"Ruby":         {needs: "ruby", asks: `ruby -ropen-uri -e 'puts URI.open(ARGV[0]).read' "$URL"`},
	"PHP: curl, Guzzle": {
		needs: "php", has: `php -r 'exit(function_exists("curl_init") ? 0 : 1);'`,
		asks:  `php -r '$c = curl_init($argv[1]); curl_setopt($c, CURLOPT_RETURNTRANSFER, true); echo curl_exec($c);' "$URL"`,
		after: `mkdir -p ini && printf 'curl.cainfo=%s\nopenssl.cafile=%s\n' "$CA" "$CA" >ini/sandbox.ini && export PHP_INI_SCAN_DIR=":$PWD/ini"`,
	},
	"Python: a prepared request": {
		needs: "python3", has: python("requests") + `-c ''`,
		asks:  python("requests") + `-c 'import os, sys, requests; s = requests.Session(); s.verify = os.environ.get("TRUST", True); print(s.send(requests.Request("GET", sys.argv[1]).prepare()).text)' "$URL"`,
		after: `export TRUST="$CA"`,
	},
	"Java": {
		needs: "keytool", has: `java -version`, asks: `java Ask.java "$URL"`,
		after: `keytool -importcert -noprompt -alias sandbox -file "$CA" -keystore trust.p12 -storepass changeit && ` +
			`export JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=$PWD/trust.p12 -Djavax.net.ssl.trustStorePassword=changeit"`,
	},
	"wget": {needs: "wget", has: `wget --version | grep -q '+ssl/gnutls'`, asks: `wget -qO- "$URL"`, after: `printf 'ca_certificate=%s\n' "$CA" >wgetrc && export WGETRC="$PWD/wgetrc"`},
}

// asked is what a shell in dir prints for a line, without what this machine trusts.
func asked(t *testing.T, dir, line string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
	cmd.Dir = dir
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); !slices.Contains([]string{"SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"}, name) {
			cmd.Env = append(cmd.Env, v)
		}
	}
	// A machine may have set the variables itself.
	cmd.Env = append(cmd.Env, "REQUESTS_CA_BUNDLE="+os.Getenv("SSL_CERT_FILE"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// lacks skips a test that this machine cannot run, or fails it where everything has to be there.
func lacks(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("RINGCX_TEST_REQUIRE") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

func TestEachRuntimeTrustsTheSandboxAsThePageSays(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere the system is asked")
	}
	dir := tlsSandbox(t)
	for file, text := range map[string]string{"Ask.java": javaProgram, "ask.go": goProgram} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile("../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	const reach, versions = `. ./tls.env && URL="$RC_SERVER_URL/restapi" && CA="$PWD/ca/ca.pem" && `, `"apiVersions"`
	for name, row := range trustings {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(string(page), "\n| "+name+" |") {
				t.Error("the page has no row about it")
			}
			if _, err := exec.LookPath(row.needs); err != nil {
				lacks(t, err.Error())
			}
			if out, err := asked(t, dir, row.has); err != nil {
				if name == "wget" {
					t.Skip("this wget is not Debian's")
				}
				lacks(t, fmt.Sprintf("%s: %v %s", row.has, err, out))
			}
			untrusted := `unset SSL_CERT_FILE CURL_CA_BUNDLE REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS; `
			if out, err := asked(t, dir, reach+untrusted+row.asks); strings.Contains(out, versions) {
				t.Errorf("without any setting it trusts the sandbox: %v %s", err, out)
			}
			if row.after != "" {
				if out, _ := asked(t, dir, reach+row.asks); strings.Contains(out, versions) {
					t.Errorf("the variables are enough: %s", out)
				}
				row.after += " && "
			}
			if out, err := asked(t, dir, reach+row.after+row.asks); err != nil || !strings.Contains(out, versions) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}
