package profile

import (
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

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/store/file"
)

// PlaceForProfile finds out early whether a profile can be kept.
func (a *Accounts) PlaceForProfile() error {
	if a.ConfigDir() == "" {
		return usage.New("there is no home directory to keep the profile in", "set HOME or XDG_CONFIG_HOME, or use the variables without a login")
	}
	a.warnOthersHome(a.ConfigDir())
	if err := os.MkdirAll(a.ConfigDir(), 0o700); err != nil {
		return file.Explain(a.ConfigDir(), err)
	}
	if err := file.Replaceable(a.SettingsPath()); err != nil {
		return err
	}
	probe, err := os.CreateTemp(a.ConfigDir(), ".probe-*")
	if err != nil {
		return file.Explain(a.ConfigDir(), err)
	}
	_ = probe.Close()
	return os.Remove(probe.Name())
}

// Configurable reports whether there is a place for config.toml.
func (a *Accounts) Configurable() error {
	if a.ConfigDir() == "" {
		return usage.New("there is no home directory to keep profiles in", "set HOME or XDG_CONFIG_HOME")
	}
	return nil
}

// SettingsPath is where config.toml is.
func (a *Accounts) SettingsPath() string { return filepath.Join(a.ConfigDir(), "config.toml") }

// ReadSettings reads config.toml, and warns of what is not known in it. Where there is none, the settings are empty.
func (a *Accounts) ReadSettings() (*Settings, error) {
	s, _, err := a.loadSettings()
	return s, err
}

// loadSettings reads config.toml, and warns of what is not known in it.
func (a *Accounts) loadSettings() (*Settings, string, error) {
	if a.ConfigDir() == "" {
		return &Settings{}, "", nil
	}
	data, err := a.readSettingsFile()
	if errors.Is(err, fs.ErrNotExist) {
		return &Settings{}, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	s, warnings, err := ParseSettings(data)
	if err != nil {
		return nil, "", usage.New(fmt.Sprintf("%s: %s", a.SettingsPath(), err), usage.Hint(err))
	}
	for _, problem := range s.Unfit {
		problem.Problem = fmt.Sprintf("%s: %s", a.SettingsPath(), problem.Problem)
	}
	for _, w := range warnings {
		a.Warn(fmt.Sprintf("%s: %s", a.SettingsPath(), w))
	}
	return s, string(data), nil
}

// readSettingsFile reads config.toml, which nobody else may have written.
func (a *Accounts) readSettingsFile() ([]byte, error) {
	f, err := file.OpenOwned(a.SettingsPath(), a.Warn)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, env.MaxInput+1))
	if err == nil && len(data) > env.MaxInput {
		err = usage.New(fmt.Sprintf("%s has more than %d kB, which no list of profiles needs", a.SettingsPath(), env.MaxInput>>10), mendSettings)
	}
	return data, err
}

const mendSettings = "mend the file, or remove it and log in again"

// ParseSettings reads config.toml. A setting that is not known may be misspelt, or of a newer version: it is a warning. So is
// a profile that cannot be used, which others do without: see settings.unfit.
func ParseSettings(data []byte) (s *Settings, warnings []string, err error) {
	wrong := func(hint, problem string, path ...string) *usage.Error {
		if n := readDocument(string(data)).lineOf(path...); n > 0 {
			problem = fmt.Sprintf("line %d: %s", n, problem)
		}
		return usage.New(problem, hint)
	}
	s, meta, misfits, err := decodeSettings(string(data))
	if err != nil {
		return nil, nil, usage.New(wording.OneLine(strings.TrimPrefix(err.Error(), "toml: ")), mendSettings)
	}
	unfit := func(name string, problem *usage.Error) {
		if _, told := s.Unfit[name]; !told {
			problem.Remedy = strings.Replace(problem.Remedy, mendSettings, "mend it, or forget the profile: ringcx profile delete --local "+shell.Word(name), 1)
			s.Unfit[name] = problem
		}
	}
	for _, m := range misfits {
		problem := wrong(mendSettings, m.problem, m.path...)
		if len(m.path) == 1 || m.path[0] != "profile" {
			return nil, nil, problem
		}
		unfit(m.path[1], problem)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Profiles)) {
		if problem, hint := s.Profiles[name].valid(); problem != "" {
			unfit(name, wrong(hint, fmt.Sprintf("profile %q: %s", wording.Clip(name), problem), "profile", name))
		}
		if err := CheckName(name); err != nil {
			unfit(name, wrong(mendSettings, err.Error(), "profile", name))
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(s.Directories)) {
		if !filepath.IsAbs(dir) && !strings.HasPrefix(dir, "/") {
			return nil, nil, wrong(mendSettings, fmt.Sprintf("the directory %q is not a whole path", wording.Clip(dir)), "directory", dir)
		}
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		warnings = unknownSettings(readDocument(string(data)), unknown)
	}
	return s, warnings, nil
}

