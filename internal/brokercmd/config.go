package brokercmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/broker/oidc"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/store/file"
)

// config is what a broker is told. The zero value, with a place to listen at, is that of 'ringcx broker' alone.
type config struct {
	file     string // "": none
	listens  []listen
	profiles []string // empty: the account that commands work with
	hosts    []string
	store    string // as RINGCX_STORE; "": that
	replicas int
	maxWait  time.Duration
	noLimits bool
	numbers  bool   // /metrics needs a key on this machine too
	audit    string // file; "": none
	log      string // "text" or "json"
	linger   time.Duration
	tls      *tlsFiles
	users    map[uint32]string
	groups   map[uint32]string
	sinks    []sink
	issuers  []oidc.Issuer
	rules    []broker.Rule
	lines    []int // of the rules

	storeLine, profilesLine int
	asked                   []asked // profiles that are named, while profiles does not say which are served
	files                   []named // that the configuration names, with itself
	warn                    func(string)
	later                   []func() // what is to be looked at on this machine
}

// asked is a profile that something names.
type asked struct {
	line             int
	setting, profile string
}

// usualLinger is how long a broker that is told to end goes on to serve, so that whoever asks its /readyz comes no more.
const usualLinger = time.Second

// readConfig reads a file, and finds all that is wrong with it, on this machine too, with this store, unless only the text is asked about.
func readConfig(path, dir string, warn func(string), textAlone bool, store string) (*config, []*usage.Error) {
	if path == "" {
		return &config{log: "text", linger: usualLinger}, nil
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	data, err := readFile(path, warn)
	if err != nil {
		return nil, []*usage.Error{err}
	}
	c, r := parseConfig(path, strings.TrimPrefix(data, env.ByteOrderMark), warn)
	if c != nil && !textAlone {
		c.lookAround(store)
	}
	return c, r.errors()
}

// readFile reads a configuration, which nobody else may have written: it says who may do what.
func readFile(path string, warn func(string)) (string, *usage.Error) {
	f, err := file.OpenOwned(path, warn)
	if err != nil {
		hint := usage.Hint(err)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || hint == "" {
			hint = "--config names a file of TOML that this user may read; 'ringcx broker' needs none"
		} else if errors.Is(err, fs.ErrPermission) && strings.Contains(hint, "chown") { // it holds no secret, and stays that of who writes it
			hint = "let everybody read it: sudo chmod a+r " + shell.Word(path)
		}
		return "", usage.New(fmt.Sprintf("cannot read %s: %s", path, usage.PlainPath(err)), hint)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, env.MaxInput+1))
	switch {
	case err != nil:
		return "", usage.New(fmt.Sprintf("cannot read %s: %s", path, usage.PlainPath(err)), "--config names a file of TOML")
	case len(data) > env.MaxInput:
		return "", usage.New(fmt.Sprintf("%s has more than %d kB", path, env.MaxInput>>10), "--config names a file of TOML, which is short")
	}
	return string(data), nil
}

// parseConfig reads the text of a configuration; nil: it is none.
func parseConfig(path, text string, warn func(string)) (*config, *reading) {
	r, t := read(path, text)
	if t == nil {
		return nil, r
	}
	c := &config{file: path, warn: warn}
	c.readServed(t)
	c.readRunning(t)
	c.tls = c.readTLS(t.inner("tls"))
	for _, l := range t.each("listen") {
		c.listens = append(c.listens, c.readListen(l))
	}
	c.users = numbers(t, "users", "user", userNumber)
	c.groups = numbers(t, "groups", "group", groupNumber)
	if len(c.listens) > 0 && c.unheard(c.listens) {
		t.fail(max(t.line("users"), t.line("groups")), unheard, unheardHint)
	}
	for _, s := range t.each("sink") {
		c.sinks = append(c.sinks, c.readSink(s))
	}
	for _, i := range t.each("oidc") {
		c.readIssuer(i)
	}
	for _, rule := range t.each("rule") {
		c.readRule(rule)
	}
	t.done()
	c.distinct(t)
	return c, r
}

// readServed reads what is served, and under which names.
func (c *config) readServed(t *table) {
	c.profiles, c.profilesLine = t.texts("profiles", `profiles = ["support"]`), t.line("profiles")
	for i, name := range c.profiles {
		if broken := profileRule(name); broken != "" {
			t.misfit("profiles", fmt.Sprintf("holds %q: %s", wording.Clip(name), broken), "'ringcx profile list' tells the names of logins")
		}
		if slices.Contains(c.profiles[:i], name) {
			t.misfit("profiles", fmt.Sprintf("holds %q twice", wording.Clip(name)), "name it once")
		}
	}
	for _, name := range t.texts("hosts", `hosts = ["broker.internal"]`) {
		plain := strings.TrimSuffix(strings.Replace(name, ".:", ":", 1), ".") // the same host
		switch {
		case plain == "" || strings.ContainsAny(plain, "/@ "):
			t.misfit("hosts", fmt.Sprintf("holds %q, which is no host", wording.Clip(name)), "give the name alone, or with a port, such as broker.internal")
		case strings.Contains(plain, "*"):
			t.misfit("hosts", fmt.Sprintf("holds %q, and * stands for nothing there", wording.Clip(name)), "give each name that callers use, such as broker.internal")
		}
		c.hosts = append(c.hosts, plain)
	}
}

