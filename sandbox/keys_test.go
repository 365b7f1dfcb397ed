package sandbox_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/ringcx-go/ringcx/sandbox"
)

// A number of a signature begins with a zero byte once in 128 tokens: enough are made that some do.
func TestEverySignatureHasItsFullLength(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	var keys jose.JSONWebKeySet
	v.get("/_sandbox/jwks", "").want(http.StatusOK).decode(&keys)
	verifies := func(token string) bool {
		jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			return false
		}
		_, err = jws.Verify(keys.Keys[0])
		return err == nil
	}
	rc := str(v.login(), "access_token")
	zeros, token := 0, ""
	for range 1500 {
		token = str(v.exchangeToken(rc).want(http.StatusOK).json(), "accessToken")
		signature, err := base64.RawURLEncoding.DecodeString(token[strings.LastIndex(token, ".")+1:])
		if err != nil || len(signature) != 64 || !verifies(token) {
			t.Fatalf("the signature of %s is wrong (%d bytes, %v)", token, len(signature), err)
		}
		if signature[0] == 0 || signature[32] == 0 {
			zeros++
		}
	}
	if zeros == 0 {
		t.Error("no number began with a zero byte")
	}
	if altered := strings.Replace(token, ".", ".eyJh", 1); verifies(altered) {
		t.Error("a token that was altered verifies")
	}
}
