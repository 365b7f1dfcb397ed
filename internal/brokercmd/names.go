package brokercmd

import "net"

// answersTo are hosts and the names at which the broker listens: a request for one of these is for it. Where it listens is what c says,
// the configuration of the start.
func (c *config) answersTo(hosts []string) (all []string) {
	all = append(all, hosts...)
	for _, l := range c.listens {
		if name, _, err := net.SplitHostPort(l.address); err == nil && !l.unix && name != "" {
			all = append(all, name)
		}
	}
	return all
}
