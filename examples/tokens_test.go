package examples_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ringcx-go/ringcx/internal/testprograms"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// tokenUser is an example that gets its tokens from the command, and a program that calls with it: one request for each
// argument, each answer's status in a line. "early" ends the token, "many" is twenty calls at once, and "stream" is a call
// whose body cannot be sent twice.
type tokenUser struct {
	file, debian string
	probe        []string
	program      string
}

const pythonCalls = `
def lines(words):
    for word in words:
        if word == "early":
            urllib.request.urlopen(os.environ["RC_SERVER_URL"] + "/_sandbox/clock", b'{"advance":"6m"}')
        elif word == "many":
            with concurrent.futures.ThreadPoolExecutor(20) as pool:
                print(" ".join(sorted(set(pool.map(call, [BASE + "/voice/api/v1/admin/users"] * 20)))))
        elif word == "stream":
            print(stream(BASE + "/voice/api/v1/admin/users"))
        else:
            print(call(word if "//" in word else BASE + word))

lines(sys.argv[1:])
`

var tokenUsers = []tokenUser{
	{
		file: "python/ringcx_requests.py", debian: "python3-requests", probe: testprograms.Python("requests"),
		program: `import concurrent.futures, os, sys, urllib.request
import requests
sys.path.insert(0, "python")
sys.dont_write_bytecode = True
from ringcx_requests import BASE, RingCXAuth
session = requests.Session()
session.auth = RingCXAuth()
def call(url): return str(session.get(url, timeout=60).status_code)
def stream(url): return str(session.post(url.replace("users", "token"), data=iter([b"{}"]), timeout=60).status_code)
` + pythonCalls,
	},
	{
		file: "python/ringcx_httpx.py", debian: "python3-httpx", probe: testprograms.Python("httpx"),
		program: `import concurrent.futures, os, sys, urllib.request
import httpx
sys.path.insert(0, "python")
sys.dont_write_bytecode = True
from ringcx_httpx import BASE, RingCXAuth
client = httpx.Client(auth=RingCXAuth(), timeout=60, follow_redirects=True)
def call(url): return str(client.get(url).status_code)
def stream(url): return str(client.post(url.replace("users", "token"), content=iter([b"{}"])).status_code)
` + pythonCalls,
	},
	{
		file: "python/ringcx_httpx.py", debian: "python3-httpx", probe: testprograms.Python("httpx"),
		program: `import asyncio, os, sys, urllib.request
import httpx
sys.path.insert(0, "python")
sys.dont_write_bytecode = True
from ringcx_httpx import BASE, RingCXAuth
async def main():
    async with httpx.AsyncClient(auth=RingCXAuth(), timeout=60, follow_redirects=True) as client:
        async def chunks(): yield b"{}"
        async def call(url): return str((await client.get(url)).status_code)
        for word in sys.argv[1:]:
            if word == "early":
                urllib.request.urlopen(os.environ["RC_SERVER_URL"] + "/_sandbox/clock", b'{"advance":"6m"}')
            elif word == "many":
                print(" ".join(sorted(set(await asyncio.gather(*[call(BASE + "/voice/api/v1/admin/users") for _ in range(20)])))))
            elif word == "stream":
                print((await client.post(BASE + "/voice/api/v1/admin/token", content=chunks())).status_code)
            else:
                print(await call(word if "//" in word else BASE + word))
asyncio.run(main())
`,
	},
	{
		file: "javascript/ringcx-fetch.mjs", debian: "nodejs", probe: []string{"node", "-p", "process.execPath"},
		program: `import { ringcxFetch } from "./javascript/ringcx-fetch.mjs";
const users = "/voice/api/v1/admin/users";
const call = async (path, init) => { const r = await ringcxFetch(path, init); await r.text(); return r.status; };
for (const word of process.argv.slice(1)) {
  if (word === "early") await fetch(process.env.RC_SERVER_URL + "/_sandbox/clock", { method: "POST", body: '{"advance":"6m"}' });
  else if (word === "many") console.log([...new Set(await Promise.all(Array.from({ length: 20 }, () => call(users))))].join(" "));
  else if (word === "stream") console.log(await call("/voice/api/v1/admin/token", { method: "POST", duplex: "half", body: new Blob(["{}"]).stream() }));
  else console.log(await call(word).catch((e) => (/gets no token/.test(e.message) ? 200 : e)));
}
`,
	},
}

// counted is a directory with a ringcx that writes down how often it is called.
func counted(t *testing.T) (path string, calls func() []string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("what counts the calls is a shell script")
	}
	dir := t.TempDir()
	log := filepath.Join(dir, "calls")
	shim := fmt.Sprintf("#!/bin/sh\necho \"$*\" >>'%s'\nexec '%s' \"$@\"\n", log, filepath.Join(built, "ringcx"))
	if err := os.WriteFile(filepath.Join(dir, "ringcx"), []byte(shim), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	return dir + string(os.PathListSeparator) + os.Getenv("PATH"), func() []string {
		text, err := os.ReadFile(log) //nolint:gosec // our own
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(text)), "\n")
	}
}

