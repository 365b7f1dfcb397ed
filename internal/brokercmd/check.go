package brokercmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/wording"
)

// check says what a broker would do.
func (a *Commands) check() error {
	a.checks = true
	c, err := a.config(false)
	if err != nil {
		return err
	}
	if err := a.ReadEnvFile(); err != nil {
		return err
	}
	if _, err := a.openStore(c); err != nil {
		return err
	}
	accounts, _, err := a.accountsOf(c, false)
	if err != nil {
		return a.tellEach(err)
	}
	var lines []string
	say := func(format string, values ...any) {
		lines = append(lines, fmt.Sprintf(format, wording.Shown(values)...))
	}
	if len(c.listens) == 0 && c.unheard(nil) {
		a.Warn(unheard + ", unless a service manager passes one on: else " + unheardHint)
	}
	for _, at := range c.placesSay() {
		say("listen   %s", at)
	}
	var names []string
	for _, acc := range accounts {
		name := wording.First(acc.Profile, "default")
		names = append(names, name)
		at := acc.Config.Endpoint.Canonical()
		say("profile  %s: %s", name, strings.TrimPrefix(strings.Join([]string{at.RingCentral, at.RingCX}, " and "), " and "))
	}
	for _, s := range c.sinks {
		say("sink     %s: the token of %s, mode %04o", s.file, wording.First(s.profile, names[0]), int(s.mode.Perm()))
	}
	for _, line := range c.callersSay() {
		say("%s", line)
	}
	if len(c.rules) == 0 {
		say("rules    none: every caller may do what its profile may, but for operations that make or tell credentials")
	} else {
		for _, why := range c.shadowed() {
			a.Warn(why)
		}
		say("rules    %d: the first that matches decides, and what none allows is denied", len(c.rules))
	}
	if c.audit == "" {
		say("audit    none")
	} else {
		say("audit    %s", c.audit)
	}
	_, err = fmt.Fprintln(a.Stdout, strings.Join(lines, "\n"))
	return err
}

// placesSay tells where it listens.
func (c *config) placesSay() (all []string) {
	for _, l := range c.listens {
		at := l.String()
		switch {
		case l.unix:
		case l.tls:
			at = "https://" + at
		default:
			at = "http://" + at
		}
		if l.taken {
			at += ", where something listens now"
		}
		all = append(all, at)
	}
	if len(all) == 0 {
		all = append(all, "http://"+defaultListen+", or the sockets that a service manager passes on")
	}
	return all
}

// callersSay tells who may call.
func (c *config) callersSay() []string {
	all := []string{"callers  who shows a key of 'ringcx broker key create'"}
	for _, uid := range slices.Sorted(maps.Keys(c.users)) {
		all = append(all, fmt.Sprintf("callers  user %d at a unix socket: %s", uid, c.users[uid]))
	}
	for _, gid := range slices.Sorted(maps.Keys(c.groups)) {
		all = append(all, fmt.Sprintf("callers  group %d at a unix socket: %s", gid, c.groups[gid]))
	}
	if c.tls != nil {
		for _, name := range slices.Sorted(maps.Keys(c.tls.callers)) {
			all = append(all, fmt.Sprintf("callers  certificate of %s: %s", name, c.tls.callers[name]))
		}
	}
	return append(all, c.issuersSay()...)
}
