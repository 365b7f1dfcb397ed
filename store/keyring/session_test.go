//go:build linux

package keyring_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/store/keyring"
)

// child is the environment variable that makes the test binary a program that adds to a lineage in the directory it
// names, with the keyring of its session, and prints it.
const child = "RINGCX_KEYRING_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(child); dir != "" {
		os.Exit(program(dir))
	}
	os.Exit(m.Run())
}

func program(dir string) int {
	s := &keyring.Store{Dir: dir, Available: func() error { return keyring.Available(os.Getenv) }}
	err := s.Update(context.Background(), "k", func(old []byte, save func([]byte) error) error {
		value := append(bytes.Clone(old), 'x')
		fmt.Println(string(value))
		return save(value)
	})
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	return 0
}

// inSession runs a shell script in a session with a bus of its own. $0 is the program.
func inSession(t *testing.T, home, script string) (string, error) {
	t.Helper()
	for _, name := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("RINGCX_TEST_REQUIRE") == "1" {
				t.Fatal(err)
			}
			t.Skipf("needs a keyring: %v; scripts/need.sh installs it", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	// The output goes to a file: a daemon that outlives the session would hold on to a pipe.
	printed, err := os.Create(filepath.Join(t.TempDir(), "printed"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = printed.Close() }()
	cmd := exec.CommandContext(ctx, "dbus-run-session", "--config-file=testdata/bus.conf", "--", "sh", "-c", script, os.Args[0])
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + filepath.Join(home, "run"), "GORACE=atexit_sleep_ms=0",
		child + "=" + filepath.Join(home, "state"),
	}
	cmd.Stdout = printed // and the errors nowhere: the daemons are talkative
	if err = cmd.Run(); ctx.Err() != nil {
		t.Fatal("the session does not end")
	}
	out, readErr := os.ReadFile(printed.Name())
	return string(out), errors.Join(err, readErr)
}

// house is an empty home.
func house(t *testing.T) string {
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	return home
}

// unlock starts an open keyring, lock a closed one, and both wait until the bus knows it.
const (
	unlock = `printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null; ` + await
	lock   = `gnome-keyring-daemon --start --components=secrets >/dev/null; ` + await
	await  = `tries=0; until dbus-send --session --print-reply --dest=org.freedesktop.DBus / ` +
		`org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true || [ $tries -ge 600 ]; ` +
		`do tries=$((tries + 1)); sleep 0.05; done; `
)

func TestProgramsThatStartAtOnceShareTheKeyOfARealKeyring(t *testing.T) {
	home := house(t)
	out, err := inSession(t, home, unlock+`"$0" & a=$!; "$0" & b=$!; wait $a && wait $b && "$0"`)
	if err != nil || out != "x\nxx\nxxx\n" {
		t.Fatalf("%v, the programs say\n%s", err, out)
	}
	// The keyring keeps it when the session ends.
	out, err = inSession(t, home, unlock+`"$0"`)
	if err != nil || out != "xxxx\n" {
		t.Errorf("%v, in the next session the program says\n%s", err, out)
	}
}

func TestARealKeyringThatIsLockedIsNotWaitedForLong(t *testing.T) {
	home := house(t)
	if out, err := inSession(t, home, unlock+`"$0"`); err != nil {
		t.Fatalf("%v, the program says\n%s", err, out)
	}
	begin := time.Now()
	out, err := inSession(t, home, lock+`"$0"`)
	if took := time.Since(begin); err == nil || !strings.HasPrefix(out, "error: cannot read the keyring: ") || took > 20*time.Second {
		t.Errorf("after %v %v, the program says\n%s", took, err, out)
	}
	t.Logf("%s", out)
}

func TestASessionWithoutAKeyringSaysSo(t *testing.T) {
	out, err := inSession(t, house(t), `DBUS_SESSION_BUS_ADDRESS= "$0"`)
	if err == nil || !strings.HasPrefix(out, "error: there is no keyring in this session") {
		t.Errorf("%v, the program says\n%s", err, out)
	}
}
