package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/sandbox"
	"github.com/ringcx-go/ringcx/sandbox/datafile"
)

// keep has the sandbox keep everything in its file, and gives what lets go of it.
func (s *process) keep() (closing func() error, err error) {
	path := s.Data
	if path == "" {
		return func() error { return nil }, nil
	}
	data, err := datafile.Open(path)
	if err != nil {
		text := strings.TrimPrefix(strings.TrimPrefix(err.Error(), path+" "), path+": ")
		if wrong := (*fs.PathError)(nil); errors.As(err, &wrong) && wrong.Path == path {
			text = wrong.Err.Error() // the path is named already
		}
		return nil, usage.New("--data "+path+": "+text, dataHint(text))
	}
	for _, loose := range data.WasOpen() {
		fmt.Fprintf(s.Talk.Stderr, "Other users could read %s until now. It is private from now on (mode 0600).\n", loose)
	}
	s.Sandbox.Keeper = data
	return data.Close, nil
}

// badStart is why a sandbox does not start: its options, or what is kept in the file data.
func badStart(text, data string) error {
	if data == "" || !strings.Contains(text, "what was kept") {
		for begins, flag := range map[string]string{
			"token lifetime": "--token-ttl: the ", "unknown algorithm": "--algorithm: ", "hostile is": "--hostile: ", "there is no profile": "--emulate: ",
		} {
			if strings.HasPrefix(text, begins) {
				text = flag + text
			}
		}
		return usage.New(text, "see 'ringcx sandbox --help'")
	}
	return usage.New("--data "+data+": "+text, dataHint(text))
}

// dataHint is what helps where a file cannot be used.
func dataHint(text string) string {
	switch {
	case strings.Contains(text, "no such file"):
		return "make the directory that it is to lie in, or give another file"
	case strings.Contains(text, "with seed"):
		return "start it with that seed, or give another file"
	case strings.Contains(text, "symbolic link"):
		return "give the file that it leads to"
	case strings.Contains(text, "in use"):
		return "give another file, or stop what uses this one"
	case strings.Contains(text, "is an SQLite database"):
		return "give another file, and with --snapshot what that ringcx saved"
	case strings.Contains(text, "a newer version of ringcx"):
		return "update this program, or give another file: this one was left as it is"
	case strings.Contains(text, "is damaged"), strings.Contains(text, "reading what was kept"):
		return "the file is damaged: give another one, or a copy from before"
	}
	return "give another file"
}

// takeSnapshot makes box what a snapshot in a file says.
func takeSnapshot(box *sandbox.Server, path string) error {
	if path == "" {
		return nil
	}
	const purpose = "give what GET /_sandbox/snapshot answered"
	f, err := os.Open(path) //nolint:gosec // the user's file
	if err != nil {
		return usage.WithHint(errors.New("--snapshot "+usage.OfPath(err)), purpose)
	}
	defer f.Close() //nolint:errcheck // it was read
	if err := box.Restore(f); err != nil {
		text, hint := strings.TrimPrefix(err.Error(), "sandbox: "), purpose
		if strings.Contains(text, `snapshot is "ringcx-sandbox/`) { // of another version than this program's
			hint = "update this program, or " + purpose + " of this version"
		}
		return usage.New(fmt.Sprintf("--snapshot %s: %s", path, text), hint)
	}
	return nil
}

// checkSeed refuses a snapshot of another seed than the one that was asked for, before it takes the place of anything.
func (s *process) checkSeed() error {
	if !s.Seeded || s.Snapshot == "" {
		return nil
	}
	trial, err := sandbox.New(&sandbox.Options{})
	if err == nil {
		err = takeSnapshot(trial, s.Snapshot)
	}
	if err != nil {
		return err
	}
	if made := s.seedOf(trial); made != s.Sandbox.Seed {
		return usage.New(fmt.Sprintf("--snapshot %s: it was made with seed %d, not %d", s.Snapshot, made, s.Sandbox.Seed), "leave --seed out, or give another snapshot")
	}
	return nil
}
