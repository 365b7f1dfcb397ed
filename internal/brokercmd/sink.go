package brokercmd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// sink is a file that holds the access token of a profile, for programs that read one.
type sink struct {
	file    string
	profile string // "": the first
	json    bool   // an object as /token answers it; false: the token alone
	mode    fs.FileMode
	owner   int // -1: this user
	group   int // -1: that of this process
}

// readSink reads [[sink]].
func (c *config) readSink(t *table) sink {
	s := sink{
		file: c.path(t.text("file", `file = "/run/ringcx/token"`)), profile: t.text("profile", `profile = "support"`),
		json: t.word("format", "token", "json") == "json", owner: -1, group: -1,
	}
	s.mode = cmp.Or(readMode(t, "mode", t.text("mode", `mode = "0640"`)), 0o600)
	owner, group := t.text("owner", `owner = "app"`), t.text("group", `group = "app"`)
	t.done()
	if !t.has("file") {
		t.fail(t.line(t.path), "the sink has no file", `such as: file = "/run/ringcx/token"`)
	}
	if n, err := userNumber(owner); owner != "" && err == nil {
		s.owner = int(n)
	} else if owner != "" {
		t.misfit("owner", fmt.Sprintf("is %q, which this machine does not have", wording.Clip(owner)), "give the name or the number of a user")
	}
	if n, err := groupNumber(group); group != "" && err == nil {
		s.group = int(n)
	} else if group != "" {
		t.misfit("group", fmt.Sprintf("is %q, which this machine does not have", wording.Clip(group)), "give the name or the number of a group")
	}
	c.names(t, "file", s.file, true)
	if s.file != "" {
		f := named{of: t, setting: "file", path: s.file}
		c.later = append(c.later, func() {
			f.isReplaceable(s.owner)
			f.isGivable(&s)
		})
	}
	c.serves(t, s.profile)
	if s.mode&0o007 != 0 {
		t.misfit("mode", "lets everybody on this machine have the token", `such as: mode = "0640", with group`)
	}
	return s
}

// keep writes the tokens of a session to the file, each when it comes, until ctx ends. While it cannot be written unkept has why.
func (s *sink) keep(ctx context.Context, session ringcx.TokenSource, log *slog.Logger, unkept *sync.Map) {
	defer unkept.Delete(s.file)
	last, failures := "", 0
	for {
		t, err := session.Token(ctx)
		if err == nil && t.AccessToken != last {
			if err = s.write(t); err == nil {
				last = t.AccessToken
				unkept.Delete(s.file)
				log.Info("the token file was written", "file", s.file, "until", t.Expiry.UTC().Format(time.RFC3339))
			} else {
				unkept.Store(s.file, fmt.Sprintf("the sink %s cannot be written: %s", s.file, usage.PlainPath(err)))
			}
		}
		pause := sinkLooks
		switch {
		case err == nil:
			failures = 0
		case ctx.Err() != nil:
			return
		default:
			failures++
			pause = min(time.Second<<min(failures, 6), 30*time.Second)
			log.Error("the token file could not be written", "file", s.file, "error", err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// sinkLooks is how soon a sink notices another token. To ask for it is a read of memory.
const sinkLooks = 2 * time.Second

// write puts a token into the file: who reads it finds the old one or the new one.
func (s *sink) write(t *ringcx.Token) error {
	text := t.AccessToken
	if s.json {
		body, err := json.Marshal(map[string]any{"access_token": t.AccessToken, "token_type": t.TokenType, "expires_at": t.Expiry.UTC().Format(time.RFC3339)})
		if err != nil {
			return err
		}
		text = string(body) + "\n"
	}
	if what, mends := inTheWay(s.file, s.owner); what != "" { // since the broker began
		return usage.New(s.file+" "+what, mends)
	}
	temp, err := s.begin()
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // once it is in its place there is nothing of this name
	_, err = temp.WriteString(text)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return errors.New(strings.ReplaceAll(err.Error(), temp.Name(), s.file))
	}
	return os.Rename(temp.Name(), s.file)
}

// begin begins the file beside its place, as it is to be.
func (s *sink) begin() (*os.File, error) {
	temp, err := temporary(s.file)
	if err != nil {
		return nil, err
	}
	if s.owner >= 0 || s.group >= 0 {
		err = temp.Chown(s.owner, s.group)
	}
	if err == nil {
		err = temp.Chmod(s.mode)
	}
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		_, _ = temp.Close(), os.Remove(temp.Name())
		return nil, &fs.PathError{Op: at.Op, Path: s.file, Err: at.Err}
	}
	return temp, err
}

// temporary is a new file for this user alone, in the directory of another.
func temporary(path string) (*os.File, error) {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		err = &fs.PathError{Op: at.Op, Path: path, Err: at.Err}
	}
	return temp, err
}
