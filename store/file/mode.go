package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// rule is what users other than the owner must not be able to do with something.
type rule struct {
	forbidden fs.FileMode
	problem   string
}

var (
	private = rule{0o077, "holds secrets and is open to"}
	owned   = rule{0o022, "can be changed by"}
)

// CheckPrivate refuses a file or directory that users other than its owner may read or write, that belongs to somebody
// else than this user or root, or that others can replace because of who may write to the directory it lies in. A group
// that this process is in may do so: orchestrators give it those rights again at each start. Links are followed to their
// end, and each has to be this user's or root's. The error has a method Hint that says what mends it. What does not exist
// passes. Windows has no such bits: there the access list of the profile directory protects it.
func CheckPrivate(path string) error { return check(path, private) }

// CheckOwned is [CheckPrivate] for what holds no secret but must not be changed by others, as settings: everybody may
// read it.
func CheckOwned(path string) error { return check(path, owned) }

func check(path string, r rule) error {
	at, err := follow(path)
	if err != nil || at.info == nil {
		return err
	}
	if _, err := r.judge(path, at.info); err != nil {
		return err
	}
	return at.held(nil)
}

// judge refuses what others may do. It gives the bits of a group of ours, which are no reason to refuse.
func (r rule) judge(path string, info fs.FileInfo) (group fs.FileMode, err error) {
	if runtime.GOOS == "windows" {
		return 0, nil
	}
	if !ours(info) {
		return 0, foreign(path, info)
	}
	mode := info.Mode().Perm()
	loose, who := mode&r.forbidden, "others"
	switch {
	case loose&0o007 != 0:
	case loose == 0 || ourGroup(info):
		return loose, nil
	default:
		who = "group " + groupOf(info) + ", in which this process is not"
	}
	return 0, &refusal{problem: fmt.Sprintf("%s %s %s (mode %04o)", path, r.problem, who, mode), remedy: r.closing(path, info)}
}

// closing says how to give something a mode that is private enough.
func (r rule) closing(path string, info fs.FileInfo) string {
	switch {
	case info.IsDir() && (!mine(info) || r == private && !ownAlone(path)):
		return "choose a directory for this alone, which is made with the right mode"
	case !mine(info):
		return "use a copy of your own (mode 0600)"
	}
	return fmt.Sprintf("chmod %o %s", info.Mode().Perm()&^r.forbidden, quote(path))
}

// foreign is the refusal of what belongs to somebody else.
func foreign(path string, info fs.FileInfo) error {
	remedy := "choose a directory of your own"
	if !info.IsDir() || ownAlone(path) {
		remedy = fmt.Sprintf("if you trust what is in it make it yours (sudo chown \"$(id -u)\" %s) or use a copy of your own, else remove it", quote(path))
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		remedy = "name what it leads to, or use a copy of your own"
	}
	if os.Geteuid() == 0 {
		remedy = "run this as that user (a container: --user " + ownerOf(info) + "); or, " + remedy
	}
	return &refusal{problem: fmt.Sprintf("%s belongs to another user (number %s)", path, ownerOf(info)), remedy: remedy}
}

// ownAlone says whether nothing but what a store keeps lies in a directory, so that its mode may be changed.
func ownAlone(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		name := e.Name()
		kept := name == "clock" || name == "keyring" || name == "config.toml" || strings.HasPrefix(name, ".doctor-")
		for _, end := range []string{".json", ".lock", ".new"} {
			kept = kept || strings.HasSuffix(name, end)
		}
		if !kept {
			return false
		}
	}
	return true
}

// maxLinks is how many links may lead to each other.
const maxLinks = 40

// place is what a path leads to.
type place struct {
	path    string      // without a link at its end
	info    fs.FileInfo // nil: nothing is there
	links   int         // that led there
	holders []string    // the directories that it and the links lie in
	nowhere bool        // it is open without a name, as what a shell passes: path is a link all the same
}

// follow goes after the links at the end of path. Who owns one, or can replace it, chooses what is found.
func follow(path string) (*place, error) {
	at := &place{path: path}
	for {
		info, err := os.Lstat(at.path)
		switch {
		case errors.Is(err, fs.ErrNotExist) && at.links == 0:
			return at, nil
		case errors.Is(err, fs.ErrNotExist):
			if info, err := os.Stat(path); err == nil {
				return &place{path: path, info: info, nowhere: true}, nil
			}
			return nil, &refusal{path + " is a link that leads nowhere", "make what it leads to, mount it, or remove the link", nil} // it is not just missing
		case err != nil:
			return nil, explain(path, err)
		}
		dir := holderOf(at.path)
		at.holders = append(at.holders, dir)
		if info.Mode()&fs.ModeSymlink == 0 {
			at.info = info
			return at, nil
		}
		if !ours(info) {
			return nil, foreign(at.path, info)
		}
		if at.links++; at.links > maxLinks {
			return nil, &refusal{path + " is a loop of links", "remove the link", nil}
		}
		if at.path, err = target(at.path, dir); err != nil {
			return nil, explain(path, err)
		}
	}
}

// target is where a link in dir leads to.
func target(link, dir string) (string, error) {
	to, err := os.Readlink(link)
	if err != nil || filepath.IsAbs(to) {
		return to, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	return filepath.Join(dir, to), nil
}

// holderOf is the directory that path lies in, however it is written.
func holderOf(path string) string { return filepath.Join(path, "..") }

// held refuses what lies where others can replace it. They cannot in a directory with the sticky bit, as /tmp has.
func (at *place) held(tell func(string)) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	const hint = "take from others the right to write there (chmod go-w), or move what is yours to a directory of your own"
	for _, dir := range at.holders {
		info, err := os.Stat(dir)
		if err != nil {
			return explain(at.path, err)
		}
		if !ours(info) {
			return &refusal{problem: fmt.Sprintf("%s belongs to another user (number %s), who can replace what lies in it", dir, ownerOf(info)), remedy: elsewhere(info)}
		}
		mode := info.Mode()
		writers := mode.Perm() & 0o022
		switch {
		case writers == 0 || mode&fs.ModeSticky != 0 || writers == 0o020 && ownGroup(info):
		case writers&0o002 != 0 || !ourGroup(info):
			return &refusal{problem: fmt.Sprintf("%s is open to others, who can replace what lies in it (mode %04o)", dir, mode.Perm()), remedy: hint}
		case tell != nil:
			tell(fmt.Sprintf("group %s can replace what lies in %s (mode %04o)", groupOf(info), dir, mode.Perm()))
		}
	}
	return nil
}

// elsewhere says what to do about a directory of somebody else.
func elsewhere(dir fs.FileInfo) string {
	const move = "move what is yours to a directory of your own"
	if os.Geteuid() == 0 {
		return move + ", or run this as that user (a container: --user " + ownerOf(dir) + ")"
	}
	return move
}