// called runs the program of a tokenUser, for which RingCX is at an address, and returns what it printed.
func (u tokenUser) called(t *testing.T, box *ringcxtest.Server, ringcx, path string, words ...string) string {
	t.Helper()
	interpreter := testprograms.Program{Name: u.file, Script: u.file, Probe: u.probe, Debian: u.debian}.Command(t, ".", built)[0]
	flag := "-c"
	if strings.HasSuffix(u.file, ".mjs") {
		flag = "--input-type=module"
		words = append([]string{"-e", u.program, "--"}, words...)
	} else {
		words = append([]string{u.program}, words...)
	}
	demo := box.Demo()
	cmd := exec.CommandContext(t.Context(), interpreter, append([]string{flag}, words...)...)
	cmd.Env = []string{
		"PATH=" + path, "HOME=" + t.TempDir(), "RC_SERVER_URL=" + box.URL, "RINGCX_SERVER_URL=" + ringcx, "PYTHONDONTWRITEBYTECODE=1",
		"RC_APP_CLIENT_ID=" + demo.ClientID, "RC_APP_CLIENT_SECRET=" + demo.ClientSecret, "RC_USER_JWT=" + demo.JWT,
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	return strings.Join(strings.Fields(stdout.String()), " ")
}

func eachTokenUser(t *testing.T, test func(*testing.T, tokenUser)) {
	t.Helper()
	for i, u := range tokenUsers {
		t.Run(fmt.Sprintf("%s %d", u.file, i), func(t *testing.T) {
			t.Parallel()
			test(t, u)
		})
	}
}

func TestATokenOfTheCommandIsKeptForAllCalls(t *testing.T) {
	t.Parallel()
	eachTokenUser(t, func(t *testing.T, u tokenUser) {
		path, calls := counted(t)
		box := ringcxtest.NewServer(t, nil)
		if got := u.called(t, box, box.URL, path, "many", "/voice/api/v1/admin/users", "/voice/api/v1/admin/nothing"); got != "200 200 404" {
			t.Errorf("it got %s", got)
		}
		if c := calls(); !slices.Equal(c, []string{"token --json"}) {
			t.Errorf("the command was called %q", c)
		}
		if v := box.Verdicts(); len(v) > 0 || len(box.Paths()) != 2+22 {
			t.Errorf("the vendor got %q and says %q", box.Paths(), v)
		}
	})
}

func TestACallThatMeetsA401IsSentOnceMoreWithANewToken(t *testing.T) {
	t.Parallel()
	eachTokenUser(t, func(t *testing.T, u tokenUser) {
		path, calls := counted(t)
		box := ringcxtest.NewServer(t, nil)
		if got := u.called(t, box, box.URL, path, "/voice/api/v1/admin/users", "early", "many", "early", "stream", "/voice/api/v1/admin/users"); got != "200 200 401 200" {
			t.Errorf("it got %s", got)
		}
		want := []string{"token --json", "token --validate", "token --json", "token --validate", "token --json"}
		if c := calls(); !slices.Equal(c, want) {
			t.Errorf("the command was called %q", c)
		}
		if v := box.Verdicts(); len(v) > 0 || slices.Contains(box.Paths()[2:], "/restapi/oauth/token") {
			t.Errorf("the vendor got %q and says %q", box.Paths(), v)
		}
	})
}

func TestATokenOfTheCommandGoesToNobodyElse(t *testing.T) {
	t.Parallel()
	eachTokenUser(t, func(t *testing.T, u tokenUser) {
		path, _ := counted(t)
		var mu sync.Mutex
		var got []string
		status := http.StatusOK
		other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, r.Header.Get("Authorization"))
			w.WriteHeader(status)
		}))
		t.Cleanup(other.Close)
		box := ringcxtest.NewServer(t, nil)
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/away" {
				http.Redirect(w, r, other.URL+"/x", http.StatusFound)
				return
			}
			box.ServeHTTP(w, r)
		}))
		t.Cleanup(front.Close)
		if out := u.called(t, box, front.URL, path, "/voice/api/v1/admin/users", other.URL+"/x", "/away"); out != "200 200 200" {
			t.Errorf("it got %s", out)
		}
		mu.Lock()
		status = http.StatusUnauthorized
		mu.Unlock()
		if out := u.called(t, box, front.URL, path, "/voice/api/v1/admin/users", "/away"); out != "200 401" {
			t.Errorf("it got %s", out)
		}
		mu.Lock()
		defer mu.Unlock()
		if s := strings.Join(got, ""); s != "" || len(got) < 2 {
			t.Errorf("somebody else got %q", got)
		}
	})
}

func TestWhatGetsItsTokensFromTheCommandFitsOnAScreen(t *testing.T) {
	t.Parallel()
	for _, u := range tokenUsers {
		text, err := os.ReadFile(u.file)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "\n"); n > 40 {
			t.Errorf("%s has %d lines, more than 40", u.file, n)
		}
	}
}
