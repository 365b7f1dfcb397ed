package brokercmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/ringcx-go/ringcx/internal/usage"
)

// tryPlaces listens at all places for a moment, and returns what is wrong with those where this user cannot. Where somebody listens now
// nothing is: a broker that runs, or the service manager for the next one.
func (c *config) tryPlaces(ctx context.Context) (wrong []*usage.Error) {
	for i := range c.listens {
		l := &c.listens[i]
		if l.address == "" {
			continue // it is wrong as it is written
		}
		ln, err := l.open(ctx)
		if err == nil {
			_ = ln.Close()
			continue
		}
		if l.taken = l.answers(ctx, err); l.taken {
			continue
		}
		where := ""
		if l.line > 0 {
			where = fmt.Sprintf("%s:%d: ", c.file, l.line)
		}
		wrong = append(wrong, usage.New(where+err.Error(), usage.Hint(err)))
	}
	return wrong
}

// answers tells whether somebody listens at a place of this machine where err kept this process from it.
func (l *listen) answers(ctx context.Context, err error) bool {
	network := "unix"
	if !l.unix {
		network = "tcp"
		if !errors.Is(err, syscall.EADDRINUSE) && !errors.Is(err, fs.ErrPermission) { // the address may be another machine's
			return false
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, network, l.address)
	if err == nil {
		_ = conn.Close()
	}
	return err == nil
}

// unlistened is why nobody can listen at a place.
func (l *listen) unlistened(err error) error {
	hint := "choose another address, such as --listen 127.0.0.1:0 for any free port"
	var at *fs.PathError
	switch {
	case errors.As(err, &at): // the socket is there, and cannot be what it is to be
		err, hint = fmt.Errorf("it cannot be given to group %d: %w", l.group, at.Err), "group names a group that this user is in; 'id' tells which"
	case l.unix:
		hint = "its directory has to be there, and this user's to write to"
	case errors.Is(err, syscall.EADDRINUSE):
		hint = "if a broker runs there already, use that one; else " + hint
	case errors.Is(err, fs.ErrPermission):
		hint = "have the service manager listen there and pass the socket on; else choose a port above 1023"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		hint = "give an address that this machine has, or 0.0.0.0 for all of them"
	}
	return &unlistened{usage.New(fmt.Sprintf("cannot listen on %s: %s", l, usage.OfOp(err)), hint), err}
}

// unlistened is an error of a place with its cause.
type unlistened struct {
	said  *usage.Error
	cause error
}

// Error is what is said.
func (u *unlistened) Error() string { return u.said.Error() }

// Unwrap is what is said, and why.
func (u *unlistened) Unwrap() []error { return []error{u.said, u.cause} }

// isGivable refuses a sink of which this user cannot make the file: in its directory, for its owner and group. What else may be wrong
// with the disk may be over when there is a token.
func (f *named) isGivable(s *sink) {
	temp, err := s.begin()
	if err == nil {
		_ = temp.Close()
		_ = os.Remove(temp.Name())
		return
	}
	var at *fs.PathError
	switch {
	case !errors.Is(err, fs.ErrPermission) && !errors.Is(err, usage.ReadOnly) || !errors.As(err, &at):
	case at.Op != "chown":
		f.of.misfit(f.setting, "is in a directory where this user can make no file: "+at.Err.Error(), "let this user write to it, or choose another")
	case s.owner >= 0 && s.owner != os.Geteuid():
		f.of.misfit("owner", fmt.Sprintf("is user %d, and this user can give no file to another", s.owner), "leave it out, and let the program read the file as one of its group; or run the broker as that user")
	default:
		f.of.misfit("group", fmt.Sprintf("is group %d, which this user is not in", s.group), "name a group that this user is in; 'id' tells which")
	}
}

// isMakeable refuses a file that is not there in a directory where this user cannot make it.
func (f *named) isMakeable() {
	temp, err := temporary(f.path)
	if err == nil {
		_ = temp.Close()
		_ = os.Remove(temp.Name())
		return
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, usage.ReadOnly) {
		f.of.misfit(f.setting, "is in a directory where this user can make no file: "+usage.PlainPath(err).Error(), "let this user write to it, or choose another")
	}
}
