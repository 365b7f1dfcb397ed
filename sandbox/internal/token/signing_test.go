package token_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// A number of a signature begins with a zero byte once in 128 tokens: enough are made that some do.
func TestEverySignatureHasItsFullLength(t *testing.T) {
	key, err := token.NewKey(1, "RingCX tokens", "ES256")
	if err != nil {
		t.Fatal(err)
	}
	zeros, text := 0, ""
	for i := range 1500 {
		if text, err = key.Sign(map[string]int{"jti": i}); err != nil {
			t.Fatal(err)
		}
		signature, err := base64.RawURLEncoding.DecodeString(text[strings.LastIndex(text, ".")+1:])
		if err != nil || len(signature) != 64 || !key.Verify(text) {
			t.Fatalf("the signature of %s is wrong (%d bytes, %v)", text, len(signature), err)
		}
		if signature[0] == 0 || signature[32] == 0 {
			zeros++
		}
	}
	if zeros == 0 {
		t.Error("no number began with a zero byte")
	}
	if altered := strings.Replace(text, ".", ".eyJh", 1); key.Verify(altered) {
		t.Error("a token that was altered verifies")
	}
}

func TestATokenThatIsMadeOnceIsThatOfItsKeyAndClaims(t *testing.T) {
	seen := map[string]bool{}
	for _, algorithm := range []string{"ES256", "EdDSA", "RS256"} {
		for seed := range uint64(2) {
			for subject := range 3 {
				key, err := token.NewKey(seed, "credentials", algorithm)
				if err != nil {
					t.Fatal(err)
				}
				claims := map[string]int{"sub": subject}
				want, err := key.Sign(claims)
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					if got, err := key.SignOnce(claims); got != want || err != nil {
						t.Errorf("%s, seed %d: %s, %v, not %s", algorithm, seed, got, err, want)
					}
				}
				seen[want] = true
			}
		}
	}
	if len(seen) != 3*2*3 {
		t.Errorf("there are %d tokens", len(seen))
	}
}

func TestASeedAndANameGiveOneKey(t *testing.T) {
	for _, algorithm := range []string{"ES256", "EdDSA", "RS256"} {
		sign := func(seed uint64, name string) (*token.Key, string) {
			key, err := token.NewKey(seed, name, algorithm)
			if err != nil {
				t.Fatal(err)
			}
			text, err := key.Sign(map[string]int{"sub": 1})
			if err != nil || !key.Verify(text) {
				t.Fatalf("%s: %v", text, err)
			}
			return key, text
		}
		key, text := sign(1, "a")
		if _, again := sign(1, "a"); again != text {
			t.Errorf("%s: the same seed signs %s, then %s", algorithm, text, again)
		}
		if keys := key.JWKS().Keys; len(keys) != 1 || !keys[0].IsPublic() || keys[0].Algorithm != algorithm {
			t.Errorf("%s: the key set is %+v", algorithm, keys)
		}
		for _, other := range []struct {
			seed uint64
			name string
		}{{2, "a"}, {1, "b"}} {
			other, _ := sign(other.seed, other.name)
			if other.JWKS().Keys[0].KeyID == key.JWKS().Keys[0].KeyID || algorithm != "RS256" && other.Verify(text) {
				t.Errorf("%s: another seed or name gives the same key", algorithm)
			}
		}
	}
	if _, err := token.NewKey(1, "a", "HS256"); err == nil {
		t.Error("a key of an unknown algorithm")
	}
}
