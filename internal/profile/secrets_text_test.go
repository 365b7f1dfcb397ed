package profile_test

import (
	"bytes"
	"testing"

	"github.com/ringcx-go/ringcx/internal/profile"
)

func TestNoBitOfAStoredSecretChangesUnnoticed(t *testing.T) {
	value, err := profile.StoredSecrets("s3cret", "eyJ.a.b")
	if err != nil {
		t.Fatal(err)
	}
	secret, jwt, sound, err := profile.ReadSecrets(value)
	if secret != "s3cret" || jwt != "eyJ.a.b" || err != nil {
		t.Fatalf("%q %q %v", secret, jwt, err)
	}
	for bit := range 8 * len(value) {
		flipped := bytes.Clone(value)
		flipped[bit/8] ^= 1 << (bit % 8)
		if _, _, got, err := profile.ReadSecrets(flipped); err == nil && got != sound {
			t.Errorf("%s is taken to be sound", flipped)
		}
	}
	for cut := range value {
		if _, _, _, err := profile.ReadSecrets(value[:cut]); err == nil {
			t.Errorf("%s is taken to be sound", value[:cut])
		}
	}
	for _, text := range []string{string(value) + "\n", string(value) + "\r\n", `{"client_id":"app","server_url":"https://a.example","user":"1","client_secret":"s3cret","jwt":"eyJ.a.b"}`} {
		if _, _, got, err := profile.ReadSecrets([]byte(text)); err != nil || got != sound {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{string(value) + string(value), `{}{}`, `null x`, ``} {
		if _, _, _, err := profile.ReadSecrets([]byte(text)); err == nil {
			t.Errorf("%q is taken to be sound", text)
		}
	}
}
