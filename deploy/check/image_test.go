//go:build linux

package check_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// user is that of the image.
const user = "65532:65532"

// image is what deploy/container/Containerfile makes, as a directory that nobody may write to.
type image struct {
	t       *testing.T
	root    string
	volumes []string // KIND NAME PATH MODE, as testdata/image.sh has it
	files   string   // of the volumes
	env     []string // the image's own
	user    string
}

func newImage(t *testing.T) *image {
	t.Helper()
	need(t, "unshare")
	if os.Geteuid() != 0 {
		t.Skip("only root may become another user, and mount")
	}
	text := read(t, "../container/Containerfile")
	i := &image{t: t, root: t.TempDir(), files: t.TempDir(), user: user}
	for _, m := range regexp.MustCompile(`(?m)^COPY --from=build(.*) /out/(\S+) (\S+)$`).FindAllStringSubmatch(text, -1) {
		i.copy(m[2], m[3])
	}
	for _, dir := range []string{"proc", "etc/ringcx/login", "etc/ringcx/tls"} { // where a runtime mounts it makes them
		write(t, filepath.Join(i.root, dir, "x"), "", 0o600)
		if err := os.Remove(filepath.Join(i.root, dir, "x")); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(i.root, "etc/ringcx/broker.toml"), "", 0o644)
	write(t, filepath.Join(i.root, "etc/hosts"), "127.0.0.1 localhost vendor\n", 0o644)
	i.env = strings.Fields(regexp.MustCompile(`(?m)^ENV (.*)$`).FindStringSubmatch(text)[1])
	if !strings.Contains(text, "\nUSER "+user+"\n") {
		t.Errorf("the user of the image is not %s", user)
	}
	return i
}

// copy does what a line of the file does.
func (i *image) copy(what, to string) {
	i.t.Helper()
	at := filepath.Join(i.root, to)
	switch what {
	case "empty":
		if err := os.MkdirAll(at, 0o755); err != nil {
			i.t.Fatal(err)
		}
		if err := os.Chown(at, 65532, 65532); err != nil {
			i.t.Fatal(err)
		}
	case "ringcx":
		write(i.t, at, read(i.t, command), 0o755)
	case "ca-certificates.crt":
		write(i.t, at, read(i.t, "/etc/ssl/certs/ca-certificates.crt"), 0o644)
	case "zoneinfo.zip":
		goroot, err := exec.CommandContext(i.t.Context(), "go", "env", "GOROOT").Output()
		if err != nil {
			i.t.Fatal(err)
		}
		write(i.t, at, read(i.t, filepath.Join(strings.TrimSpace(string(goroot)), "lib/time/zoneinfo.zip")), 0o644)
	case "LICENSE", "NOTICES":
		write(i.t, at, read(i.t, "../../"+what), 0o644)
	default:
		i.t.Fatalf("nobody knows what %s is", what)
	}
}

// mount has a volume with a file mounted.
func (i *image) mount(kind, name, at, mode, file, text string) {
	i.t.Helper()
	i.volumes = append(i.volumes, fmt.Sprintln(kind, name, at, mode))
	if file != "" {
		write(i.t, filepath.Join(i.files, "volumes.d", name, file), text, 0o600)
	}
}

// command is the command in a container of the image.
func (i *image) command(ctx context.Context, args ...string) *exec.Cmd {
	i.t.Helper()
	volumes := filepath.Join(i.files, "volumes")
	write(i.t, volumes, strings.Join(i.volumes, ""), 0o600)
	all := append([]string{"-m", "sh", "-e", "testdata/image.sh", i.root, volumes, i.user, "65532"}, i.env...)
	return exec.CommandContext(ctx, "unshare", append(append(all, "--"), args...)...)
}

// says runs the command and gives what it prints, and its exit code.
func (i *image) says(args ...string) (string, int) {
	i.t.Helper()
	cmd := i.command(i.t.Context(), args...)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		i.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// withLogin is an image with a secret, and a store of PostgreSQL.
func withLogin(t *testing.T, more ...string) *image {
	t.Helper()
	i := newImage(t)
	server, err := testservers.Postgres()
	testservers.Need(t, os.Getenv("RINGCX_TEST_REQUIRE") != "", err)
	t.Cleanup(func() { _ = server.Stop() })
	more = append(more, "RINGCX_STORE="+server.URL(), "RINGCX_ALLOW_HTTP=vendor")
	i.mount("secret", "login", "/etc/ringcx/login", "0440", "ringcx.env", login(t, ringcxtest.NewServer(t, nil), "vendor", more...))
	return i
}

var token = []string{"--env-file", "/etc/ringcx/login/ringcx.env", "token"}

func isToken(out string) bool {
	return regexp.MustCompile(`(?m)^[\w-]+\.[\w-]+\.[\w-]+$`).MatchString(out)
}

func TestTheImageHoldsTheCommandAndLittleElse(t *testing.T) {
	i := newImage(t)
	var all []string
	err := filepath.WalkDir(i.root, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(p, i.root+"/etc/ringcx") && !strings.HasSuffix(p, "/etc/hosts") {
			all = append(all, strings.TrimPrefix(p, i.root))
		}
		return err
	})
	if want := "/etc/ssl/certs/ca-certificates.crt /usr/bin/ringcx /usr/share/doc/ringcx/LICENSE /usr/share/doc/ringcx/NOTICES /usr/share/zoneinfo.zip"; err != nil || strings.Join(all, " ") != want {
		t.Errorf("%v %v", all, err)
	}
	if out, code := i.says("version"); code != 0 {
		t.Error(code, out)
	}
}

