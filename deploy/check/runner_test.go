//go:build linux

package check_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// job is what a runner keeps of a job from step to step.
type job struct {
	t    *testing.T
	dir  string
	env  map[string]string
	path string
	out  map[string]string // of the last action
	log  string            // of all steps, without what is told to the runner
	mask []string          // what the runner was told to mask
}

func newJob(t *testing.T) *job {
	t.Helper()
	need(t, "curl")
	j := &job{t: t, dir: t.TempDir(), path: filepath.Dir(command) + ":" + os.Getenv("PATH")}
	j.env = map[string]string{
		"HOME": j.dir, "RUNNER_TEMP": filepath.Join(j.dir, "temp of runner"), "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64", tracking: j.dir,
	}
	t.Cleanup(j.end)
	if err := os.Mkdir(j.env["RUNNER_TEMP"], 0o700); err != nil {
		t.Fatal(err)
	}
	return j
}

// file is one of those in which steps tell the runner something; what the step before told is gone.
func (j *job) file(name string) string {
	path := filepath.Join(j.dir, name)
	write(j.t, path, "", 0o600)
	return path
}

// uses runs the steps of an action as a runner does, with inputs of a workflow. The first error ends it. skip names steps that are
// left out.
func (j *job) uses(path string, inputs map[string]string, skip ...string) error {
	j.t.Helper()
	a := readAction(j.t, path)
	for name := range inputs {
		if _, ok := a.Inputs[name]; !ok {
			j.t.Fatalf("%s has no input %s", path, name)
		}
	}
	j.out = map[string]string{}
	here, err := filepath.Abs(filepath.Join("../..", filepath.Dir(path)))
	if err != nil {
		j.t.Fatal(err)
	}
	for _, s := range a.Runs.Steps {
		if slices.Contains(skip, s.Name) {
			continue
		}
		env := map[string]string{"GITHUB_ACTION_PATH": here}
		for name, value := range s.Env {
			of := expression.FindStringSubmatch(value)[1]
			given, ok := inputs[of]
			if !ok {
				given = a.Inputs[of].Default
			}
			env[name] = given
		}
		if err := j.step(s.Run, env); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return nil
}

// step runs a script, with what the steps before have told the runner.
func (j *job) step(script string, more map[string]string) error {
	j.t.Helper()
	told := map[string]string{}
	env := maps.Clone(j.env)
	env["PATH"] = j.path
	maps.Copy(env, more)
	for _, name := range []string{"GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"} {
		told[name] = j.file(name)
		env[name] = told[name]
	}
	ctx, cancel := context.WithTimeout(j.t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	cmd.Dir = j.dir
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out := new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = out, out
	err := cmd.Run()
	for line := range strings.Lines(out.String()) {
		if secret, ok := strings.CutPrefix(line, "::add-mask::"); ok {
			j.mask = append(j.mask, strings.TrimSpace(secret))
		} else {
			j.log += line
		}
	}
	j.takes(told["GITHUB_ENV"], j.env)
	j.takes(told["GITHUB_OUTPUT"], j.out)
	for line := range strings.Lines(j.read(told["GITHUB_PATH"])) {
		j.path = strings.TrimSpace(line) + ":" + j.path
	}
	j.log += j.read(told["GITHUB_STEP_SUMMARY"])
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func (j *job) read(path string) string {
	j.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		j.t.Fatal(err)
	}
	return string(text)
}

// takes puts NAME=value lines of a file where they belong.
func (j *job) takes(path string, to map[string]string) {
	j.t.Helper()
	for line := range strings.Lines(j.read(path)) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !ok {
			j.t.Errorf("the runner does not understand %q", line)
		}
		to[name] = value
	}
}

// tracking is the variable by which a runner finds what is left of a job.
const tracking = "RUNNER_TRACKING_ID"

// end ends what steps left in the background, as a runner does at the end of a job.
func (j *job) end() {
	all, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		j.t.Error(err)
	}
	for _, path := range all {
		env, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(env, []byte(tracking+"="+j.dir+"\x00")) {
			continue // it has ended, or is none of ours
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// keeps fails the test if a secret is in the log of the job.
func (j *job) keeps(secrets ...string) {
	j.t.Helper()
	for _, s := range secrets {
		if s == "" || strings.Contains(j.log, s) {
			j.t.Errorf("a secret of %d characters is in the log", len(s))
		}
	}
}
