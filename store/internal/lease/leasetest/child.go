//go:build unix

package leasetest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// childVariable is the environment variable that makes a test binary a child. Its value is URL, key, lease and whether it
// saves past the fence.
const childVariable = "RINGCX_STORE_CHILD"

// child is another process that holds a key: it has saved "intent" and waits to be told to save "stale".
type child struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
}

// start runs the test binary again, as a child.
func (s *Suite[S]) start(t *testing.T, key string, lease time.Duration, unfenced bool) *child {
	t.Helper()
	c := &child{cmd: exec.Command(os.Args[0])} //nolint:gosec,noctx // ourselves, until the test ends
	c.cmd.Env = append(c.cmd.Environ(), fmt.Sprintf("%s=%s %s %v %v", childVariable, s.server.URL(), key, lease, unfenced))
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.lines = bufio.NewScanner(out)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.signal(t, syscall.SIGKILL)
		_ = c.cmd.Wait() // it was killed
	})
	if line := c.line(); line != "holding" {
		t.Fatalf("the child says %q", line)
	}
	return c
}

func (c *child) line() string {
	if !c.lines.Scan() {
		return "nothing"
	}
	return c.lines.Text()
}

// finish lets the child save, and returns what it says to that.
func (c *child) finish(t *testing.T) string {
	t.Helper()
	if _, err := io.WriteString(c.in, "go\n"); err != nil {
		t.Fatal(err)
	}
	return c.line()
}

func (c *child) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := c.cmd.Process.Signal(sig); err != nil && sig != syscall.SIGKILL {
		t.Fatal(err)
	}
}

// child is what a child does, as the value of the variable says.
func (s *Suite[S]) child(spec string, in io.Reader, out io.Writer) error {
	var url, key, length string
	var unfenced bool
	if _, err := fmt.Sscan(spec, &url, &key, &length, &unfenced); err != nil {
		return err
	}
	lease, err := time.ParseDuration(length)
	if err != nil {
		return err
	}
	ctx := context.Background()
	store, err := s.Open(ctx, url)
	if err != nil {
		return err
	}
	defer store.Close()
	s.Set(store, lease, 0)
	return store.Update(ctx, key, func(_ []byte, save func([]byte) error) error {
		if err := save([]byte("intent")); err != nil {
			return err
		}
		fmt.Fprintln(out, "holding")
		if _, err := bufio.NewReader(in).ReadString('\n'); err != nil {
			return err
		}
		if unfenced {
			save = func(value []byte) error { return s.Overwrite(ctx, url, key, value) }
		}
		if err := save([]byte("stale")); err != nil {
			fmt.Fprintln(out, "error:", strings.ReplaceAll(err.Error(), "\n", " "))
			return nil
		}
		fmt.Fprintln(out, "saved")
		return nil
	})
}
