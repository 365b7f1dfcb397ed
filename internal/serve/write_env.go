package serve

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/sandbox"
	"github.com/ringcx-go/ringcx/store/file"
)

// writeEnv writes the variables that lead to the sandbox at url.
func (s *process) writeEnv(url string, demo sandbox.Credentials) error {
	vars, _ := variablesOf("jwt", url, demo)
	trust, err := s.At.trust()
	if err != nil {
		return err
	}
	text, err := shell.Export(append(vars, trust...))
	if err != nil {
		return err
	}
	return ofFlag("--write-env", s.WriteEnv, writePrivate(s.WriteEnv, []byte(text)))
}

// ofFlag is what is wrong with the path that a flag names.
func ofFlag(flag, path string, err error) error {
	if err == nil {
		return nil
	}
	err = file.Explain(path, err)
	text := err.Error()
	if !strings.Contains(text, path) {
		text = path + ": " + text
	}
	return usage.WithHint(fmt.Errorf("%s: %w", flag, &rephrased{text, err}), wording.First(usage.Hint(err), "give "+flag+" another place"))
}

// rephrased is an error in other words.
type rephrased struct {
	text string
	error
}

func (e *rephrased) Error() string { return e.text }
func (e *rephrased) Unwrap() error { return e.error }

// writePrivate writes a file that only its owner reads, in a directory made for it. A link in its place is replaced.
func writePrivate(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
