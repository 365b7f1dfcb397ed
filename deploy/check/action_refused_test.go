//go:build linux

package check_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// trusts has programs of the job trust a server that has a certificate of its own.
func (j *job) trusts(server *httptest.Server) {
	j.t.Helper()
	ca := filepath.Join(j.dir, "server.crt")
	write(j.t, ca, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})), 0o600)
	j.env["CURL_CA_BUNDLE"] = ca
}

// refused fails the test unless an action ends with an error that says why to the reader of the log.
func (j *job) refused(why string, inputs map[string]string, skip ...string) {
	j.t.Helper()
	err := j.uses("action.yml", inputs, skip...)
	if err == nil || !strings.Contains(err.Error(), "::error title=ringcx::") || !strings.Contains(err.Error(), why) {
		j.t.Errorf("with %q: %v, want %q", inputs, err, why)
	}
}

func TestASandboxThatCannotStartIsSaidAndAnotherIsNotTakenForIt(t *testing.T) {
	j := newJob(t)
	if err := j.uses("action.yml", map[string]string{"port": "0"}, install); err != nil {
		t.Fatal(err)
	}
	other := newJob(t)
	url := j.env["RC_SERVER_URL"]
	other.refused("did not start", map[string]string{"port": url[strings.LastIndex(url, ":")+1:]}, install)
	other.refused("true or false", map[string]string{"sandbox": "yes"}, install)
	other.refused("a number", map[string]string{"port": "127.0.0.1:0"}, install)
	if err := other.uses("action.yml", map[string]string{"sandbox": "false"}, install); err != nil || other.env["RC_SERVER_URL"] != "" {
		t.Errorf("a sandbox that nobody wants: %v, %q", err, other.env["RC_SERVER_URL"])
	}
	if err := other.uses(verdict, nil); err == nil || !strings.Contains(err.Error(), "has started no sandbox") {
		t.Errorf("verdicts of no sandbox: %v", err)
	}
	j.end()
	if err := j.uses(verdict, nil); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("verdicts of a sandbox that has ended: %v", err)
	}
}

func TestASandboxThatCannotStartLeavesTheVerdictsOfTheOneBefore(t *testing.T) {
	j := onSandbox(t)
	if err := j.step(misuse, nil); err != nil {
		t.Fatal(err)
	}
	url, log := j.out["url"], j.out["log"]
	j.refused("did not start", map[string]string{"port": j.env["RC_SERVER_URL"][strings.LastIndex(j.env["RC_SERVER_URL"], ":")+1:]}, install)
	if err := j.uses(verdict, nil); err != nil || j.out["count"] != "1" {
		t.Errorf("after another sandbox of %q: %v, %q", url, err, j.out)
	}
	j.tells("1 x token in a URL, first T: GET /voice/api/v1/admin/users 401")
	if text := j.read(log); !strings.Contains(text, "RingCX sandbox on ") {
		t.Errorf("its log is %q", text)
	}
	// One that listens is asked from then on.
	if err := j.uses("action.yml", map[string]string{"port": "0"}, install); err != nil {
		t.Fatal(err)
	}
	if err := j.uses(verdict, nil); err != nil || j.out["count"] != "0" {
		t.Errorf("of the next sandbox: %v, %q", err, j.out)
	}
}

