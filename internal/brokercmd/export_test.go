package brokercmd

import "time"

// ParseConfig reads the text of a configuration and returns what is wrong with it, each with its hint.
func ParseConfig(path, text string) (wrong [][2]string) {
	_, errs := parseConfig(path, text)
	for _, e := range errs {
		wrong = append(wrong, [2]string{e.Problem, e.Remedy})
	}
	return wrong
}

// ParseLife is how long something is to last.
func ParseLife(text string) (time.Duration, error) { return parseLife(text) }

// LinesOf are the lines of the settings of a document.
func LinesOf(text string) map[string]int { return linesOf(text) }

// Names are the names that a broker with a configuration answers to.
func Names(text string) []string {
	c, _ := parseConfig("/etc/ringcx/broker.toml", text)
	return c.names(c.hosts)
}
