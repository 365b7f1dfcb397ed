package execcmd

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// through runs a program that goes through a broker that is there already, as the variables say. It needs no other.
func (c *Commands) through(at string, p *program) error {
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return usage.New("RINGCX_BROKER is not a server that every program can reach: http://… or https://…", "name a profile with --profile, and the program gets a broker of its own")
	}
	key, err := c.brokerKey()
	if err != nil {
		return err
	}
	caller, _, _ := strings.Cut(strings.TrimPrefix(key, "rcxb_"), "_") // the ID of the key is a name of its caller
	p.env = environ(c.Environ(), nil, variables(u.Scheme+"://"+u.Host, caller, key))
	return c.become(p)
}

// brokerKey is the key that the variables name.
func (c *Commands) brokerKey() (string, error) {
	key := c.Variable("RINGCX_BROKER_KEY")
	if name := c.Getenv("RINGCX_BROKER_KEY_FILE"); key == "" && name != "" {
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
