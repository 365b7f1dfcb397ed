package main_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ringcx-go/ringcx/internal/testpages"
	"github.com/ringcx-go/ringcx/internal/testservers"
)

// browseMain is a browser and the person before it: "browse allow URL" signs in as $EMAIL with $PASSWORD and lets the
// app in, "browse deny URL" does not. "browse stray URL" first goes to the app with what is not an answer. "browse away
// URL" does nothing. The page where it ends is printed, and left in the file that $BROWSED names.
func browseMain() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: browse allow|deny|stray|away URL")
		os.Exit(2)
	}
	how, address := os.Args[1], os.Args[2]
	if how == "away" {
		return
	}
	if how == "stray" {
		if err := goAstray(address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	page, err := testpages.Person{Email: os.Getenv("EMAIL"), Password: os.Getenv("PASSWORD"), Deny: how == "deny"}.SignIn(address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	text := page.URL + "\n" + page.Text
	fmt.Println(text)
	if name := os.Getenv("BROWSED"); name != "" {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			panic(err)
		}
	}
}

// goAstray sends to the app what must not be taken for the answer.
func goAstray(address string) error {
	page, err := url.Parse(address)
	if err != nil {
		return err
	}
	callback := page.Query().Get("redirect_uri")
	state := page.Query().Get("state")
	for _, try := range []struct{ url, host string }{
		{strings.TrimSuffix(callback, "/callback") + "/favicon.ico", ""},
		{callback, ""},
		{callback + "?code=somebody-elses-code&state=somebody-elses-state", ""},
		{callback + "?error=access_denied&state=somebody-elses-state", ""},
		{callback + "?code=somebody-elses-code&state=" + state, "rebound.example"},
	} {
		req, err := http.NewRequest(http.MethodGet, try.url, nil)
		if err != nil {
			return err
		}
		req.Host = try.host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		if resp.StatusCode < 400 {
			return fmt.Errorf("%s was taken: %s", try.url, resp.Status)
		}
	}
	return nil
}

// freePort sets a variable to a port of this machine that nobody uses, so that machines can run any number of tests.
func freePort(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 1, "port NAME")
	port, err := testservers.Port()
	ts.Check(err)
	ts.Setenv(args[0], port)
}

// makeKey writes a private key to a file, sets KEY_JWKS to its public half, and sees to it that nobody prints the key.
func makeKey(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 1, "key FILE")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
	v, _ := vendorOf(ts, nil)
	for _, line := range strings.Split(string(text), "\n") {
		if line != "" && !strings.HasPrefix(line, "-") {
			v.learn("private key", line)
		}
	}
	jwks, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "key-1", Algorithm: "ES256", Use: "sig"}}})
	ts.Check(err)
	ts.Setenv("KEY_JWKS", string(jwks))
}
