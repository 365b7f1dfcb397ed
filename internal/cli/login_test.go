package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/cli"
	"github.com/ringcx-go/ringcx/internal/testpages"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// newcomer is somebody at a terminal who has not logged in yet, before the vendor's native app.
func newcomer(t *testing.T) *person {
	t.Helper()
	box := ringcxtest.NewServer(t, nil)
	return &person{t, map[string]string{
		"XDG_CONFIG_HOME": t.TempDir(), "XDG_STATE_HOME": t.TempDir(), "RC_SERVER_URL": box.URL, "RINGCX_SERVER_URL": box.URL,
		"RC_APP_CLIENT_ID": box.Demo().NativeClientID,
	}, box}
}

// conversation is a command that runs while the person types.
type conversation struct {
	t      *testing.T
	stdin  *io.PipeWriter
	seen   *locked
	read   int // bytes of seen that were waited for
	exit   chan int
	cancel context.CancelFunc
}

// converses starts a command at a terminal. edit may change what the terminal is.
func (p *person) converses(edit func(*cli.Env), args ...string) *conversation {
	p.t.Helper()
	ctx, cancel := context.WithCancel(p.t.Context())
	p.t.Cleanup(cancel)
	r, w := io.Pipe()
	c := &conversation{t: p.t, stdin: w, seen: &locked{}, exit: make(chan int, 1), cancel: cancel}
	env := &cli.Env{
		Args: args, Stdin: r, Stdout: io.Discard, Stderr: c.seen, Context: ctx, InTerminal: true, OutTerminal: true, ErrTerminal: true,
		Getenv: func(name string) string { return p.env[name] },
	}
	if edit != nil {
		edit(env)
	}
	go func() { c.exit <- cli.Main(env) }()
	return c
}

// hears waits until a pattern is seen behind what was seen before, and returns what its group found.
func (c *conversation) hears(pattern string) string {
	c.t.Helper()
	re := regexp.MustCompile(pattern)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for {
		text := c.seen.String()
		if m := re.FindStringSubmatchIndex(text[c.read:]); m != nil {
			rest := text[c.read:]
			c.read += m[1]
			if len(m) > 2 {
				return rest[m[2]:m[3]]
			}
			return ""
		}
		select {
		case <-tick.C:
		case <-deadline:
			c.t.Fatalf("never heard %s in\n%s", pattern, text)
		}
	}
}

func (c *conversation) says(line string) {
	c.t.Helper()
	if _, err := io.WriteString(c.stdin, line+"\n"); err != nil {
		c.t.Fatal(err)
	}
}

func (c *conversation) ends(code int) string {
	c.t.Helper()
	select {
	case got := <-c.exit:
		if got != code {
			c.t.Fatalf("exit code %d, want %d\n%s", got, code, c.seen.String())
		}
	case <-time.After(30 * time.Second):
		c.t.Fatalf("it does not end\n%s", c.seen.String())
	}
	return c.seen.String()
}

func (p *person) browses(page string, how testpages.Person) *testpages.Page {
	p.t.Helper()
	how.Email, how.Password = p.box.Demo().Email, p.box.Demo().Password
	got, err := how.SignIn(page)
	if err != nil {
		p.t.Fatal(err)
	}
	return got
}

const pageAddress = `(http://127\.0\.0\.1:\d+/restapi/oauth/authorize\?\S+)`

func TestAnAnswerCanBePastedFromABrowserElsewhere(t *testing.T) {
	p := newcomer(t)
	c := p.converses(nil, "login", "--no-browser")
	page := c.hears(pageAddress)
	c.hears("> ")
	c.says("what?")
	c.hears(`Not taken: that is not the address where the browser ended up`)
	c.says(page)
	c.hears(`Not taken: that is the address of the sign-in page`)
	c.says("http://127.0.0.1:1/callback?code=somebody-elses&state=somebody-elses")
	c.hears(`Not taken: the answer does not belong to this login`)
	c.says(p.browses(page, testpages.Person{Stop: true}).URL)
	c.ends(0)
	p.types(0, "accounts", "list")
}

func TestTheCodeAloneCanBePastedWhereTheAnswerGoesElsewhere(t *testing.T) {
	p := newcomer(t)
	made := p.control("apps", `{"auth":"code","refreshTokens":true,"redirectUris":["https://app.example.com/cb"]}`)
	p.env["RC_APP_CLIENT_ID"], p.env["RC_APP_CLIENT_SECRET"] = made["clientId"], made["clientSecret"]
	c := p.converses(nil, "login", "--redirect-uri", "https://app.example.com/cb")
	page := c.hears(pageAddress)
	c.hears(`paste the address where the browser ends up \(https://app\.example\.com/cb\?code=…\), or the code, here\.`)
	ended, err := url.Parse(p.browses(page, testpages.Person{Stop: true}).URL)
	if err != nil || ended.Host != "app.example.com" {
		t.Fatal(ended, err)
	}
	c.says(ended.Query().Get("code"))
	c.ends(0)
}

