package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/ringcx-go/ringcx/store/file"
)

func (a *app) settingsPath() string { return filepath.Join(a.configDir(), "config.toml") }

func (a *app) readSettings() (*settings, error) {
	if a.configDir() == "" {
		return &settings{}, nil
	}
	data, err := a.readSettingsFile()
	if errors.Is(err, fs.ErrNotExist) {
		return &settings{}, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := parseSettings(data)
	if err != nil {
		return nil, &usageError{fmt.Sprintf("%s: %s", a.settingsPath(), err), hintFor(err)}
	}
	return s, nil
}

// readSettingsFile reads config.toml, which nobody else may have written.
func (a *app) readSettingsFile() ([]byte, error) {
	f, err := file.OpenOwned(a.settingsPath(), a.tells)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, maxInput))
}

// parseSettings reads config.toml strictly: a setting that is not known may be one that is misspelt.
func parseSettings(data []byte) (*settings, error) {
	const mend = "mend the file, or remove it and log in again"
	s := &settings{}
	meta, err := toml.Decode(string(data), s)
	if err != nil {
		return nil, &usageError{oneLine(strings.TrimPrefix(err.Error(), "toml: ")), mend}
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, &usageError{
			fmt.Sprintf("unknown setting %q", unknown[0].String()),
			"known are default, directory and, for each profile, client_id, server_url, ringcx_server_url, method, client_auth, client_key_id, redirect_uri and user",
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Profiles)) {
		if problem := s.Profiles[name].valid(); problem != "" {
			return nil, &usageError{fmt.Sprintf("profile %q: %s", clip(name), problem), mend}
		}
		if err := checkProfileName(name); err != nil {
			return nil, &usageError{err.Error(), mend}
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(s.Directories)) {
		if !filepath.IsAbs(dir) && !strings.HasPrefix(dir, "/") {
			return nil, &usageError{fmt.Sprintf("the directory %q is not a whole path", clip(dir)), mend}
		}
	}
	return s, nil
}

// lockWait is how long a change of config.toml waits for another command that changes it, at most.
const lockWait = 10 * time.Second

// changeSettings changes config.toml as a whole: commands that do so at the same time do it one after the other, each on
// what the one before left, and a crash leaves the old file or the new one. The lock is a file of its own that stays.
func (a *app) changeSettings(change func(*settings) error) error {
	if err := os.MkdirAll(a.configDir(), 0o700); err != nil {
		return file.Explain(a.configDir(), err)
	}
	wait := max(min(lockWait, a.maxWait), takes)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.Context), wait)
	defer cancel()
	defer a.awaits("another command that changes "+a.settingsPath(), time.Now().Add(wait))()
	unlock, err := file.Lock(ctx, a.settingsPath()+".lock")
	switch {
	case err != nil && ctx.Err() != nil:
		return &busyError{a.settingsPath() + " is being changed", wait}
	case err != nil:
		return file.Explain(a.configDir(), err)
	}
	defer unlock()
	s, err := a.readSettings()
	if err != nil {
		return err
	}
	if err := change(s); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(s); err != nil {
		return err
	}
	return file.Replace(a.settingsPath(), b.Bytes())
}

// rule finds the rule for a directory: that of itself or else of the nearest above it.
func (s *settings) rule(dir string) (path, name string) {
	if len(s.Directories) == 0 || dir == "" {
		return "", ""
	}
	if straight, err := filepath.EvalSymlinks(dir); err == nil {
		dir = straight
	}
	for dir = filepath.Clean(dir); ; dir = filepath.Dir(dir) {
		if name := s.Directories[dir]; name != "" {
			return dir, name
		}
		if dir == filepath.Dir(dir) {
			return "", ""
		}
	}
}