// meant is the name of the setting that a key would be in small letters; "" if it is one, or none. The TOML library takes both
// for the same, and where a file has both, now one and now the other.
func meant(key toml.Key) string {
	name, known := key[0], rootSettings
	if len(key) > 2 && name == "profile" {
		name, known = key[2], profileFields
	}
	for _, k := range known {
		if name != k && strings.EqualFold(name, k) {
			return k
		}
	}
	return ""
}

// unknownSettings tells each setting that is not known, its line and what may have been meant. Of a table it is the name.
func unknownSettings(d *document, keys []toml.Key) (warnings []string) {
	var above toml.Key
	for _, key := range keys {
		if len(above) > 0 && isAbove(above, key) {
			continue
		}
		above = key
		known := slices.Clone(rootSettings)
		if len(key) > 1 && key[0] == "profile" {
			known = slices.Clone(profileFields)
		}
		last := key[len(key)-1]
		slices.SortStableFunc(known, func(a, b string) int { return wording.Distance(last, a) - wording.Distance(last, b) })
		text := fmt.Sprintf("%q is not a setting that this version knows, and does nothing", key.String())
		if n := d.lineOf(key...); n > 0 {
			text = fmt.Sprintf("line %d: %s", n, text)
		}
		if len(key) <= 3 && wording.Distance(last, known[0]) <= max(2, len(last)/3) {
			text += fmt.Sprintf("; did you mean %s?", known[0])
		}
		warnings = append(warnings, text)
	}
	return warnings
}

// lockWait is how long a change of config.toml waits for another command that changes it, at most.
const lockWait = 10 * time.Second

// ChangeSettings changes config.toml, where it stands as far as that can be done: commands that do so at the same time do it
// one after the other, each on what the one before left, and a crash leaves the old file or the new one. The lock is a file of its own that stays.
func (a *Accounts) ChangeSettings(change func(*Settings) error) error {
	if err := os.MkdirAll(a.ConfigDir(), 0o700); err != nil {
		return file.Explain(a.ConfigDir(), err)
	}
	wait := max(min(lockWait, a.MaxWait), takes)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.Context), wait)
	defer cancel()
	defer a.Awaits("another command that changes "+a.SettingsPath(), time.Now().Add(wait))()
	unlock, err := file.Lock(ctx, a.SettingsPath()+".lock")
	switch {
	case err != nil && ctx.Err() != nil:
		return usage.NewBusy(a.SettingsPath()+" is being changed", wait)
	case err != nil:
		return file.Explain(a.ConfigDir(), err)
	}
	defer unlock()
	s, text, err := a.loadSettings()
	if err != nil {
		return err
	}
	was := &Settings{Default: s.Default, Profiles: maps.Clone(s.Profiles), Directories: maps.Clone(s.Directories), Unfit: s.Unfit}
	if err := change(s); err != nil {
		return err
	}
	out, inPlace := edited(text, was, s)
	switch {
	case out == text:
		return nil
	case !inPlace && len(s.Unfit) > 0:
		for _, problem := range s.Unfit {
			return problem // to write it anew would lose what is wrong and could be mended
		}
	case !inPlace:
		spare := a.SettingsPath() + ".bak"
		if err := file.Replace(spare, []byte(text)); err != nil {
			return err
		}
		a.Inform("%s could not be changed line by line and is written anew; with its comments it is kept as %s.\n", a.SettingsPath(), spare)
	}
	return file.Replace(a.SettingsPath(), []byte(out))
}

// Rule finds the rule for a directory: that of itself or else of the nearest above it.
func (s *Settings) Rule(dir string) (path, name string) {
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
