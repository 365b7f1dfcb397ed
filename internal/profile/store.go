package profile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/store/file"
	"github.com/ringcx-go/ringcx/store/keyring"
	"github.com/ringcx-go/ringcx/store/postgres"
	"github.com/ringcx-go/ringcx/store/redis"
)

// warnOthersHome warns root who is about to make dir in the home of another user, as sudo may have it.
func (a *Accounts) warnOthersHome(dir string) {
	if owner := othersHome(a.Home); owner != "" && strings.HasPrefix(dir, filepath.Clean(a.Home)+string(filepath.Separator)) {
		a.Warn(fmt.Sprintf("this runs as root in %s, the home of another user (number %s), who cannot use what root stores there: run it as that user, or set HOME", a.Home, owner))
	}
}

const storeForms = "use RINGCX_STORE=file:DIR, keyring:, postgres://… or redis://…"

// OpenStore is the store that RINGCX_STORE names, the same one for the whole run. A server is connected to when something
// is read or written.
func (a *Accounts) OpenStore() (ringcx.Store, error) {
	if a.Store != nil {
		return a.Store, nil
	}
	store, err := a.NamedStore()
	if err == nil {
		a.Store = store
	}
	return store, err
}

// NamedStore makes the store that RINGCX_STORE names, another one at each call.
func (a *Accounts) NamedStore() (ringcx.Store, error) {
	name := a.Variable("RINGCX_STORE")
	kind, dir, colon := strings.Cut(name, ":")
	switch {
	case name == "" && a.StateDir() == "":
		return nil, usage.New("there is no home directory to keep the session in", "set HOME, XDG_STATE_HOME or RINGCX_STORE=file:DIR")
	case name == "":
		if _, err := os.Stat(a.StateDir()); errors.Is(err, fs.ErrNotExist) {
			a.warnOthersHome(a.StateDir())
		}
		return &file.Store{Dir: a.StateDir(), Tell: a.Warn}, nil
	case !colon:
		return nil, usage.New("RINGCX_STORE does not begin with the kind of store and a colon", storeForms)
	case kind == "file" && strings.TrimSpace(dir) == "":
		return nil, usage.New("RINGCX_STORE names no directory", "use RINGCX_STORE=file:DIR")
	case kind == "file":
		dir, err := a.storeDir(kind, dir)
		return &file.Store{Dir: dir, Tell: a.Warn}, err
	case kind == "keyring":
		return a.keyringStore(dir)
	case kind == "postgres", kind == "postgresql":
		return a.remoteStore(func(ctx context.Context) (remote, error) { return postgres.Open(ctx, name) }), nil
	case kind == "redis", kind == "rediss":
		return a.remoteStore(func(ctx context.Context) (remote, error) { return redis.Open(ctx, name) }), nil
	}
	return nil, usage.New(fmt.Sprintf("RINGCX_STORE is not a store this version knows: %q", wording.Clip(kind)), storeForms)
}

// storeDir is the directory of a store, which has to be the same one wherever a command starts. A shell expands ~ only where
// a word begins with it, so it is done here.
func (a *Accounts) storeDir(kind, dir string) (string, error) {
	const write = "write the whole path: "
	dir = strings.TrimSpace(dir)
	first, _, _ := strings.Cut(filepath.ToSlash(dir), "/")
	switch {
	case first == "~" && a.Home == "":
		return "", usage.New("RINGCX_STORE begins with ~, and there is no home directory", write+kind+":DIR")
	case first == "~":
		return filepath.Join(a.Home, dir[1:]), nil
	case strings.Contains(dir, "://"): // it may hold a password
		return "", usage.New("RINGCX_STORE names a URL where a directory belongs", storeForms)
	case strings.HasPrefix(first, "~"):
		return "", usage.New(
			fmt.Sprintf("RINGCX_STORE names the home directory of a user, %s, which is not looked up", wording.Clip(first)), write+kind+":DIR",
		)
	case strings.HasPrefix(dir, "//") && !strings.HasPrefix(dir, "///") && runtime.GOOS != "windows":
		return "", usage.New("RINGCX_STORE names a host after //, and a directory is of this machine", write+kind+":/DIR")
	case !filepath.IsAbs(dir) && a.Dir != "":
		return "", usage.New(
			fmt.Sprintf("RINGCX_STORE names %q, which is another directory wherever a command starts", wording.Clip(dir)),
			write+"RINGCX_STORE="+shell.Word(kind+":"+filepath.Join(a.Dir, dir)),
		)
	case !filepath.IsAbs(dir):
		return "", usage.New(fmt.Sprintf("RINGCX_STORE names %q, which is no whole path", wording.Clip(dir)), write+kind+":/DIR")
	}
	return filepath.Clean(dir), nil
}

