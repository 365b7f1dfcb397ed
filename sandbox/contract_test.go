package sandbox_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// rewrite makes the test of docs/protocol.md write it: go test ./sandbox -run PrintedFromTheTable -args -rewrite.
var rewrite = flag.Bool("rewrite", false, "write docs/protocol.md anew")

// contractLine is a line of the contract as GET /_sandbox/contract tells it.
type contractLine struct {
	Subject   string   `json:"subject"`
	Says      string   `json:"says"`
	Certainty []string `json:"certainty"`
	Sources   string   `json:"sources"`
	Fixed     string   `json:"fixed"`
	Setting   *struct {
		Name     string   `json:"name"`
		Type     string   `json:"type"`
		Possible string   `json:"possible"`
		Choices  []string `json:"choices"`
		Default  any      `json:"default"`
		Value    any      `json:"value"`
	} `json:"setting"`
}

func (v *vendor) contract() []contractLine {
	v.t.Helper()
	var out struct {
		Lines []contractLine `json:"lines"`
	}
	v.get("/_sandbox/contract", "").want(http.StatusOK).decode(&out)
	return out.Lines
}

// settings are the settings in force by their names.
func (v *vendor) settings() map[string]any {
	v.t.Helper()
	out := map[string]any{}
	for _, l := range v.contract() {
		if l.Setting != nil {
			out[l.Setting.Name] = l.Setting.Value
		}
	}
	return out
}

func TestTheDocumentIsPrintedFromTheTable(t *testing.T) {
	const file = "../docs/protocol.md"
	v := newVendor(t, sandbox.Options{})
	want := v.get("/_sandbox/contract?format=markdown", "").want(http.StatusOK).body
	if *rewrite {
		if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the table says: go generate ./sandbox", file)
	}
	v.control("switches", `{"exchangeLimit":7}`)
	if v.get("/_sandbox/contract?format=markdown", "").body == want {
		t.Error("the document does not tell the values in force")
	}
	v.get("/_sandbox/contract?format=html", "").want(http.StatusBadRequest)
}

func TestSettingsAreTakenStrictly(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	before := fmt.Sprint(v.settings())
	for body, words := range map[string]string{
		`{"exchangeLimits":1}`:                            "there is no setting",
		`{"exchangeLimit":7,"apiLimit":-1}`:               "a whole number from 0 to 1000000",
		`{"exchangeLimit":7,"apiLimit":1.5}`:              "a whole number",
		`{"exchangeLimit":"7"}`:                           "a whole number",
		`{"sessionCapRefuses":"true"}`:                    "true or false",
		`{"sessionCapRefuses":1}`:                         "true or false",
		`{"ringcxRefreshReuse":"maybe"}`:                  "one of reject, revoke-family, accept",
		`{"ringcxTokenTTL":300}`:                          "a duration from 1s to 8760h",
		`{"ringcxTokenTTL":"0s"}`:                         "a duration from 1s",
		`{"ringcxTokenTTL":"five minutes"}`:               "a duration",
		`{"gatewayExpiredText":""}`:                       "a text",
		`{"gatewayExpiredText":"a\nb"}`:                   "a text",
		`{"gatewayExpiredText":["x"]}`:                    "a text",
		`{"exchangeLimit":7,"apiLimit":8,"sessionCap":0}`: "sessionCap",
		`["exchangeLimit"]`:                               "reading the request",
	} {
		got := v.controlRaw(http.MethodPost, "switches", body).want(http.StatusBadRequest).json()["error"].(string)
		if !strings.Contains(got, words) {
			t.Errorf("%s: %s", body, got)
		}
	}
	if after := fmt.Sprint(v.settings()); after != before {
		t.Errorf("something was changed: %s", after)
	}
	got := v.control("switches", `{"exchangeLimit":7,"ringcxTokenTTL":"90s","sessionCapRefuses":true,"ringcxIssuer":"x"}`)
	if got["exchangeLimit"] != 7.0 || got["ringcxTokenTTL"] != "1m30s" || got["sessionCapRefuses"] != true || got["ringcxIssuer"] != "x" {
		t.Errorf("in force: %v", got)
	}
	if got := v.control("switches", `{"exchangeLimit":null}`); got["exchangeLimit"] != 5.0 || got["ringcxIssuer"] != "x" {
		t.Errorf("after putting one back: %v", got)
	}
}

func TestAProfileAndSettingsAreWhatAResetReturnsTo(t *testing.T) {
	v := newVendor(t, sandbox.Options{
		Profile: "engage", Settings: map[string]string{"ringcxRefreshReuse": "accept", "lightLimit": "9"},
	})
	start := v.settings()
	if start["exchangeLimit"] != 0.0 || start["apiLimit"] != 0.0 || start["authLimitCountedBy"] != "app-and-user" ||
		start["ringcxRefreshReuse"] != "accept" || start["lightLimit"] != 9.0 {
		t.Errorf("in force: %v", start)
	}
	_, refresh := v.pair()
	v.refresh(refresh).want(http.StatusOK)
	v.refresh(refresh).wantOAuth(400, "invalid_grant", "OAU-213")
	token, _ := v.pair()
	for range 10 {
		if r := v.exchangeToken(token).want(http.StatusOK); r.header.Get("X-Rate-Limit-Limit") != "" {
			t.Fatal("there is a limit")
		}
	}
	v.control("switches", `{"exchangeLimit":1,"ringcxRefreshReuse":"reject"}`)
	v.Reset()
	if got := v.settings(); fmt.Sprint(got) != fmt.Sprint(start) {
		t.Errorf("after a reset: %v", got)
	}
	if got := v.get("/_sandbox/state", "").json()["profile"]; got != "engage" {
		t.Errorf("profile %v", got)
	}
	for _, opts := range []sandbox.Options{
		{Profile: "else"},
		{Settings: map[string]string{"nothing": "1"}},
		{Settings: map[string]string{"exchangeLimit": "many"}},
	} {
		if _, err := sandbox.New(&opts); err == nil || !strings.HasPrefix(err.Error(), "sandbox: ") {
			t.Errorf("%+v: %v", opts, err)
		}
	}
}

func TestARequestSeesOneSetOfRules(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 200 {
			n := 100 + i%2*100
			body, _ := json.Marshal(map[string]any{"authLimit": n, "limitWindow": fmt.Sprintf("%ds", n)})
			v.controlRaw(http.MethodPost, "switches", string(body))
		}
	}()
	for range 200 {
		h := v.failingLogin().header
		limit, window := h.Get("X-Rate-Limit-Limit"), h.Get("X-Rate-Limit-Window")
		if limit != window && limit+window != "560" {
			t.Errorf("a limit of %s in a window of %s", limit, window)
		}
	}
	<-done
}
