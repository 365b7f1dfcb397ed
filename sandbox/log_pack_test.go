package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestTheLogTellsParametersAsTheyWereSent(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.form(tokenPath+"?page=%26%3D%24%00%2B+1&a%3Db=c", "grant_type", "$&=\x00 ü", "client&id", "x", "scope", "")
	var got struct {
		Records struct {
			Request map[string]struct {
				Query, Form []struct{ Name, Value string }
			} `json:"request"`
		} `json:"records"`
	}
	v.get("/_sandbox/snapshot", "").want(http.StatusOK).decode(&got)
	var all []string
	for _, r := range got.Records.Request {
		for _, p := range append(r.Query, r.Form...) {
			all = append(all, p.Name+" is "+p.Value)
		}
	}
	want := "a=b is $A_B|page is &=$\x00+ 1|grant_type is $&=\x00 ü|client&id is $CLIENT_ID|scope is "
	if text := strings.Join(all, "|"); text != want {
		t.Errorf("%q\nwant %q", text, want)
	}
}