// keyringStore keeps its files beside those of the file store, which are not encrypted.
func (a *Accounts) keyringStore(dir string) (ringcx.Store, error) {
	if dir == "" {
		if a.StateDir() == "" {
			return nil, usage.New("there is no home directory to keep the session in", "set HOME, XDG_STATE_HOME or RINGCX_STORE=keyring:DIR")
		}
		dir = filepath.Join(a.StateDir(), "keyring")
	}
	dir, err := a.storeDir("keyring", dir)
	if err != nil {
		return nil, err
	}
	available := func() error { return keyring.Available(a.Getenv) }
	if err := available(); err != nil {
		return nil, err
	}
	return &keyring.Store{Dir: dir, Available: available, Tell: a.Warn}, nil
}

// remote is a store on a server.
type remote interface {
	ringcx.Store
	Now(ctx context.Context) (time.Time, error)
	Warnings() []string
	Close()
}

// LazyStore connects when it is first used, and fails for good if that fails: a command has one try. In a run that lasts there is
// another try a second later.
type LazyStore struct {
	open  func(context.Context) (remote, error)
	Warn  func(string)
	lasts bool

	opening sync.Mutex // held by who opens; guards the three below
	store   remote
	err     error // why it is not open; nil: nobody has tried, or it is
	tried   time.Time

	mu   sync.Mutex // guards busy
	busy int        // operations under way
}

// stores are the lazyStores of the commands that run, by their *app. An interrupted command may still open one while
// closeStore is called, hence no field.
var stores sync.Map

func (a *Accounts) remoteStore(open func(context.Context) (remote, error)) ringcx.Store {
	s := &LazyStore{open: open, lasts: a.Lasts, Warn: func(text string) {
		if a.ErrTerminal || a.Verbose {
			a.Inform("ringcx: warning: %s\n", wording.ErrorLine(text))
		}
	}}
	stores.Store(a, s)
	return s
}

// CloseStore ends the connections of the command's store, unless an operation is still under way: the command was
// interrupted then, and the end of the process ends them.
func (a *Accounts) CloseStore() {
	s, there := stores.LoadAndDelete(a)
	if !there {
		return
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		s.(*LazyStore).close()
	}()
	select {
	case <-closed:
	case <-time.After(time.Second):
	}
}

func (s *LazyStore) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy > 0 {
		return
	}
	s.opening.Lock()
	defer s.opening.Unlock()
	if s.err == nil {
		s.err = errors.New("the store was closed")
	}
	s.lasts = false
	if s.store != nil {
		s.store.Close()
	}
}

// use opens the store. What it returns is called when the operation has ended.
func (s *LazyStore) use(ctx context.Context) (done func(), err error) {
	s.mu.Lock()
	s.busy++
	s.mu.Unlock()
	done = func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.busy--
	}
	s.opening.Lock()
	defer s.opening.Unlock()
	if s.store == nil && (s.err == nil || s.lasts && time.Since(s.tried) >= time.Second) {
		store, err := s.open(ctx)
		s.tried = time.Now()
		if s.err = nil; err != nil {
			s.err = settingError(err)
			return done, s.err
		}
		s.store = store
		for _, w := range store.Warnings() {
			s.Warn(w)
		}
	}
	return done, s.err
}

// settingError tells a URL that cannot be understood from a server that cannot be reached.
func settingError(err error) error {
	var setting interface{ Setting() bool }
	if errors.As(err, &setting) && setting.Setting() {
		return usage.New("RINGCX_STORE: "+err.Error(), usage.Hint(err))
	}
	return err
}

// Load implements ringcx.Store.
func (s *LazyStore) Load(ctx context.Context, key string) ([]byte, error) {
	done, err := s.use(ctx)
	defer done()
	if err != nil {
		return nil, err
	}
	return s.store.Load(ctx, key)
}

// Update implements ringcx.Store.
func (s *LazyStore) Update(ctx context.Context, key string, fn func(old []byte, save func([]byte) error) error) error {
	done, err := s.use(ctx)
	defer done()
	if err != nil {
		return err
	}
	return s.store.Update(ctx, key, fn)
}

// Now is the server's time: a Store that tells it is asked by the engine.
func (s *LazyStore) Now(ctx context.Context) (time.Time, error) {
	done, err := s.use(ctx)
	defer done()
	if err != nil {
		return time.Time{}, err
	}
	return s.store.Now(ctx)
}
