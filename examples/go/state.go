package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// state is what the state file holds.
type state struct {
	Identity string `json:"identity"` // of the client whose tokens these are
	tokens
}

// identity tells whose tokens the state file holds, so that they are never sent to another server or used for another
// user.
func (c *client) identity() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{c.ringCentral, c.ringCX, c.id, c.jwt}, "\n")))
	return hex.EncodeToString(sum[:])
}

// load reads the tokens of the last run, if there are any of this client.
func (c *client) load() error {
	text, err := os.ReadFile(c.statePath)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	var s state
	switch {
	case json.Unmarshal(text, &s) != nil:
		say(c.statePath + " is damaged, its tokens are lost")
	case s.Identity == c.identity():
		c.tokens = s.tokens
	}
	return nil
}

// save replaces the state file whole: a crash leaves the old tokens or the new ones. Only this user may read it.
func (c *client) save() error {
	text, err := json.Marshal(state{c.identity(), c.tokens})
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(c.statePath), ".ringcx-*") // with mode 0600
	if err != nil {
		return fmt.Errorf("save the tokens: %w", err)
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), c.statePath)
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return fmt.Errorf("save the tokens: %w", err)
	}
	return nil
}
