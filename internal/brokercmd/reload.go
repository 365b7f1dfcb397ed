package brokercmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// reload reads the configuration again. If it is wrong all stays as it is.
func (p *process) reload() {
	notify(p.Getenv, reloading()...)
	defer notify(p.Getenv, "READY=1")
	c, err := p.reread()
	if err != nil {
		p.stays(err)
		return
	}
	for _, changed := range p.began.differs(c, len(p.listens) > 0) {
		p.log.Warn("this is read at the start: restart the broker to change it", "setting", changed)
	}
	p.begins(c)
	p.log.Info("the configuration was read again", "profiles", len(p.served), "rules", len(c.rules))
}

// stays tells why all is as it was.
func (p *process) stays(err error) {
	err = eachTold(err, func(e error) { p.log.Error("the configuration is wrong", "error", e.Error(), "hint", hintOf(e)) })
	p.log.Error("the configuration stays as it was", "error", err.Error(), "hint", p.mends(err))
}

// hintOf is what to do about an error of a configuration.
func hintOf(err error) string { return cmp.Or(usage.Hint(err), "see docs/broker.md") }

// begins has what is done while nobody asks be that of c.
func (p *process) begins(c *config) {
	p.stopWork()
	p.working.Wait()
	p.config = c
	p.begin()
}

// How soon the broker looks whether the store has another login of a profile than it serves, and takes it.
const (
	watches = 5 * time.Second
	follows = time.Minute // after it last did
)

// watch tells when the store has another login of a profile: a person logged in again, here or at another machine. It has the same
// lineage, and whoever goes on with the login of before would have both log in anew at each renewal, in turns.
func (p *process) watch(ctx context.Context, s *served) {
	for {
		select {
		case <-time.After(watches):
		case <-ctx.Done():
			return
		}
		stored, damage, err := profile.SecretsIn(ctx, p.store, s.Name)
		if err != nil || damage != nil || *stored == s.is.stored || s.unread == nil && *stored == (profile.Secrets{}) {
			continue // after a logout the broker goes on with what it has
		}
		select {
		case p.outdated <- s.Name:
		case <-ctx.Done():
			return
		}
	}
}

// follow serves the logins that the store has now, with the configuration as it was last read.
func (p *process) follow(name string) {
	if time.Since(p.followed) < follows {
		return
	}
	p.followed = time.Now()
	if err := p.change(p.config); err != nil {
		p.stays(err)
		return
	}
	p.begins(p.config)
	p.log.Info("another login of a profile, or one that could not be read before: the login that the store has is served", "profile", name)
}

// mends is what to do about an error of reading the configuration again. That there is no login of a profile any more ends nothing.
func (p *process) mends(err error) string {
	if !errors.Is(err, ringcx.ErrLoginRequired) {
		return hintOf(err)
	}
	names := make([]string, len(p.served))
	for i := range p.served {
		names[i] = p.served[i].Name
	}
	p.log.Warn("the broker goes on with the logins that it has, with which it may log in again: to end that, take the profile out of the configuration, or end the broker",
		"profiles", strings.Join(names, " "))
	if len(p.config.profiles) == 0 {
		return cmp.Or(p.served[0].mends(err), hintOf(err)) // the account that commands work with
	}
	return hintOf(err)
}

// reread has the broker serve what the configuration says now.
func (p *process) reread() (*config, error) {
	c, wrong := readConfig(p.configFile, p.Dir, p.Warn, false, p.usualStore())
	switch len(wrong) {
	case 0:
	case 1:
		return nil, wrong[0]
	default:
		for _, w := range wrong {
			p.log.Error("the configuration is wrong", "error", w.Problem, "hint", w.Remedy)
		}
		return nil, fmt.Errorf("it has %d errors", len(wrong))
	}
	if p.tls.Load() != nil && c.tls == nil {
		return nil, errors.New("[tls] is gone, and something listens with it: restart the broker to change that")
	}
	return c, p.change(c)
}

// change has the broker serve what c says. If that cannot be, all stays as it is.
func (p *process) change(c *config) error {
	all, opts, err := p.options(c)
	if err != nil {
		return err
	}
	if err = p.readCertificates(c); err == nil {
		err = p.broker.Reload(opts)
	}
	if err != nil && opts.Audit != nil {
		_ = opts.Audit.Close()
	}
	if err != nil {
		return err
	}
	p.took(all, opts)
	return nil
}

// differs are the settings that only a start reads, and that are others in c than in old, with which the broker runs. Where flags
// say where it listens, they count.
func (old *config) differs(c *config, flags bool) (names []string) {
	for name, other := range map[string]bool{
		"listen": !flags && !slices.Equal(places(old.listens), places(c.listens)), "store": old.store != c.store, "log": old.log != c.log,
		"limits": old.noLimits != c.noLimits, "replicas": max(old.replicas, 1) != max(c.replicas, 1), "max_wait": cmp.Or(old.maxWait, usualWait) != cmp.Or(c.maxWait, usualWait),
	} {
		if other {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// usualWait is that of a [broker.Options] that says nothing.
const usualWait = 30 * time.Second

func places(all []listen) []listen {
	all = slices.Clone(all)
	for i := range all {
		all[i].line = 0
	}
	return all
}
