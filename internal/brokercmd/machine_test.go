package brokercmd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

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

func TestWhatCannotBeWrittenToOnThisMachineIsTold(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes and sockets are not the same there")
	}
	for text, want := range map[string][2]string{
		`audit = "no/such/audit.jsonl"`:                           {"audit is in a directory that cannot be used: no such file", "make the directory"},
		`audit = "file/audit.jsonl"`:                              {"audit is below a file", "in a directory"},
		`audit = "open/audit.jsonl"`:                              {"audit is in a directory in which everybody can replace it (mode 0777)", "chmod o-w"},
		`audit = "shared/audit.jsonl"`:                            {},
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
		dir := t.TempDir()
		for name, mode := range map[string]os.FileMode{"open": 0o777, "shared": 0o777 | os.ModeSticky, "dir": 0o755} {
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
		for name, mode := range map[string]os.FileMode{"file": 0o600, "loose": 0o644, "dir/audit": 0o600} {
			if err := os.WriteFile(filepath.Join(dir, name), nil, mode); err != nil {
				t.Fatal(err)
			}
		}
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