func TestTheImageWorksForEveryUserWithoutAHomeAndWithNothingToWriteTo(t *testing.T) {
	i := withLogin(t)
	own := i.env
	for _, as := range []string{user, "0:0", "12345:0", "12345:12345"} {
		i.user, i.env = as, own
		if out, code := i.says(token...); code != 0 || !isToken(out) {
			t.Errorf("as %s: %d %s", as, code, out)
		}
		i.env = nil
		if out, code := i.says(token...); code != 0 || !isToken(out) {
			t.Errorf("as %s without a home: %d %s", as, code, out)
		}
	}
}

func TestTheImageKeepsItsStoreInAVolumeAndSaysSoWhereThereIsNone(t *testing.T) {
	i := newImage(t)
	box := ringcxtest.NewServer(t, nil)
	i.mount("secret", "login", "/etc/ringcx/login", "0440", "ringcx.env", login(t, box, "127.0.0.1"))
	for _, as := range []string{user, "0:0", "12345:0"} {
		i.user = as
		if out, code := i.says(token...); code != 1 || isToken(out) || !strings.Contains(out, "hint: ") || !strings.Contains(out, "/var/lib/ringcx") {
			t.Errorf("as %s: %d %s", as, code, out)
		}
	}
	i.mount("empty", "state", "/var/lib/ringcx", "", "", "")
	for _, as := range []string{user, "12345:65532"} {
		i.user = as
		if out, code := i.says(token...); code != 0 || !isToken(out) {
			t.Errorf("as %s: %d %s", as, code, out)
		}
	}
}

func TestASecretThatIsMissingOrCannotBeReadIsNamed(t *testing.T) {
	i := newImage(t)
	if out, code := i.says(token...); code != 2 || !strings.Contains(out, "/etc/ringcx/login/ringcx.env: no such file or directory") {
		t.Errorf("%d %s", code, out)
	}
	i.mount("secret", "login", "/etc/ringcx/login", "0400", "ringcx.env", "RC_USER_JWT=x\n")
	i.env = append(i.env, "NOBODY=here")
	if out, code := i.says(token...); code == 0 || !strings.Contains(out, "/etc/ringcx/login/ringcx.env cannot be read") && !strings.Contains(out, "permission denied") {
		t.Errorf("%d %s", code, out)
	}
}

func TestUsersOfABrokerInAnImageAreNumbers(t *testing.T) {
	i := withLogin(t)
	check := func(text string) (string, int) {
		i.volumes = i.volumes[:1]
		i.mount("config", "config", "/etc/ringcx/broker.toml", "0644", "broker.toml", text)
		return i.says("--env-file", "/etc/ringcx/login/ringcx.env", "broker", "--check", "--config", "/etc/ringcx/broker.toml")
	}
	if out, code := check("[users]\n65532 = \"worker\"\n"); code != 0 || !strings.Contains(out, "user 65532 at a unix socket: worker") {
		t.Errorf("%d %s", code, out)
	}
	if out, code := check("[users]\nwww-data = \"web\"\n"); code != 2 || !strings.Contains(out, `there is no user "www-data" on this machine; give the name or the number of a user`) && !strings.Contains(out, "hint: give the name or the number of a user") {
		t.Errorf("%d %s", code, out)
	}
}

func TestTheConfigurationIsMountedByItselfAsItsDirectoryIsOpen(t *testing.T) {
	i := withLogin(t)
	const file = "linger = \"0s\"\n"
	i.mount("configdir", "config", "/etc/ringcx/tls", "0644", "broker.toml", file)
	args := []string{"--env-file", "/etc/ringcx/login/ringcx.env", "broker", "--check", "--config"}
	if out, code := i.says(append(args, "/etc/ringcx/tls/broker.toml")...); code != 2 || !strings.Contains(out, "is open to others, who can replace what lies in it") {
		t.Errorf("the reason of the subPath in deployment.yaml is gone: %d %s", code, out)
	}
	i.mount("config", "file", "/etc/ringcx/broker.toml", "0644", "broker.toml", file)
	if out, code := i.says(append(args, path.Clean("/etc/ringcx/broker.toml"))...); code != 0 {
		t.Errorf("%d %s", code, out)
	}
}
