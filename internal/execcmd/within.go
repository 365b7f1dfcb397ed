//go:build windows || linux

package execcmd

import (
	"context"

	"github.com/ringcx-go/ringcx/internal/profile"
)

// within runs the program, by run, with a broker in this process. It returns when the broker has stored what it had under way.
func (c *Commands) within(acc *profile.Account, p *program, run func(*program) error) error {
	defer c.Silence()() // the terminal is the program's
	b, err := open(context.WithoutCancel(c.Context), acc)
	if err != nil {
		return err
	}
	p.env = c.environment(acc, variables(b.url, callerName, b.key))
	err = run(p)
	_ = b.close()
	return err
}
