package brokercmd

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// reload reads the configuration again. If it is wrong all stays as it is.
func (p *process) reload() {
	notify(p.Getenv, reloading()...)
	defer notify(p.Getenv, "READY=1")
	c, err := p.reread()
	if err != nil {
		p.log.Error("the configuration stays as it was", "error", err.Error(), "hint", p.mends(err))
		return
	}
	for _, changed := range p.began.differs(c, len(p.listens) > 0) {
		p.log.Warn("this is read at the start: restart the broker to change it", "setting", changed)
	}
	p.stopWork()
	p.working.Wait()
	p.config = c
	p.begin()
	p.log.Info("the configuration was read again", "profiles", len(p.served), "rules", len(c.rules))
}

// mends is what to do about an error of reading the configuration again. That there is no login of a profile any more ends nothing.
func (p *process) mends(err error) string {
	if !errors.Is(err, ringcx.ErrLoginRequired) {
		return usage.Hint(err)
	}
	names := make([]string, len(p.served))
	for i := range p.served {
		names[i] = p.served[i].Name
	}
	p.log.Warn("the broker goes on with the logins that it has, with which it may log in again: to end that, take the profile out of the configuration, or end the broker",
		"profiles", strings.Join(names, " "))
	if len(p.config.profiles) == 0 {
		return p.served[0].mends(err) // the account that commands work with
	}
	return usage.Hint(err)
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
	all, opts, err := p.options(c)
	if err != nil {
		return nil, err
	}
	if err := p.readCertificates(c); err != nil {
		return nil, err
	}
	if err := p.broker.Reload(opts); err != nil {
		return nil, err
	}
	p.took(all)
	return c, nil
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
