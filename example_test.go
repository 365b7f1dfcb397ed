package ringcx_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// exampleRun stands in for a test that an example does not have.
type exampleRun struct {
	testing.TB
	stop func()
}

func (r *exampleRun) Helper()                       {}
func (r *exampleRun) Cleanup(stop func())           { r.stop = stop }
func (r *exampleRun) Fatalf(form string, of ...any) { panic(fmt.Sprintf(form, of...)) }

// startSandbox starts the vendor on this machine. A program that works with the real one leaves Config.Endpoint empty.
func startSandbox() (vendor *ringcxtest.Server, stop func()) {
	run := new(exampleRun)
	return ringcxtest.NewServer(run, nil), func() { run.stop() }
}

// report calls the API, as a program does in every way in.
func report(client *http.Client, server string) {
	resp, err := client.Get(server + "/voice/api/v1/admin/accounts")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	fmt.Println("accounts:", resp.Status)
}

func ExampleConfig_JWT() {
	vendor, stop := startSandbox()
	defer stop()
	app := vendor.Demo()
	cfg := &ringcx.Config{
		ClientID: app.ClientID, ClientSecret: app.ClientSecret,
		Endpoint: ringcx.Endpoint{RingCentral: vendor.URL, RingCX: vendor.URL},
	}
	session := cfg.NewSession(cfg.JWT(app.JWT), nil)
	report(session.Client(), vendor.URL)
	// Output: accounts: 200 OK
}

// A person signs in at RingCentral's page. The code that comes back is spent once; later programs go on with the same
// Store and Key, without a grant.
func ExampleConfig_AuthorizationCode() {
	vendor, stop := startSandbox()
	defer stop()
	cfg := &ringcx.Config{ // an app without a secret
		ClientID: vendor.Demo().NativeClientID,
		Endpoint: ringcx.Endpoint{RingCentral: vendor.URL, RingCX: vendor.URL},
	}
	const redirectURL = "http://127.0.0.1:8700/callback"
	const state = "unguessable, and new for each login" // crypto/rand.Text makes one
	verifier := ringcx.GenerateVerifier()
	page := cfg.AuthCodeURL(redirectURL, state, verifier)

	// A browser opens page, and is sent to redirectURL. In its place:
	answer, err := vendor.SignIn(context.Background(), page)
	if err != nil || answer.Query().Get("state") != state {
		panic("that is not the answer to this login")
	}

	options := &ringcx.SessionOptions{Store: new(ringcx.Memory), Key: "ada"} // store/file keeps it between runs
	login := cfg.AuthorizationCode(answer.Query().Get("code"), redirectURL, verifier)
	if err := cfg.NewSession(login, options).Login(context.Background()); err != nil {
		panic(err)
	}

	later := cfg.NewSession(nil, options)
	report(later.Client(), vendor.URL)

	_, err = cfg.NewSession(nil, nil).Token(context.Background()) // nothing stored, nobody to ask
	fmt.Println("a person has to log in:", errors.Is(err, ringcx.ErrLoginRequired))
	// Output:
	// accounts: 200 OK
	// a person has to log in: true
}

// A RingCX user without a RingCentral login. No app is needed.
func ExampleConfig_RingCXPassword() {
	vendor, stop := startSandbox()
	defer stop()
	user := vendor.Demo()
	cfg := &ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: vendor.URL}}
	session := cfg.NewSession(cfg.RingCXPassword(user.AdminUsername, user.AdminPassword, user.PlatformID), nil)
	report(session.Client(), vendor.URL)
	// Output: accounts: 200 OK
}

// A deployment from before RingCX: its tokens live on with each use.
func ExampleConfig_LegacyPassword() {
	vendor, stop := startSandbox()
	defer stop()
	user := vendor.Demo()
	cfg := &ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: vendor.URL}} // https://portal.vacd.biz
	session := cfg.NewSession(cfg.LegacyPassword(user.AdminUsername, user.AdminPassword, true), nil)
	report(session.Client(), vendor.URL)
	// Output: accounts: 200 OK
}

// A permanent API token needs no session: there is nothing to renew.
func ExampleAPIToken() {
	vendor, stop := startSandbox()
	defer stop()
	cfg := vendor.Config()
	session := cfg.NewSession(cfg.JWT(vendor.Demo().JWT), nil)
	resp, err := session.Client().Post(vendor.URL+"/voice/api/v1/admin/token", "", nil) // or: ringcx apitoken create
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	token, err := io.ReadAll(resp.Body)
	if err != nil {
		panic(err)
	}
	report(cfg.Client(ringcx.APIToken(token)), vendor.URL)
	// Output: accounts: 200 OK
}

// vault is a Grant of a program's own: it gets its tokens from somewhere else, and says whose they are.
type vault struct {
	ringcx.Grant
	user string
}

func (v vault) Identity() string { return "vault " + v.user }

// A Grant that says whom it stands for needs no SessionOptions.Key, even in a Store that users share.
func ExampleIdentified() {
	vendor, stop := startSandbox()
	defer stop()
	cfg, store := vendor.Config(), new(ringcx.Memory)
	from := cfg.JWT(vendor.Demo().JWT) // in place of the vault
	ada := cfg.NewSession(vault{from, "ada"}, &ringcx.SessionOptions{Store: store})
	report(ada.Client(), vendor.URL)

	_, err := cfg.NewSession(struct{ ringcx.Grant }{from}, &ringcx.SessionOptions{Store: store}).Token(context.Background())
	fmt.Println(err)
	// Output:
	// accounts: 200 OK
	// nothing says whose session it is: no key names it, and its grant does not say whom it stands for
}
