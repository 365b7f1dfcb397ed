package brokercmd_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/brokercmd"
)

// at is a configuration in a directory, and what is wrong with it on this machine.
func at(dir, text string) [][2]string {
	return brokercmd.CheckConfig(filepath.Join(dir, "broker.toml"), text)
}

// wants looks for a problem, which has a line, and its remedy.
func wants(t *testing.T, wrong [][2]string, line int, problem, remedy string) {
	t.Helper()
	for _, w := range wrong {
		if strings.Contains(w[0], fmt.Sprintf("broker.toml:%d: ", line)) && strings.Contains(w[0], problem) && strings.Contains(w[1], remedy) {
			return
		}
	}
	t.Errorf("%q says nothing of %q in line %d, with %q", wrong, problem, line, remedy)
}

// machine is a directory with files and directories of many kinds.
func machine(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"state": 0o700, "open": 0o777, "shared": 0o777 | os.ModeSticky, "dir": 0o755} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("dir", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "open/dir"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nothing", filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	for name, holds := range map[string]string{
		"login": `{"version":1,"access_token":"x","refresh_token":"y"}`, "words": "root:x:0:0:root:/root:/bin/sh\n", "key": "rcxb_0123456789abcdef_x\n",
		"token": "eyJhbGciOiJub25lIn0.e30.", "password": "MyPassword123\n", "dotted": "my.long.password", "stand-in": broker.StandIn("rcxb_0123456789abcdef_x"),
		"credential": jwt(fmt.Sprintf(`{"iss":"https://platform.ringcentral.com","exp":%d}`, time.Now().Add(30*24*time.Hour).Unix())), // RC_USER_JWT
		"access":     jwt(fmt.Sprintf(`{"exp":%d}`, time.Now().Add(5*time.Minute).Unix())) + "\n", "ended": jwt(`{"exp":1000}`),
		"object": `{"access_token":"x","expires_at":"2030-01-01T00:00:00Z","token_type":"Bearer"}` + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(holds), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, mode := range map[string]os.FileMode{"file": 0o600, "loose": 0o644, "dir/audit": 0o600} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// jwt has the form of one, with claims.
func jwt(claims string) string {
	return "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func TestWhatCannotBeWrittenToOnThisMachineIsTold(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes and sockets are not the same there")
	}
	for text, want := range map[string][2]string{
		`audit = "no/such/audit.jsonl"`:                           {"audit is in a directory that cannot be used: no such file", "make the directory"},
		`audit = "file/audit.jsonl"`:                              {"audit is below a file", "in a directory"},
		`audit = "open/audit.jsonl"`:                              {"audit is in a directory in which everybody can replace it (mode 0777)", "chmod o-w"},
		`audit = "shared/audit.jsonl"`:                            {},
		`audit = "open/dir/audit.jsonl"`:                          {"/open, in which everybody can replace it (mode 0777)", "chmod o-w"},
		`audit = "dangling"`:                                      {"audit is a link to a file that is not there", "the file itself"},
		"[[sink]]\nfile = \"open/dir/token\"":                     {"sink.file is below the directory", "chmod o-w"},
		"[[sink]]\nfile = \"login\"":                              {"sink.file is a file that holds something else than a token", "may be new"},
		"[[sink]]\nfile = \"words\"":                              {"sink.file is a file that holds something else than a token", "may be new"},
		"[[sink]]\nfile = \"state/new\"":                          {"sink.file is in the directory of the store", "another directory"},
		"store = \"file:dir\"\n[[sink]]\nfile = \"link/new\"":     {"sink.file is in the directory of the store", "another directory"},
		"store = \"file:dir\"\n[[sink]]\nfile = \"state/new\"":    {},
		"[[sink]]\nfile = \"key\"":                                {"sink.file is a file that holds something else than a token", "may be new"},
		"[[sink]]\nfile = \"password\"":                           {"sink.file is a file that holds something else than a token", "may be new"},
		"[[sink]]\nfile = \"dotted\"":                             {"sink.file is a file that holds something else than a token", "may be new"},
		"[[sink]]\nfile = \"stand-in\"":                           {"sink.file is a file that holds something else than a token", "may be new"},
		"[[sink]]\nfile = \"credential\"":                         {"sink.file is a file that holds something else than a token", "may be new"},
		"[[sink]]\nfile = \"access\"":                             {},
		"[[sink]]\nfile = \"ended\"":                              {},
		"[[sink]]\nfile = \"token\"":                              {},
		"[[sink]]\nfile = \"object\"":                             {},
		`audit = "dir"`:                                           {"audit cannot be used", "a file"},
		`audit = "loose"`:                                         {"chmod 600", "a file"},
		`audit = "new"`:                                           {},
		"[[sink]]\nfile = \"no/such/token\"":                      {"sink.file is in a directory that cannot be used", "make the directory"},
		"[[sink]]\nfile = \"open/token\"":                         {"sink.file is in a directory in which everybody can replace it", "chmod o-w"},
		"[[sink]]\nfile = \"dir\"":                                {"sink.file is no file", "which may be new"},
		"[[sink]]\nfile = \"loose\"":                              {},
		"[[listen]]\naddress = \"unix:no/such/broker.sock\"":      {"listen.address is in a directory that cannot be used", "make the directory"},
		"[[listen]]\naddress = \"unix:open/broker.sock\"":         {"listen.address is in a directory in which everybody can replace it", "chmod o-w"},
		"[[listen]]\naddress = \"unix:loose\"":                    {"listen.address is a path where something else than a socket is", "another path"},
		"[[listen]]\naddress = \"unix:broker.sock\"":              {},
		"audit = \"one\"\n[[sink]]\nfile = \"link/../other\"":     {},
		"[[sink]]\nfile = \"link/x\"\n[[sink]]\nfile = \"dir/x\"": {"sink.file is the file of sink.file in line 2, too", "a file of its own"},
		"audit = \"link/audit\"\n[[sink]]\nfile = \"dir/audit\"":  {"sink.file is the file of audit in line 1, too", "a file of its own"},
	} {
		dir := machine(t)
		wrong := at(dir, text)
		if want[0] == "" {
			if len(wrong) > 0 {
				t.Errorf("%s: %q", text, wrong)
			}
			continue
		}
		wants(t, wrong, strings.Count(text, "\n")+1, want[0], want[1])
		for _, w := range brokercmd.ParseConfig(filepath.Join(dir, "broker.toml"), text) { // the control: the text alone is good
			t.Errorf("%s: %q", text, w)
		}
	}
}