func TestTheBrowserMayAnswerWhileThePersonIsAskedToPaste(t *testing.T) {
	p := newcomer(t)
	c := p.converses(nil, "login", "--no-browser")
	page := c.hears(pageAddress)
	if got := p.browses(page, testpages.Person{}); !strings.Contains(got.Text, "You are signed in") {
		t.Error(got.Text)
	}
	if talk := c.ends(0); !strings.Contains(talk, "> \nLogged in to") {
		t.Errorf("the prompt and the news share a line:\n%s", talk)
	}
}

func TestEnterShowsTheAddressOfThePageThatWasOpened(t *testing.T) {
	p := newcomer(t)
	opened := make(chan string, 1)
	c := p.converses(func(env *cli.Env) {
		env.OpenBrowser = func(url string) error { opened <- url; return nil }
	}, "login")
	c.hears(`The browser opens to sign in\.\nWaiting for the answer\. Enter shows the address`)
	page := <-opened
	c.says("")
	if shown := c.hears(pageAddress); shown != page {
		t.Errorf("%s was shown, %s opened", shown, page)
	}
	p.browses(page, testpages.Person{})
	c.ends(0)
}

func TestABrowserThatCannotBeOpenedIsReplacedByTheAddress(t *testing.T) {
	p := newcomer(t)
	c := p.converses(func(env *cli.Env) {
		env.OpenBrowser = func(string) error { return errors.New("no such program") }
	}, "login")
	c.hears(`The browser could not be opened: no such program\.`)
	p.browses(c.hears(pageAddress), testpages.Person{})
	c.ends(0)
}

func TestCtrlCEndsTheWaitForABrowserAtOnce(t *testing.T) {
	p := newcomer(t)
	c := p.converses(nil, "login")
	c.hears("> ")
	begin := time.Now()
	c.cancel()
	if talk := c.ends(130); !strings.HasSuffix(talk, "> \nringcx: interrupted; nothing stored was lost\n") {
		t.Errorf("%s", talk)
	}
	if took := time.Since(begin); took > 20*time.Second { // the wait is of minutes
		t.Errorf("it took %s", took)
	}
}

func TestOnATerminalTheLoginAsksForWhatIsMissing(t *testing.T) {
	p := newcomer(t)
	demo := p.box.Demo()
	delete(p.env, "RC_APP_CLIENT_ID")
	hidden := []string{demo.ClientSecret, demo.JWT}
	c := p.converses(func(env *cli.Env) {
		env.ReadHidden = func(_ context.Context, prompt func(), _ bool) (string, error) {
			prompt()
			next := hidden[0]
			hidden = hidden[1:]
			return next, nil
		}
	}, "login", "--jwt")
	c.hears(`^Client ID of the app.*: `)
	c.says(" " + demo.ClientID + " ")
	c.hears(`Client secret \(not shown; Enter if the app has none\): \n`)
	c.hears(`JWT of the user.*: \n`)
	talk := c.ends(0)
	for _, secret := range []string{demo.ClientSecret, demo.JWT} {
		if strings.Contains(talk, secret) {
			t.Error("a secret was shown")
		}
	}
	p.types(0, "accounts", "list")

	delete(p.env, "XDG_CONFIG_HOME")
	p.env["XDG_CONFIG_HOME"] = t.TempDir()
	c = p.converses(nil, "login", "--jwt")
	c.hears("Client ID")
	_ = c.stdin.Close()
	if talk := c.ends(2); !strings.Contains(talk, "ringcx: there was no answer\nhint: ") {
		t.Error(talk)
	}
}

func TestProfilesThatAreMadeAtOnceAreAllKept(t *testing.T) {
	p := newPerson(t)
	p.env["RC_USER_JWT"] = p.box.Demo().JWT
	var crowd sync.WaitGroup
	const many = 8
	for i := range many {
		crowd.Go(func() { p.types(0, "profile", "use", "sandbox", "--directory", p.directory(fmt.Sprint("d", i))) })
	}
	crowd.Wait()
	if out, _ := p.types(0, "profile", "list", "--json"); strings.Count(out, "/d") != many {
		t.Errorf("some were lost:\n%s", out)
	}
}

func (p *person) directory(name string) string {
	dir := filepath.Join(p.env["XDG_STATE_HOME"], name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		p.t.Error(err)
	}
	return dir
}

// control asks the vendor's control surface for something.
func (p *person) control(path, body string) map[string]string {
	p.t.Helper()
	resp, err := p.box.Client().Post(p.box.URL+"/_sandbox/"+path, "application/json", strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer map[string]string
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		p.t.Fatal(resp.Status, err)
	}
	return answer
}
