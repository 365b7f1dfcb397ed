//go:build linux

package check_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const systemd = "../systemd"

// names of what is installed; packages have them, too.
var names = []string{"ringcx-broker.service", "ringcx-broker.socket", "ringcx-doctor.service", "ringcx-doctor.timer", "ringcx.sysusers", "ringcx.tmpfiles"}

// units are the files of units in a directory of their own, for a machine that has the command. change, if not nil, is done to each.
func units(t *testing.T, change func(name, text string) string) (paths []string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names[:4] {
		text := strings.ReplaceAll(read(t, filepath.Join(systemd, name)), "/usr/bin/ringcx", "/bin/true")
		if change != nil {
			text = change(name, text)
		}
		paths = append(paths, filepath.Join(dir, name))
		write(t, paths[len(paths)-1], text, 0o644)
	}
	return paths
}

func TestSystemdUnderstandsTheUnits(t *testing.T) {
	need(t, "systemd-analyze")
	verify := func(change func(name, text string) string) string {
		out, err := exec.CommandContext(t.Context(), "systemd-analyze", append([]string{"verify"}, units(t, change)...)...).CombinedOutput()
		if err != nil && len(out) == 0 {
			t.Fatal(err)
		}
		return string(out)
	}
	if said := verify(nil); said != "" {
		t.Error(said)
	}
	if said := verify(func(_, text string) string { return strings.Replace(text, "ListenStream", "ListenSteam", 1) }); !strings.Contains(said, "ListenSteam") {
		t.Errorf("a typo passes: %s", said)
	}
}

// mostExposed is what systemd-analyze may say of a service: 0 is locked away, 10 is anything.
const mostExposed = 2.0

func TestTheServicesAreExposedToLittle(t *testing.T) {
	need(t, "systemd-analyze")
	level := func(unit string) float64 {
		out, err := exec.CommandContext(t.Context(), "systemd-analyze", "security", "--offline=true", unit).CombinedOutput()
		m := regexp.MustCompile(`(?m)Overall exposure level for .*: ([0-9.]+) `).FindSubmatch(out)
		if m == nil {
			t.Fatal(err, string(out))
		}
		n, _ := strconv.ParseFloat(string(m[1]), 64)
		return n
	}
	for i, unit := range units(t, nil) {
		if filepath.Ext(unit) != ".service" {
			continue
		}
		n := level(unit)
		t.Logf("%s: %.1f", names[i], n)
		if n > mostExposed {
			t.Errorf("the exposure of %s is %.1f, and may be %.1f", names[i], n, mostExposed)
		}
	}
	loose := units(t, func(_, text string) string { return strings.ReplaceAll(text, "SystemCallFilter=", "#") })
	if n := level(loose[0]); n <= mostExposed {
		t.Errorf("without a filter of system calls it is %.1f all the same", n)
	}
}

// settings are the lines of a unit, comments left out.
func settings(t *testing.T, name string) (all []string) {
	t.Helper()
	for line := range strings.Lines(read(t, filepath.Join(systemd, name))) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	return all
}

// set is the value of a setting.
func set(t *testing.T, name, setting string) string {
	t.Helper()
	for _, line := range settings(t, name) {
		if value, found := strings.CutPrefix(line, setting+"="); found {
			return value
		}
	}
	t.Fatalf("%s has no %s", name, setting)
	return ""
}

func TestTheDoctorIsHeldAsShortAsTheBroker(t *testing.T) {
	tail := func(name string) []string {
		all := settings(t, name)
		from, to := slices.Index(all, "NoNewPrivileges=yes"), slices.Index(all, "UMask=0077")
		return slices.DeleteFunc(all[from:to+1], func(line string) bool { return line == "SystemCallFilter=@chown" })
	}
	if broker, doctor := tail("ringcx-broker.service"), tail("ringcx-doctor.service"); !slices.Equal(broker, doctor) {
		t.Errorf("%q\n%q", broker, doctor)
	}
}

func TestThePageInstallsOnASystemWithoutTheDirectories(t *testing.T) {
	const marked = "The packages install the files; by hand, from a clone:"
	_, page, _ := strings.Cut(read(t, "../../docs/deploy.md"), marked)
	_, page, _ = strings.Cut(page, "```sh\n")
	block, _, _ := strings.Cut(page, "```")
	root, env := t.TempDir(), filepath.Join(t.TempDir(), "ringcx.env")
	write(t, env, "RC_USER_JWT=x\n", 0o600)
	here := strings.NewReplacer(" /etc/", " "+root+"/etc/", " /usr/", " "+root+"/usr/", "~/ringcx.env", env, " bin/ringcx", " "+command)
	count := 0
	for line := range strings.Lines(block) {
		if line, _, _ = strings.Cut(line, " && systemd-"); !strings.HasPrefix(line, "install ") {
			continue
		}
		count++
		line = here.Replace(line)
		if strings.Contains(line, " /etc") || strings.Contains(line, " /usr") || strings.Contains(line, "~") {
			t.Fatalf("it would change this machine: %s", line)
		}
		cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
		cmd.Dir = systemd
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", line, err, out)
		}
	}
	for path, mode := range map[string]os.FileMode{
		"usr/bin/ringcx": 0o755, "etc/systemd/system/ringcx-doctor.timer": 0o644, "etc/sysusers.d/ringcx.conf": 0o644, "etc/tmpfiles.d/ringcx.conf": 0o644,
		"etc/ringcx/broker.toml": 0o644, "etc/ringcx/ringcx.env": 0o600,
	} {
		if info, err := os.Stat(filepath.Join(root, path)); err != nil || info.Mode() != mode {
			t.Errorf("%d lines leave %s so: %v %v", count, path, info, err)
		}
	}
}

func TestUserAndDirectoriesAreMade(t *testing.T) {
	need(t, "systemd-sysusers")
	need(t, "systemd-tmpfiles")
	if os.Geteuid() != 0 {
		t.Skip("only root may give files to others")
	}
	root := t.TempDir()
	write(t, filepath.Join(root, "etc/group"), "", 0o644)
	write(t, filepath.Join(root, "etc/passwd"), "", 0o644)
	for _, of := range [][]string{{"systemd-sysusers", "ringcx.sysusers"}, {"systemd-tmpfiles", "--create", "ringcx.tmpfiles"}} {
		path, err := filepath.Abs(filepath.Join(systemd, of[len(of)-1]))
		if err != nil {
			t.Fatal(err)
		}
		args := append([]string{"--root=" + root}, append(of[1:len(of)-1:len(of)-1], path)...)
		if out, err := exec.CommandContext(t.Context(), of[0], args...).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
	home := set(t, "ringcx-broker.service", "StateDirectory")
	if passwd := read(t, filepath.Join(root, "etc/passwd")); !strings.Contains(passwd, ":/var/lib/"+home+":/usr/sbin/nologin") {
		t.Error(passwd)
	}
	for path, mode := range map[string]os.FileMode{"var/lib/ringcx": 0o700, "var/log/ringcx": 0o750, "run/ringcx": 0o755} {
		if info, err := os.Stat(filepath.Join(root, path)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v %v", path, info, err)
		}
	}
}

func TestTheServicesFindTheirStoreWhateverHomeTheirUserHas(t *testing.T) {
	for _, unit := range []string{"ringcx-broker.service", "ringcx-doctor.service"} {
		if home := set(t, unit, "Environment"); home != "HOME=%S/"+set(t, unit, "StateDirectory") {
			t.Errorf("%s has %s", unit, home)
		}
	}
}
