package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// refusal is a file or directory that cannot be used as it is.
type refusal struct {
	problem, remedy string
	cause           error // what the operating system said; nil: nothing
}

func (e *refusal) Error() string { return e.problem }

// Hint is what mends it.
func (e *refusal) Hint() string { return e.remedy }

// Unwrap returns what the operating system said.
func (e *refusal) Unwrap() error { return e.cause }

const elsewhereHint = ", or keep it elsewhere; what was there is as it was"

// causes are what an operating system says, in which order it is looked for, and what to do about it. %s is the place.
var causes = []struct {
	is              []error
	problem, remedy string
}{
	{diskFull, "the disk of %s is full (no space left on device), so nothing can be saved there", "make room there" + elsewhereHint},
	{quotaUsed, "your quota on the disk of %s is used up, so nothing can be saved there", "make room there, ask for more" + elsewhereHint},
	{readOnly, "%s is on a read-only file system, so nothing can be saved there", "mount it writable" + elsewhereHint},
	{busy, "%s cannot be replaced, because it is in use by the system, as a file that is mounted by itself is", "mount the directory that it lies in, not the file" + elsewhereHint},
	{[]error{syscall.ENAMETOOLONG}, "the name %s is too long for its file system", "choose a shorter one"},
	{[]error{syscall.EIO}, "the disk of %s failed (input/output error)", "see what the system's log says of it, and save what can be read first"},
	{[]error{syscall.ESTALE}, "the network file system of %s has lost it (stale file handle)", "mount it again" + elsewhereHint},
	{[]error{syscall.EMFILE, syscall.ENFILE}, "%s cannot be opened, because too many files are open", "close some, or raise the limit (ulimit -n)"},
	{[]error{syscall.EFBIG}, "%s would be larger than the limit of files", "raise the limit (ulimit -f)" + elsewhereHint},
	{[]error{syscall.ELOOP}, "%s is a link, and none is followed there", "remove the link"},
	{[]error{syscall.ENOTDIR}, "%s leads through something that is not a directory", "choose another place"},
	{noLocks, "the file system of %s has no locks", "keep it on a local disk, or let machines share a database"},
}

// Explain adds to an error of the operating system what it means for a place, a file or directory that the user or the
// program chose, and a method Hint that says what to do. Other errors stay as they are.
func Explain(place string, err error) error { return explain(place, err) }

func explain(place string, err error) error {
	var known *refusal
	var number syscall.Errno
	if err == nil || errors.As(err, &known) || !errors.As(err, &number) {
		return err
	}
	for _, c := range causes {
		for _, is := range c.is {
			if number == is { //nolint:errorlint // Errno.Is takes some for others
				return &refusal{fmt.Sprintf(c.problem, place), c.remedy, err}
			}
		}
	}
	if errors.Is(err, fs.ErrPermission) {
		return denied(place, err)
	}
	return err
}

// denied says what is missing to read or write a place, or what lies in it.
func denied(place string, cause error) error {
	path := place
	if p := (*fs.PathError)(nil); errors.As(cause, &p) && filepath.Dir(p.Path) == filepath.Clean(place) && strings.HasSuffix(p.Path, ".json") {
		path = p.Path
	}
	e := &refusal{path + " cannot be read or written: permission denied", "", cause}
	switch info, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
		e.problem = path + " cannot be made: permission denied"
		e.remedy = "make it as yours alone (a directory with mode 0700), or choose another place"
		if dir := filepath.Dir(path); closed(dir) {
			e.remedy = "chmod u+rwX " + quote(dir)
		}
	case closed(filepath.Dir(path)):
		e.remedy = "chmod u+rwX " + quote(filepath.Dir(path))
	case err != nil:
		e.remedy = "a directory above it is closed to you: choose another place"
	case !mine(info):
		e.remedy = fmt.Sprintf("make it yours: sudo chown \"$(id -u)\" %s", quote(path))
	case info.IsDir() && othersIn(path, cause):
		e.problem = "what lies in " + e.problem
		e.remedy = "something there belongs to another user: find it with ls -l, and make it yours (sudo chown) or remove it"
	case info.Mode()&0o600 != 0o600 || info.IsDir() && info.Mode()&0o100 == 0:
		e.remedy = "chmod u+rwX " + quote(path)
	default:
		e.remedy = "its mode allows it: see what else forbids it, as an access list, an attribute (lsattr), SELinux or AppArmor"
	}
	return e
}

// closed says whether a directory of ours is closed to us.
func closed(dir string) bool {
	info, err := os.Lstat(dir)
	return err == nil && info.IsDir() && mine(info) && info.Mode()&0o300 != 0o300
}

// othersIn says whether err is about something in dir that belongs to somebody else.
func othersIn(dir string, err error) bool {
	p := (*fs.PathError)(nil)
	if !errors.As(err, &p) || filepath.Dir(p.Path) != filepath.Clean(dir) {
		return false
	}
	info, err := os.Lstat(p.Path)
	return err == nil && !mine(info)
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// quote makes path one word of a shell, whatever it consists of.
func quote(path string) string {
	if quoted := strconv.Quote(path); quoted == `"`+path+`"` && !strings.ContainsAny(path, "$`!") {
		return quoted
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
