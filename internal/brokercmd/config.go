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

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/broker/oidc"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/env"
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
}

// usualLinger is how long a broker that is told to end goes on to serve, so that whoever asks its /readyz comes no more.
const usualLinger = time.Second

// readConfig reads a file, and finds all that is wrong with it.
func readConfig(path, dir string, warn func(string)) (*config, []*usage.Error) {
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
	return parseConfig(path, strings.TrimPrefix(data, env.ByteOrderMark))
}

// readFile reads a configuration, which nobody else may have written: it says who may do what.
func readFile(path string, warn func(string)) (string, *usage.Error) {
	f, err := file.OpenOwned(path, warn)
	if err != nil {
		hint := usage.Hint(err)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || hint == "" {
			hint = "--config names a file of TOML that this user may read; 'ringcx broker' needs none"
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

// parseConfig reads the text of a configuration.
func parseConfig(path, text string) (*config, []*usage.Error) {
	r, t := read(path, text)
	if t == nil {
		return nil, r.errors()
	}
	c := &config{file: path}
	c.profiles = t.texts("profiles", `profiles = ["support"]`)
	for i, name := range c.profiles {
		if broken := profileRule(name); broken != "" {
			t.misfit("profiles", fmt.Sprintf("holds %q: %s", wording.Clip(name), broken), "'ringcx profile list' tells the names of logins")
		}
		if slices.Contains(c.profiles[:i], name) {
			t.misfit("profiles", fmt.Sprintf("holds %q twice", wording.Clip(name)), "name it once")
		}
	}
	c.hosts = t.texts("hosts", `hosts = ["broker.internal"]`)
	for _, name := range c.hosts {
		if strings.ContainsAny(name, "/@ ") {
			t.misfit("hosts", fmt.Sprintf("holds %q, which is no host", wording.Clip(name)), "give the name alone, or with a port, such as broker.internal")
		}
	}
	c.store = t.text("store", `store = "postgres://broker@db/ringcx"`)
	c.replicas = int(t.number("replicas", 1, 64))
	c.maxWait = t.duration("max_wait", "30s", time.Hour)
	limits, said := t.flag("limits")
	c.noLimits = said && !limits
	c.numbers, _ = t.flag("metrics_key")
	c.audit = c.path(t.text("audit", `audit = "/var/log/ringcx/audit.jsonl"`))
	c.log = t.word("log", "text", "json")
	c.linger = usualLinger
	if said := t.has("linger"); said {
		c.linger = 0
	}
	c.linger += t.duration("linger", "5s", time.Hour)
	c.tls = c.readTLS(t.inner("tls"))
	for _, l := range t.each("listen") {
		c.listens = append(c.listens, c.readListen(l))
	}
	c.users = numbers(t, "users", "user", userNumber)
	c.groups = numbers(t, "groups", "group", groupNumber)
	if len(c.users)+len(c.groups) > 0 && len(c.listens) > 0 && !slices.ContainsFunc(c.listens, func(l listen) bool { return l.unix }) {
		t.fail(max(t.line("users"), t.line("groups")), "users and groups are told at unix sockets alone, and none is listened at", `add [[listen]] with address = "unix:/run/ringcx/broker.sock"`)
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
	return c, r.errors()
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
	all := map[uint32]string{}
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
		all[n] = found[of]
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

const callerHint = "use letters, digits and signs of ASCII, without spaces and colons"

// callerRule is what keeps a name from being one of a caller; "": nothing does.
func callerRule(name string) string {
	switch {
	case name == "":
		return "it is empty"
	case len(name) > 100:
		return "it is longer than 100 letters"
	case strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }):
		return "it holds a space, a colon or a letter that is not ASCII"
	}
	return ""
}

// readRule reads a rule, and checks it as the broker does.
func (c *config) readRule(t *table) {
	var r broker.Rule
	r.Deny, _ = t.flag("deny")
	r.Caller = t.text("caller", `caller = "worker"`)
	r.Profile = t.text("profile", `profile = "support"`)
	r.Account = t.text("account", `account = "12345"`)
	r.Operation = t.text("operation", `operation = "getAccounts"`)
	r.Method = t.text("method", `method = "GET"`)
	r.Path = t.text("path", `path = "/voice/api/v1/**"`)
	t.done()
	line := t.line(t.path)
	c.rules, c.lines = append(c.rules, r), append(c.lines, line)
	if why := callerRule(strings.ReplaceAll(r.Caller, ":", "")); r.Caller != "" && why != "" { // one that a token names has colons
		t.misfit("caller", fmt.Sprintf("%q is no name of a caller: %s", wording.Clip(r.Caller), why), callerHint)
	}
	c.serves(t, r.Profile)
	if err := checkRule(r); err != nil {
		t.fail(line, err.Error(), usage.Hint(err))
	}
}

// serves refuses the profile of a table, if it is not one of those that are named.
func (c *config) serves(t *table, profile string) {
	if profile != "" && len(c.profiles) > 0 && !slices.Contains(c.profiles, profile) {
		t.misfit("profile", fmt.Sprintf("is %q, which is not served", wording.Clip(profile)), wording.HintOf(profile, c.profiles))
	}
}

// checkRule finds what is wrong with a rule.
func checkRule(r broker.Rule) error {
	b, err := offline([]broker.Rule{r}, []string{"x"})
	if err == nil {
		b.Close()
		return nil
	}
	hint := "'ringcx broker --help' tells what a rule may have"
	if _, known := apispec.Find(r.Operation); r.Operation != "" && !known {
		hint = wording.DidYouMean(nearOperation(r.Operation), "'ringcx api list' tells the operations")
	}
	return usage.New(strings.TrimPrefix(err.Error(), "rule 1: "), hint)
}

// offline is a broker that is asked what it would do, and reaches nobody.
func offline(rules []broker.Rule, profiles []string) (*broker.Broker, error) {
	nobody := (&ringcx.Config{}).NewSession(nil, nil)
	opts := &broker.Options{Rules: rules, NoLimits: true, Metrics: broker.NewMetrics()}
	for _, name := range profiles {
		opts.Profiles = append(opts.Profiles, broker.Profile{Name: name, Session: nobody})
	}
	return broker.New(opts)
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
