package execcmd

import (
	"fmt"
	"strings"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
)

const remedyOwn = "name a profile with --profile, and the program gets a broker of its own"

// through runs a program that goes through a broker that is there already, as the variables say. It needs no other.
func (c *Commands) through(g profile.Given, o *options, p *program) error {
	via, err := c.BrokerOf(g)
	if err != nil {
		return err
	}
	at := via.String()
	switch {
	case o.variable != "": // a broker does not tell where its vendor is, and a guess would send the token to another host
		return usage.New("--env is for a login of this machine, and RINGCX_BROKER is set in "+g.From,
			"leave out --env, or name a profile with --profile; 'ringcx token' prints the broker's token, for programs that know where the vendor is")
	case strings.HasPrefix(at, "unix:"):
		return usage.New("RINGCX_BROKER is a socket, and not every program can use one", remedyOwn)
	}
	key, err := c.brokerKey()
	if err != nil {
		return err
	}
	caller, _, _ := strings.Cut(strings.TrimPrefix(key, "rcxb_"), "_") // the ID of the key is a name of its caller
	p.env = c.environment(nil, variables(at, caller, key))
	return c.become(p)
}

// brokerKey is the key that the variables name.
func (c *Commands) brokerKey() (string, error) {
	key := c.Variable("RINGCX_BROKER_KEY")
	if name := c.Variable("RINGCX_BROKER_KEY_FILE"); key == "" && name != "" {
		text, _, err := c.ReadSecret(name, "RINGCX_BROKER_KEY_FILE names a file with the key of a broker", env.MaxSecret)
		if err != nil {
			return "", err
		}
		key = env.Pasted(text)
	}
	if key == "" {
		return "", usage.New("RINGCX_BROKER is set, and no key to it", "set RINGCX_BROKER_KEY or RINGCX_BROKER_KEY_FILE, or name a profile with --profile")
	}
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", usage.New(fmt.Sprintf("the key of RINGCX_BROKER holds what no key does (%d characters)", len(key)), "give it as the broker printed it when it was made")
	}
	return key, nil
}