func TestNothingThatTheSandboxSaysIsACommandToTheRunner(t *testing.T) {
	j := onSandbox(t)
	log := j.out["log"]
	if err := j.step(`curl -g -s -o out "$RINGCX_SERVER_URL/voice/api/v1/admin/%23%23[error]users?access_token=x"`, nil); err != nil {
		t.Fatal(err)
	}
	if err := j.uses(verdict, nil); err != nil || j.out["count"] != "1" || !strings.Contains(j.log, "[error]users") {
		t.Fatalf("%v, %q: %s", err, j.out, j.log)
	}
	// What it wrote is printed where it has ended, and where it does not start.
	said := j.log
	const hostile = "::error::told\n  ::error::told\rtold ##[error]told\n::error::told ###[error]\n"
	j.end()
	write(t, log, hostile, 0o600)
	write(t, filepath.Join(j.dir, "hostile"), hostile, 0o600)
	write(t, filepath.Join(j.dir, "bin/ringcx"), "#!/bin/sh\ncat hostile\n", 0o755)
	j.path = filepath.Join(j.dir, "bin") + ":" + j.path
	for path, why := range map[string]string{verdict: "does not answer", "action.yml": "did not start"} {
		err := j.uses(path, nil, install)
		if err == nil || !strings.Contains(err.Error(), why) || strings.Count(err.Error(), "told") != 5 {
			t.Fatalf("%v, not %s", err, why)
		}
		said += "\n" + strings.Replace(err.Error(), "exit status 1: ", "\n", 1)
	}
	for line := range strings.FieldsFuncSeq(said, func(r rune) bool { return r == '\r' || r == '\n' }) {
		line = strings.TrimSpace(line)
		if ours := strings.HasPrefix(line, "::error title=ringcx::"); strings.HasPrefix(line, "::") && !ours || strings.Contains(line, "##[") {
			t.Errorf("the runner would do as it is told: %s", line)
		}
	}
}

// packed is an archive as releases have it, with a command that says what it is.
func packed(t *testing.T, name string) []byte {
	t.Helper()
	const text = "#!/bin/sh\necho released\n"
	buf := new(bytes.Buffer)
	zip := gzip.NewWriter(buf)
	files := tar.NewWriter(zip)
	if err := files.WriteHeader(&tar.Header{Name: name + "/ringcx", Mode: 0o755, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestAReleaseIsInstalledOnlyIfItIsWhatTheChecksumsSay(t *testing.T) {
	const name = "ringcx_1.2.3_linux_amd64"
	archive := packed(t, name)
	sums := ""
	mirror := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v1.2.3/checksums.txt":
			_, _ = w.Write([]byte(sums))
		case "/v1.2.3/" + name + ".tar.gz":
			_, _ = w.Write(archive)
		case "/clear/v1.2.3/checksums.txt":
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	defer mirror.Close()
	j := newJob(t)
	j.trusts(mirror)
	release := func(version string) map[string]string {
		return map[string]string{"version": version, "releases": mirror.URL, "sandbox": "false"}
	}
	for text, why := range map[string]string{
		fmt.Sprintf("%x  %s.tar.gz\n", sha256.Sum256([]byte("another")), name): "was not installed",
		fmt.Sprintf("%x  %s.zip\n", sha256.Sum256(archive), name):              "does not have",
		fmt.Sprintf("%s  %s.tar.gz\n", "", name):                               "does not have",
	} {
		sums = text
		j.refused(why, release("1.2.3"))
	}
	sums = fmt.Sprintf("%x  ringcx_1.2.3_darwin_arm64.tar.gz\n%x  %s.tar.gz\n", sha256.Sum256(nil), sha256.Sum256(archive), name)
	j.refused("is there such a version", release("1.2.4"))
	j.refused("one of a release", release("latest"))
	j.refused("one of a release", release("1.2.3/../../x"))
	j.refused("cannot be had", map[string]string{"version": "1.2.3", "releases": strings.Replace(mirror.URL, "https:", "http:", 1)})
	j.refused("cannot be had", map[string]string{"version": "1.2.3", "releases": mirror.URL + "/clear"})
	if strings.Contains(j.path, j.env["RUNNER_TEMP"]) {
		t.Errorf("what was refused is in PATH: %s", j.path)
	}
	for _, version := range []string{"1.2.3", "v1.2.3"} {
		if err := j.uses("action.yml", release(version)); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.step("ringcx token", nil); err != nil || !strings.HasSuffix(j.log, "released\n") {
		t.Errorf("%v: %s", err, j.log)
	}
	j.env["RUNNER_ARCH"] = "ARM"
	j.refused("this processor", release("1.2.3"))
}