// shortestWait is how long a request waits at the least: as long as it may take to ask the Store for what may be sent.
const shortestWait = time.Second

// readRunning reads how the process runs.
func (c *config) readRunning(t *table) {
	c.store, c.storeLine = t.text("store", `store = "postgres://broker@db/ringcx"`), t.line("store")
	for _, kind := range []string{"file:", "keyring:"} {
		if dir, is := strings.CutPrefix(c.store, kind); is && dir != "" && !strings.HasPrefix(dir, "~") && !strings.Contains(dir, "://") {
			c.store = kind + c.path(dir)
		}
	}
	c.replicas = int(t.number("replicas", 1, 64))
	waits := t.has("max_wait")
	if c.maxWait = t.duration("max_wait", "30s", time.Hour); waits {
		c.maxWait = max(c.maxWait, shortestWait)
	}
	limits, said := t.flag("limits")
	c.noLimits = said && !limits
	c.numbers, _ = t.flag("metrics_key")
	c.readAudit(t)
	c.log = t.word("log", "text", "json")
	c.linger = usualLinger
	if said := t.has("linger"); said {
		c.linger = 0
	}
	c.linger += t.duration("linger", "5s", time.Hour)
}

// path is a path of the configuration: what is not whole begins where the file is.
func (c *config) path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(filepath.Dir(c.file), p)
}

// numbers is a table of names of callers by users, or groups, of the machine.
func numbers(t *table, name, what string, find func(string) (uint32, error)) map[uint32]string {
	all, lines := map[uint32]string{}, map[uint32]int{}
	found := t.names(name, `www-data = "web"`)
	for _, of := range slices.Sorted(maps.Keys(found)) {
		n, err := find(of)
		if err != nil {
			t.fail(t.line(name+"."+of), fmt.Sprintf("there is no %s %q on this machine", what, wording.Clip(of)), "give the name or the number of a "+what)
			continue
		}
		if why := callerRule(found[of]); why != "" {
			t.fail(t.line(name+"."+of), fmt.Sprintf("%q is no name for a caller: %s", wording.Clip(found[of]), why), callerHint)
		}
		line := t.line(name + "." + of)
		if other := lines[n]; other > 0 {
			t.fail(max(line, other), fmt.Sprintf("line %d is about the same %s, %d", min(line, other), what, n), "leave out one of the two: a "+what+" is one caller")
			continue
		}
		all[n], lines[n] = found[of], line
	}
	return all
}

func userNumber(name string) (uint32, error) {
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(n), nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(u.Uid, 10, 32)
	return uint32(n), err
}

func groupNumber(name string) (uint32, error) {
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(n), nil
	}
	g, err := user.LookupGroup(name)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(g.Gid, 10, 32)
	return uint32(n), err
}

const callerHint = "use letters, digits and signs of ASCII, without spaces, colons and *"

// callerRule is what keeps a name from being given to a caller; "": nothing does.
func callerRule(name string) string { return nameRule(name, 100) }

// knownRule is the same for a name that rules may have: those that come of a token have colons, and may be longer, as broker/oidc has it.
func knownRule(name string) string {
	if strings.Contains(name, ":") {
		return nameRule(strings.ReplaceAll(name, ":", "."), 200)
	}
	return callerRule(name)
}

func nameRule(name string, longest int) string {
	switch {
	case name == "":
		return "it is empty"
	case len(name) > longest:
		return fmt.Sprintf("it is longer than %d letters", longest)
	case strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }):
		return "it holds a space, a colon or a letter that is not ASCII"
	case strings.Contains(name, "*"):
		return "it holds a *, which stands for nothing in it"
	}
	return ""
}

// parseLife reads how long something is to last: "30d", "12h", "1h30m", "500ms".
func parseLife(text string) (time.Duration, error) {
	var total time.Duration
	rest := strings.TrimSpace(text)
	bad := usage.New(fmt.Sprintf("%q is no time", wording.Clip(text)), "give a time such as 30d, 12h or 90m")
	if rest == "" {
		return 0, bad
	}
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 32)
		if err != nil {
			return 0, bad
		}
		rest = rest[digits:]
		letters := len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))
		unit := map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[rest[:letters]]
		if unit == 0 || n > int64(longestLife/unit) {
			return 0, bad
		}
		rest = rest[letters:]
		if total += time.Duration(n) * unit; total > longestLife {
			return 0, bad
		}
	}
	return total, nil
}

// longestLife is more than anything lasts.
const longestLife = 100 * 365 * 24 * time.Hour
