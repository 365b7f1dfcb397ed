package profile_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/profile"
)

func TestWhatIsWrongInTheSettingsIsToldByItsLine(t *testing.T) {
	const app = "[profile.a]\nclient_id = \"x\"\nserver_url = \"https://a\"\nringcx_server_url = \"https://b\"\n"
	for text, want := range map[string]string{
		"": "",
		"default = \"a\"\n[profile.a]\nclient_id = \"x\"\nserver_url = \"https://a\"\nringcx_server_url = \"https://b\"\n": "",
		app + "method = \"browser\"\nredirect_uri = \"http://127.0.0.1:1/callback\"\n[directory]\n\"/a\" = \"a\"\n":        "",
		"\ufeff" + strings.ReplaceAll(app, "\n", "\r\n"):                                                                   "",
		app + "client_auth = \"private_key_jwt\"\nclient_key_id = \"k\"\n":                                                 "",
		"[profile.a]\nmethod = \"direct\"\nringcx_server_url = \"https://b\"\n":                                            "",
		app + "[directory]\n\"work\" = \"a\"\n":                                                                            `line 6: the directory "work" is not a whole path`,
		"default = \"":                                                                                                     "line 1",
		app + app:                                                                                                          "line 5",
		"default=''\ndefault=''":                                                                                           "line 2",
	} {
		_, _, err := profile.ParseSettings([]byte(text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestSettingsThatAreNotKnownAreWarnings(t *testing.T) {
	const app = "[profile.a]\nmethod = \"direct\"\nringcx_server_url = \"https://b\"\n"
	for text, want := range map[string]string{
		app + "[directory]\n":           "",
		app + "user = \"u\"\n":          "",
		"defautl = \"a\"\n":             `line 1: "defautl" is not a setting that this version knows, and does nothing; did you mean default?`,
		"\n[directories]\n\"/a\"='a'\n": `line 2: "directories" is not a setting that this version knows, and does nothing; did you mean directory?`,
		app + "clientid = \"x\"\n":      `line 4: "profile.a.clientid" is not a setting that this version knows, and does nothing; did you mean client_id?`,
		app + "secret = \"x\"\n":        `line 4: "profile.a.secret" is not a setting that this version knows, and does nothing`,
		"version = 2\n" + app:           `line 1: "version" is not a setting that this version knows, and does nothing`,
		app + "[profile.a.more]\nx=1\n": `line 4: "profile.a.more" is not a setting that this version knows, and does nothing`,
	} {
		s, warnings, err := profile.ParseSettings([]byte(text))
		if err != nil || s == nil || strings.Join(warnings, "|") != want {
			t.Errorf("%q: %q, %v, want %q", text, warnings, err, want)
		}
	}
}

func FuzzParseSettings(f *testing.F) {
	for _, s := range []string{
		"", "default = \"a\"\n[profile.a]\nclient_id = \"x\"\n", "[profile.a]\nmethod = \"jwt\"\n[directory]\n\"/a\" = \"a\"\n", "\x00", "[[profile]]", "profile = 1", "0=0b",
		"\ufeff# x\r\n[profile.a]\r\nmethod='direct' # y\r\nringcx_server_url='https://b'\r\n[profile.a.more]\r\nx=\"\"\"\r\n[profile.a]\"\"\"\r\n",
		"profile.a={method='direct',ringcx_server_url='https://b',x=[1,\n2]}\n[[more]]\nx=1\n[[more]]", "directory={'/a'='b'}",
		"[profile.1]\nmethod='B00'\nMethod='278B1' ", "[prOfile.a.more]", "[pr.a]\n0=\"\"\n[directorY]\n\"/a\"=\"7\"\n", "[profile.a]\nmethod='jwt'\nMethod='direct'\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, _, err := profile.ParseSettings(data)
		if (s == nil) == (err == nil) {
			t.Fatalf("%v, %v", s, err)
		}
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r\x1b\x00") {
				t.Fatalf("not one printable line: %q", err)
			}
			return
		}
		for _, server := range []string{"", "https://new"} {
			if _, _, err := profile.Entered(string(data), "a", server, "/a", server); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestASettingInCapitalsIsNamedAndNotTakenForAnother(t *testing.T) {
	for text, problem := range map[string]string{
		"Default = 'a'\n": `line 1: "Default" is written "default"`,
		"[profile.a]\nmethod = 'jwt'\n[DIRECTORY]\n":                              `line 3: "DIRECTORY" is written "directory"`,
		"x = 1\n[prOfile.a.more]\n":                                               `line 2: "prOfile" is written "profile"`,
		"[profile.a]\nmethod = 'jwt'\nMethod = 'direct'\n":                        `line 3: "profile.a.Method" is written "method"`,
		"[profile.default]\nmethod = 'direct'\nringcx_server_url = 'https://b'\n": "", // a name of its own
		"[more]\nDefault = 1\n":                                                   "", // not known at all, which is a warning
	} {
		unfit, err := profile.Unfit(text)
		if err == nil && len(unfit) > 0 {
			err = errors.New(unfit[0])
		}
		if got := fmt.Sprint(err); problem == "" && err != nil || problem != "" && got != problem {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// The TOML library takes the names of one line for those of the other, and keeps the value of either.
func TestASettingThatIsThereTwiceInTwoSpellingsIsTheOneThatIsWrittenRight(t *testing.T) {
	const text = "[profile.z]\nringcx_server_url = \"https://z\"\nmethod = \"direct\"\nMethod = \"legacy\"\nMETHOD = 3\n"
	for range 50 { // the order changes from run to run
		s, _, err := profile.ParseSettings([]byte(text))
		if err != nil || s.Profiles["z"].Method != profile.ByDirect || s.Unfit["z"] == nil {
			t.Fatalf("%+v, %v", s, err)
		}
		out, inPlace, err := profile.Entered(text, "a", "https://a", "/a", "a")
		if err != nil || !inPlace || !strings.HasPrefix(out, text) {
			t.Fatalf("in place %t, %v:\n%s", inPlace, err, out)
		}
	}
}

func TestKeysThatAnAppCanSignWithAreReadInEveryForm(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p256, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	pkcs8 := func(key any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	}
	short, _ := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // to be refused
	sec1, _ := x509.MarshalECPrivateKey(p256)
	parameters := pem.EncodeToMemory(&pem.Block{Type: "EC PARAMETERS", Bytes: []byte{6, 0}})
	for name, c := range map[string]struct {
		text []byte
		ok   bool
	}{
		"RSA, PKCS #8":     {pkcs8(rsaKey), true},
		"RSA, PKCS #1":     {pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey)}), true},
		"P-256, PKCS #8":   {pkcs8(p256), true},
		"P-256, SEC 1":     {pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: sec1}), true},
		"P-256 of openssl": {append(parameters, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: sec1})...), true},
		"Ed25519":          {pkcs8(edKey), true},
		"after a mark":     {append([]byte("\ufeff"), pkcs8(p256)...), true},
		"P-384":            {pkcs8(p384), false},
		"RSA, 1024 bits":   {pkcs8(short), false},
		"nothing":          {nil, false},
		"parameters alone": {parameters, false},
	} {
		if key, err := profile.ParseKey(c.text); (err == nil) != c.ok || (key == nil) == c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFileOfVariablesIsTakenAtItsWord(t *testing.T) {
	const text = "\ufeff# settings\r\nexport RC_APP_CLIENT_ID=plain\r\nRINGCX_PASSWORD=a$B1$$c${RC_APP_CLIENT_ID}#d\r\n" +
		"RC_APP_CLIENT_SECRET=\"x$Y z\" # a comment\r\nRC_USER_JWT='a$b.c.d'\r\nOTHER=\r\n"
	want := map[string]string{
		"RC_APP_CLIENT_ID": "plain", "RINGCX_PASSWORD": "a$B1$$c${RC_APP_CLIENT_ID}#d", "RC_APP_CLIENT_SECRET": "x$Y z",
		"RC_USER_JWT": "a$b.c.d", "OTHER": "",
	}
	got, err := profile.ParseEnv(text)
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}
