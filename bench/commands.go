package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const starts = 30

// contestant is a command that prints a token it has stored.
type contestant struct {
	name      string
	path      string
	args      []string
	env       []string
	cpu, wall []float64 // milliseconds of each start
}

// commands are whole processes, from start to exit: a token from a warm store, against gh's.
func commands() error {
	dir, err := os.MkdirTemp("", "ringcx-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ours, stop, err := warmRingCX(dir)
	if err != nil {
		return err
	}
	defer stop()
	all := []*contestant{ours}
	if path, err := exec.LookPath("gh"); err == nil {
		all = append(all, warmGH(dir, path))
	}
	for range starts {
		for _, c := range all {
			if err := c.start(); err != nil {
				return err
			}
		}
	}
	fmt.Printf("a token from a warm store, start to exit, median of %d\n", starts)
	for _, c := range all {
		fmt.Printf("  %-24s %6.1f ms of processor, %6.1f ms of time", c.name, median(c.cpu), median(c.wall))
		if c != ours {
			fmt.Printf("  %.1f times the processor", median(c.cpu)/median(ours.cpu))
		}
		fmt.Println()
	}
	if len(all) == 1 {
		fmt.Println("  (gh is not installed, so there is nothing to compare with)")
	}
	return nil
}

func (c *contestant) start() error {
	cmd := exec.Command(c.path, c.args...) //nolint:gosec,noctx // programs this command has chosen
	cmd.Env = c.env
	begin := time.Now()
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	if len(out) < 10 {
		return errors.New(c.name + " printed no token")
	}
	c.wall = append(c.wall, time.Since(begin).Seconds()*1000)
	c.cpu = append(c.cpu, (cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()).Seconds()*1000)
	return nil
}

// warmRingCX builds the command and logs it in to a sandbox.
func warmRingCX(dir string) (*contestant, func(), error) {
	bin := filepath.Join(dir, "ringcx")
	if err := buildCommand(bin); err != nil {
		return nil, nil, err
	}
	v, err := newVendor(nil)
	if err != nil {
		return nil, nil, err
	}
	demo := v.Demo()
	env := []string{"HOME=" + dir}
	login := exec.Command(bin, "login", "--jwt") //nolint:gosec,noctx // our own command
	login.Env = append(env, "RC_SERVER_URL="+v.url, "RINGCX_SERVER_URL="+v.url, "RC_APP_CLIENT_ID="+demo.ClientID, "RC_APP_CLIENT_SECRET="+demo.ClientSecret, "RC_USER_JWT="+demo.JWT)
	if out, err := login.CombinedOutput(); err != nil {
		v.close()
		return nil, nil, fmt.Errorf("log in: %w\n%s", err, out)
	}
	return &contestant{name: "ringcx token", path: bin, args: []string{"token"}, env: env}, v.close, nil
}

// buildCommand builds the command, with the versions that its own module asks for.
func buildCommand(bin string, flags ...string) error {
	args := append([]string{"build", "-C", "..", "-trimpath", "-ldflags=-s -w", "-o", bin}, flags...)
	build := exec.Command("go", append(args, "./cmd/ringcx")...) //nolint:gosec,noctx // our own command
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build ringcx: %w\n%s", err, out)
	}
	return nil
}

func warmGH(dir, path string) *contestant {
	config := filepath.Join(dir, "gh")
	hosts := "github.com:\n    user: bench\n    oauth_token: gho_0123456789012345678901234567890123456789\n    git_protocol: https\n"
	_ = os.MkdirAll(config, 0o700)
	_ = os.WriteFile(filepath.Join(config, "hosts.yml"), []byte(hosts), 0o600)
	return &contestant{name: "gh auth token", path: path, args: []string{"auth", "token"}, env: []string{"HOME=" + dir, "GH_CONFIG_DIR=" + config}}
}