func TestACertificateOutOfItsTimeAndAKeyThatOthersReadAreTold(t *testing.T) {
	text := func(cert, key string) string { return fmt.Sprintf("[tls]\ncert = %q\nkey = %q\n", cert, key) }
	good, key := certificate(t, "broker.internal")
	if wrong := at(t.TempDir(), text(good, key)); len(wrong) > 0 {
		t.Error(wrong)
	}
	ended, endedKey := certificateUntil(t, "broker.internal", time.Now().Add(-time.Minute))
	wants(t, at(t.TempDir(), text(ended, endedKey)), 1, ended+" has ended at ", "SIGHUP")
	if runtime.GOOS == "windows" {
		return
	}
	if err := os.Chmod(key, 0o644); err != nil { //nolint:gosec // that is the point
		t.Fatal(err)
	}
	wants(t, at(t.TempDir(), text(good, key)), 1, "is open to others", "chmod 600")
	wants(t, at(t.TempDir(), text(good, filepath.Join(t.TempDir(), "none.key"))), 1, "none.key: no such file", "PEM")
}

func TestAMissingKeyAndAMissingCertificateAreTwoMistakes(t *testing.T) {
	wrong := at(t.TempDir(), "[tls]\ncert = \"no.crt\"\nkey = \"no.key\"\nclient_ca = \"no.ca\"\n[tls.callers]\n\"a.internal\" = \"a\"\n")
	for _, name := range []string{"no.crt", "no.key", "no.ca"} {
		wants(t, wrong, 1, name+": no such file", "PEM")
	}
}

func TestEachMistakeOfAnIssuerIsToldInItsLine(t *testing.T) {
	text := "[[oidc]]\nissuer = \"http://ci.example\"\naudience = [\"\"]\nname = \"{repository}\"\nalgorithms = [\"HS256\"]\nkeys = \"http://ci.example/keys\"\n" +
		"ca = \"none.crt\"\nclaims = {repository = \"acme/*\"}\n"
	wrong := at(t.TempDir(), text)
	wants(t, wrong, 2, "oidc: the issuer has to be https", "")
	wants(t, wrong, 3, "oidc.audience holds an empty text", "")
	wants(t, wrong, 4, "oidc: ", "")
	wants(t, wrong, 5, `oidc: "HS256" is no algorithm`, "")
	wants(t, wrong, 6, "oidc: the place of the keys has to be https", "")
	wants(t, wrong, 7, "none.crt", "")
	if len(wrong) != 6 {
		t.Errorf("%q", wrong)
	}
}

func TestAFileOfAnIssuerThatIsMissingIsNamed(t *testing.T) {
	issuer := "[[oidc]]\nissuer = \"https://ci.example\"\naudience = [\"x\"]\nname = \"ci:{repository}\"\nclaims = {repository = \"acme/*\"}\n"
	for setting, name := range map[string]string{"keys": "keys.json", "ca": "ca.crt", "token_file": "token"} {
		dir := t.TempDir()
		wrong := at(dir, issuer+setting+" = \""+name+"\"\n")
		if setting == "keys" && len(wrong) == 0 {
			t.Error("keys in a file that is not there are accepted")
		}
		found := false
		for _, w := range wrong {
			found = found || strings.Contains(w[0], filepath.Join(dir, name)) && strings.Contains(w[0], "broker.toml:")
		}
		if !found {
			t.Errorf("%s: %q", setting, wrong)
		}
	}
}

func TestWhatOtherUsersCanReplaceIsTold(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() != 0 {
		t.Skip("only root makes files of other users")
	}
	dir := t.TempDir()
	for _, name := range []string{"theirs", "theirs/below"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil { //nolint:gosec // that is the point
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "token"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const sink = "[[sink]]\nfile = \"token\"\n"
	if wrong := at(dir, "audit = \"theirs/audit\"\n"+sink); len(wrong) > 0 { // the control
		t.Error(wrong)
	}
	for _, name := range []string{"theirs", "token"} {
		if err := os.Chown(filepath.Join(dir, name), 12345, -1); err != nil {
			t.Fatal(err)
		}
	}
	wants(t, at(dir, "audit = \"theirs/audit\"\n"), 1, "audit is in a directory of user 12345, who can replace it", "chown")
	wants(t, at(dir, "audit = \"theirs/below/audit\"\n"), 1, "theirs, of user 12345, who can replace it", "chown")
	wants(t, at(dir, sink), 2, "sink.file is a file of user 12345, and is not replaced", "may be new")
	if wrong := at(dir, sink+"owner = \"12345\"\n"); len(wrong) > 0 { // that it was given to
		t.Error(wrong)
	}
}
