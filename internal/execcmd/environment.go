package execcmd

import (
	"net/url"
	"runtime"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/thishost"
)

// callerName is what the broker calls the program, and the client ID that the program finds.
const callerName = "exec"

// variables are those that lead a program to a broker, of which it is a caller with a name and a key.
func variables(at, caller, key string) [][2]string {
	jwt := broker.StandIn(key)
	return [][2]string{
		{"RINGCX_BROKER", at},
		{"RINGCX_BROKER_KEY", key},
		{"RINGCX_SERVER_URL", at},
		{"RC_SERVER_URL", at},
		{"RC_APP_CLIENT_ID", caller},
		{"RC_APP_CLIENT_SECRET", key},
		{"RC_USER_JWT", jwt},
		{"RC_CLIENT_ID", caller},
		{"RC_CLIENT_SECRET", key},
		{"RC_JWT", jwt},
	}
}

// environment is that of this process with vars, and without what tells secrets of an account, under whatever name. nil is the account
// of a broker, which has none.
func (c *Commands) environment(acc *profile.Account, vars [][2]string) []string {
	store := c.Variable("RINGCX_STORE")
	secrets := append(secretsOf(acc), passwordsOf(store)...)
	for _, name := range secretVariables {
		secrets = append(secrets, c.Variable(name))
	}
	if kind, _, _ := strings.Cut(store, ":"); strings.HasPrefix(kind, "postgres") && len(passwordsOf(store)) == 0 {
		for _, name := range []string{"PGPASSWORD", "PGSSLPASSWORD"} { // where the client of PostgreSQL finds what the URL lacks
			secrets, vars = append(secrets, c.Getenv(name)), append(vars, [2]string{name, ""})
		}
	}
	return environ(c.Environ(), secrets, vars)
}

// secretVariables hold secrets themselves.
var secretVariables = []string{"RC_APP_CLIENT_SECRET", "RC_CLIENT_SECRET", "RC_USER_JWT", "RC_JWT", "RINGCX_PASSWORD", "RINGCX_BROKER_KEY"}

// secretsOf are the secrets of an account.
func secretsOf(acc *profile.Account) []string {
	if acc == nil {
		return nil
	}
	all := []string{acc.Config.ClientSecret, acc.JWT}
	if s := acc.Stored; s != nil {
		all = append(all, s.ClientSecret, s.JWT, s.Password)
		for line := range strings.Lines(s.ClientKey) { // by lines, as a variable has other line ends than a file
			if line = strings.TrimSpace(line); len(line) >= shortestLine && !strings.HasPrefix(line, "-----") {
				all = append(all, line)
			}
		}
	}
	return all
}

// shortestLine is the shortest line of a private key that is looked for. The first, which tells of what kind it is, is as long as
// the others.
const shortestLine = 32

// passwordsOf are the passwords in a URL: of its user, and in its query.
func passwordsOf(text string) (all []string) {
	u, err := url.Parse(text)
	if err != nil {
		return nil
	}
	if password, _ := u.User.Password(); password != "" {
		all = append(all, password)
	}
	for name, values := range u.Query() {
		if strings.Contains(strings.ToLower(name), "password") {
			all = append(all, values...)
		}
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// shortest is the shortest secret that is looked for within values: a shorter one may be there by chance.
const shortest = 8

// tells reports whether a value holds one of the secrets: somewhere in it, as it is or escaped as in a URL, or as the password of one.
func tells(value string, secrets []string) bool {
	texts := []string{value}
	if strings.Contains(value, "%") || strings.Contains(value, "+") {
		for _, unescape := range []func(string) (string, error){url.PathUnescape, url.QueryUnescape} {
			if text, err := unescape(value); err == nil {
				texts = append(texts, text)
			}
		}
	}
	passwords := passwordsOf(value)
	return slices.ContainsFunc(secrets, func(secret string) bool {
		return slices.Contains(passwords, secret) || len(secret) >= shortest &&
			slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, secret) })
	})
}

// environ is an environment without secrets, and with vars in place of what has their names; one that is "" is not set. What vars
// hold is no secret to the program.
func environ(old, secrets []string, vars [][2]string) []string {
	secrets = slices.DeleteFunc(slices.Clone(secrets), func(secret string) bool {
		return slices.ContainsFunc(vars, func(v [2]string) bool { return v[1] == secret })
	})
	var made []string
	proxied := false
	for _, entry := range old {
		name, value, _ := strings.Cut(entry, "=")
		if private(name) || slices.ContainsFunc(vars, func(v [2]string) bool { return known(v[0]) == known(name) }) || tells(value, secrets) {
			continue
		}
		proxied = proxied || value != "" && slices.Contains([]string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}, strings.ToUpper(name))
		made = append(made, entry)
	}
	if proxied {
		made = unproxied(made, vars)
	}
	for _, v := range vars {
		if v[1] != "" {
			made = append(made, v[0]+"="+v[1])
		}
	}
	return made
}

// known is a name as the system compares it.
func known(name string) string {
	if runtime.GOOS == "windows" {
		return strings.ToUpper(name)
	}
	return name
}

// secretWords are parts of names of variables that hold secrets, or lead to them.
var secretWords = []string{"SECRET", "PASSWORD", "PASSWD", "JWT", "TOKEN", "KEY", "CREDENTIAL", "STORE", "BROKER"}

// private tells names of variables that say of which account somebody speaks, or hold its secrets. A program's own settings, and
// the sub-account to work in, are left.
func private(name string) bool {
	name = known(name)
	if !strings.HasPrefix(name, "RC_") && !strings.HasPrefix(name, "RINGCX_") || name == "RINGCX_ACCOUNT" {
		return false
	}
	return slices.Contains(env.AccountVariables, name) || slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(name, word) })
}

// unproxied has programs reach this machine without a proxy, which could not, and would see their keys: at its usual names, and at the
// one under which vars have a broker. A broker elsewhere is reached over TLS, maybe through the proxy alone. Clients write an address of
// IPv6 with brackets, or without.
func unproxied(all []string, vars [][2]string) []string {
	here := []string{"127.0.0.1", "localhost", "::1", "[::1]"}
	for _, v := range vars {
		u, err := url.Parse(v[1])
		if v[0] != "RINGCX_BROKER" || err != nil {
			continue
		}
		if host, _, _ := strings.Cut(u.Hostname(), "%"); !thishost.Is(host) { // whatever its zone, no proxy gets there
			continue
		}
		for _, form := range []string{u.Hostname(), strings.TrimSuffix(u.Host, ":"+u.Port())} {
			if !slices.Contains(here, form) {
				here = append(here, form)
			}
		}
	}
	return except(all, strings.Join(here, ","))
}

// except adds hosts to those that are reached without a proxy.
func except(vars []string, here string) []string {
	left := map[string]bool{"NO_PROXY": true, "no_proxy": true}
	for i, entry := range vars {
		name, value, _ := strings.Cut(entry, "=")
		if !left[name] {
			continue
		}
		delete(left, name)
		if value != "*" {
			vars[i] = name + "=" + strings.TrimLeft(strings.TrimRight(value, ", ")+","+here, ",")
		}
	}
	if runtime.GOOS == "windows" && len(left) == 1 {
		return vars
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		if left[name] {
			vars = append(vars, name+"="+other(vars, left, here))
		}
	}
	return vars
}

// other is the value of the one of NO_PROXY and no_proxy that is set, or what both lack.
func other(vars []string, left map[string]bool, here string) string {
	for _, entry := range vars {
		if name, value, _ := strings.Cut(entry, "="); strings.EqualFold(name, "no_proxy") && !left[name] {
			return value
		}
	}
	return here
}
