package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/prometheus/procfs"
)

// process is a server as a process of its own, on loopback.
type process struct {
	cmd  *exec.Cmd
	url  string // that it prints when it is ready
	args []string
}

var printedURL = regexp.MustCompile(`http://127\.0\.0\.1:\d+[\w/]*`)

const readyWithin = 30 * time.Second

// start runs a command until it prints its URL.
func start(env []string, command ...string) (*process, error) {
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{cmd: exec.CommandContext(ctx, command[0], command[1:]...), args: command} //nolint:gosec // commands that this program has chosen
	p.cmd.Env = append(os.Environ(), env...)
	out, in := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = in, in
	if err := p.cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	impatience := time.AfterFunc(readyWithin, cancel)
	go func() { _ = in.CloseWithError(p.cmd.Wait()) }()
	lines, said := bufio.NewScanner(out), ""
	for lines.Scan() {
		if p.url = printedURL.FindString(lines.Text()); p.url != "" {
			impatience.Stop()
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return p, nil
		}
		said += lines.Text() + "\n"
	}
	cancel()
	return nil, fmt.Errorf("%s did not get ready: %w\n%s", strings.Join(command, " "), errors.Join(lines.Err(), ctx.Err()), said)
}

func (p *process) stop() { _ = p.cmd.Process.Kill() }

// address is host and port of the process.
func (p *process) address() string {
	u, err := url.Parse(p.url)
	if err != nil {
		return p.url
	}
	return u.Host
}

// processor is seconds of processor time since some beginning.
type processor struct {
	server, self float64 // of a server, and of this program
	busy, all    float64 // of the machine
}

func processorTimes(server *process) (p processor, err error) {
	machine, err := procfs.NewDefaultFS()
	if err != nil {
		return p, err
	}
	for pid, seconds := range map[int]*float64{server.cmd.Process.Pid: &p.server, os.Getpid(): &p.self} {
		proc, err := machine.Proc(pid)
		if err != nil {
			return p, err
		}
		stat, err := proc.Stat()
		if err != nil {
			return p, err
		}
		*seconds = stat.CPUTime()
	}
	stat, err := machine.Stat()
	t := stat.CPUTotal
	p.busy = t.User + t.Nice + t.System + t.IRQ + t.SoftIRQ + t.Steal
	p.all = p.busy + t.Idle + t.Iowait
	return p, err
}

// memory is what of the process is in memory now, and was at most, in bytes.
func (p *process) memory() (now, peak uint64, err error) {
	proc, err := procfs.NewProc(p.cmd.Process.Pid)
	if err != nil {
		return 0, 0, err
	}
	status, err := proc.NewStatus()
	return status.VmRSS, status.VmHWM, err
}
