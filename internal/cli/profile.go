package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/ringcx-go/ringcx"
)

// settings is config.toml: profiles, without secrets.
type settings struct {
	Default  string             `toml:"default,omitempty"` // the profile used when none is named; "": "default"
	Profiles map[string]profile `toml:"profile,omitempty"`
}

// profile is a named lineage: which app, at which vendor.
type profile struct {
	ClientID    string `toml:"client_id"`
	RingCentral string `toml:"server_url"`
	RingCX      string `toml:"ringcx_server_url"`
}

// secrets are what later renewals of a profile need. They live in the Store, beside the lineage.
type secrets struct {
	ClientSecret string `json:"client_secret,omitempty"`
	JWT          string `json:"jwt,omitempty"`
}

// profileName is what a profile may be called: lower-case letters, digits, - and _, at most 64, the first a letter or a
// digit. Written out, because compiling a pattern would be most of the package's share in every start of the command.
var profileName nameRule

type nameRule struct{}

func (nameRule) MatchString(s string) bool {
	for i, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		case i > 0 && (c == '-' || c == '_'):
		default:
			return false
		}
	}
	return s != "" && len(s) <= 64
}

func (a *app) settingsPath() string { return filepath.Join(a.configDir(), "config.toml") }

func (a *app) readSettings() (*settings, error) {
	s := &settings{}
	if a.configDir() == "" {
		return s, nil
	}
	data, err := os.ReadFile(a.settingsPath())
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	meta, err := toml.Decode(string(data), s)
	if err != nil {
		return nil, &usageError{
			fmt.Sprintf("%s: %s", a.settingsPath(), strings.TrimPrefix(err.Error(), "toml: ")), "mend the file, or remove it and log in again",
		}
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, &usageError{fmt.Sprintf("%s: unknown setting %q", a.settingsPath(), unknown[0].String()), "known are default and, for each profile, client_id, server_url and ringcx_server_url"}
	}
	return s, nil
}

// writeSettings replaces config.toml as a whole, so that a crash leaves the old one or the new one.
func (a *app) writeSettings(s *settings) error {
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(s); err != nil {
		return err
	}
	return writePrivate(a.settingsPath(), b.Bytes())
}

// writePrivate writes a file that only its owner reads, in a directory made for it.
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

func secretsKey(profile string) string { return profile + ".credentials" }

// readSecrets answers nil if what is stored cannot be understood.
func (a *app) readSecrets(store ringcx.Store, profile string) (*secrets, error) {
	value, err := store.Load(a.Context, secretsKey(profile))
	if err != nil || value == nil {
		return &secrets{}, err
	}
	s := &secrets{}
	if json.Unmarshal(value, s) != nil {
		return nil, nil
	}
	return s, nil
}

func (a *app) writeSecrets(store ringcx.Store, profile string, s *secrets) error {
	var value []byte
	if s != nil {
		var err error
		if value, err = json.Marshal(s); err != nil { //nolint:gosec // the Store is where secrets belong
			return err
		}
	}
	return store.Update(a.Context, secretsKey(profile), func(_ []byte, save func([]byte) error) error { return save(value) })
}
