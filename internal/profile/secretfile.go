package profile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/store/file"
)

// ReadSecret reads what the user names for a secret, and says where it came from: a private file, a pipe, or standard input
// if the name is "-". The purpose begins with the flag that names it.
func (a *Accounts) ReadSecret(name, purpose string, limit int64) (data, from string, err error) {
	in, from := a.Stdin, "standard input"
	waits := name == "-"
	if !waits {
		f, pipe, err := a.openSecret(name, purpose)
		if err != nil {
			return "", "", err
		}
		if f != nil {
			defer func() { _ = f.Close() }()
			in = f
		}
		if from, waits = name, pipe; pipe {
			in = nil
		}
	}
	var all []byte
	if waits {
		all, err = a.readPipe(in, name, from, limit)
	} else {
		all, err = io.ReadAll(io.LimitReader(in, limit+1))
	}
	switch {
	case err != nil:
		return "", "", file.Explain(name, err)
	case int64(len(all)) > limit:
		return "", "", usage.New(fmt.Sprintf("%s is too large to be what is asked for: it has more than %d kB", from, limit>>10), purpose)
	}
	if name == "-" {
		if err := a.CutLine(string(all)); err != nil {
			return "", "", err
		}
	}
	text := strings.TrimPrefix(string(all), env.ByteOrderMark)
	if problem := env.EncodingProblem(text); problem != "" {
		return "", "", usage.New(from+" "+problem, "save it as UTF-8; in PowerShell: Set-Content -Encoding ascii")
	}
	return text, from, nil
}

// openSecret opens a private file. A pipe is not opened, which would wait for who writes to it; into one that has a name
// others must not be able to write.
func (a *Accounts) openSecret(name, purpose string) (f *os.File, pipe bool, err error) {
	info, err := os.Stat(name)
	switch {
	case err != nil && isSecretItself(name):
		flag, _, _ := strings.Cut(purpose, " ")
		return nil, false, usage.New(flag+" names a file, and seems to have been given a secret; other users of the machine could read it there", purpose+", or - for standard input")
	case errors.Is(err, fs.ErrNotExist):
		if _, linked := os.Lstat(name); linked != nil {
			return nil, false, usage.New(usage.OfPath(err), purpose)
		}
	case err == nil && info.IsDir():
		return nil, false, usage.New(name+" is a directory", purpose)
	case err == nil && (info.Mode()&fs.ModeNamedPipe != 0 || isTerminal(name, info)):
		if err := file.CheckOwned(name); err != nil && isNamed(name) && info.Mode()&fs.ModeNamedPipe != 0 {
			return nil, false, err
		}
		return nil, true, nil
	case err == nil && !info.Mode().IsRegular():
		return nil, false, usage.New(name+" is a socket or a device, not a file", purpose)
	}
	tell := a.Warn
	if a.ofServiceManager(name) {
		tell = nil
	}
	f, err = file.OpenPrivate(name, tell)
	hint := usage.Hint(err)
	switch {
	case err == nil:
		return f, false, nil
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) && hint == "":
		return nil, false, usage.New(usage.OfPath(err), purpose)
	case strings.HasPrefix(hint, "chmod") && !isLink(name): // a link is how secrets are mounted
		return nil, false, err
	case errors.Is(err, fs.ErrPermission): // to the shell, too
		return nil, false, err
	}
	return nil, false, usage.WithHint(err, hint+"; or pass it on standard input: "+onStdin(purpose, name))
}

// ofServiceManager tells a file of $CREDENTIALS_DIRECTORY: systemd sets the access lists there, which show as bits of a group, for this
// service alone.
func (a *Accounts) ofServiceManager(name string) bool {
	dir := a.Getenv("CREDENTIALS_DIRECTORY")
	if !filepath.IsAbs(name) {
		name = filepath.Join(a.Dir, name)
	}
	rest, err := filepath.Rel(dir, name)
	return filepath.IsAbs(dir) && err == nil && filepath.IsLocal(rest)
}

// isSecretItself tells a name that is rather what was to be in the file: nothing of it may be repeated.
func isSecretItself(name string) bool {
	name = env.Pasted(name)
	if strings.HasPrefix(name, "eyJ") || strings.HasPrefix(name, "-----BEGIN") || wording.APITokenID().MatchString(name) {
		return true
	}
	return len(name) > 24 && !strings.ContainsAny(name, `/\. `)
}

func isLink(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// onStdin is how a secret is given without its file being opened by this program.
func onStdin(purpose, name string) string {
	flag, _, _ := strings.Cut(purpose, " ")
	if flag == "--env-file" || flag == "--import" {
		return flag + " /dev/stdin <" + shell.Word(name)
	}
	return flag + " - <" + shell.Word(name)
}

// isTerminal tells a terminal, on which the user types what is asked for, from other devices.
func isTerminal(name string, info fs.FileInfo) bool {
	if info.Mode()&fs.ModeCharDevice == 0 {
		return false
	}
	f, err := os.OpenFile(name, os.O_RDONLY|nonBlock, 0) //nolint:gosec // the user names it
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	return term.IsTerminal(int(f.Fd())) //nolint:gosec // a file descriptor fits
}

// isNamed tells a pipe in a directory from one of a shell, such as /dev/stdin.
func isNamed(pipe string) bool {
	_, err := filepath.EvalSymlinks(pipe)
	return err == nil
}

// readPipe reads from a program, or from the pipe of that name if in is nil, and waits for it as long as for other processes.
// A person who types is waited for without an end.
func (a *Accounts) readPipe(in io.Reader, name, from string, limit int64) ([]byte, error) {
	wait, until := max(a.MaxWait, takes), time.Time{}
	ctx, cancel := context.WithCancel(a.Context)
	defer cancel()
	if !a.InTerminal || in == nil {
		until = time.Now().Add(wait)
		ctx, cancel = context.WithDeadline(a.Context, until)
		defer cancel()
	}
	defer a.Awaits("what comes from "+from, until)()
	type result struct {
		data []byte
		err  error
	}
	got := make(chan result, 1) // so that a late one has where to go
	go func() {
		if in == nil {
			f, err := os.Open(name) //nolint:gosec // the user names it
			if err != nil {
				got <- result{nil, err}
				return
			}
			defer func() { _ = f.Close() }()
			in = f
		}
		data, err := io.ReadAll(io.LimitReader(in, limit+1))
		got <- result{data, err}
	}()
	select {
	case r := <-got:
		return r.data, r.err
	case <-ctx.Done():
	}
	if a.Context.Err() != nil {
		return nil, a.Context.Err()
	}
	return nil, usage.NewBusy("nothing came from "+from+" to its end", wait)
}
