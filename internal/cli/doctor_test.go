package cli_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/cli"
)

func TestTheDoctorDoesNotTellThePasswordOfAProxy(t *testing.T) {
	p := newPerson(t)
	p.env["RINGCX_SERVER_URL"] = "https://ringcx.example.com"
	broken := &http.Client{Transport: &http.Transport{Proxy: func(r *http.Request) (*url.URL, error) {
		if r.URL.Scheme == "http" {
			return nil, nil
		}
		return nil, fmt.Errorf("invalid proxy address %q", "user:hunter22@proxy")
	}}}
	var out, talk bytes.Buffer
	code := cli.Main(&cli.Env{
		Args: []string{"doctor"}, Stdout: &out, Stderr: &talk, Context: t.Context(), HTTPClient: broken,
		Getenv: func(name string) string { return p.env[name] },
	})
	if code != 1 || !strings.Contains(out.String(), "[proxy-unreadable]") || strings.Contains(out.String()+talk.String(), "hunter22") {
		t.Errorf("exit code %d\n%s%s", code, out.String(), talk.String())
	}
}

func TestOnATerminalTheDoctorUsesMarks(t *testing.T) {
	p := newPerson(t)
	if out, _ := p.types(0, "doctor"); !strings.HasPrefix(out, "✓  settings") || !strings.HasSuffix(out, "\nNothing is wrong.\n") {
		t.Errorf("the healthy see\n%s", out)
	}
	if err := os.WriteFile(filepath.Join(p.env["XDG_STATE_HOME"], "ringcx", "sandbox.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, talk := p.types(1, "doctor")
	if !strings.Contains(out, "✗  login     ") || talk != "ringcx: the doctor found a problem: session-damaged\n" {
		t.Errorf("the damaged see\n%s%s", out, talk)
	}
}
