package brokercmd

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/ringcx-go/ringcx"
)

// ParseConfig reads the text of a configuration and returns what is wrong with it, each with its hint.
func ParseConfig(path, text string) (wrong [][2]string) {
	_, r := parseConfig(path, text, nil)
	return r.told()
}

// CheckConfig is ParseConfig with what is wrong on this machine.
func CheckConfig(path, text string) (wrong [][2]string) {
	c, r := parseConfig(path, text, func(string) {})
	if c != nil {
		c.lookAround("file:" + filepath.Join(filepath.Dir(path), "state"))
	}
	return r.told()
}

func (r *reading) told() (wrong [][2]string) {
	for _, e := range r.errors() {
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
	c, _ := parseConfig("/etc/ringcx/broker.toml", text, nil)
	return c.answersTo(c.hosts)
}

// Shadowed are the warnings about rules of a configuration that decide nothing.
func Shadowed(text string) []string {
	c, _ := parseConfig("/etc/ringcx/broker.toml", text, nil)
	return c.shadowed()
}

// Settings are some that a configuration sets.
type Settings struct {
	MaxWait, Skew time.Duration
	Hosts         []string
	Store         string
}

// SettingsOf reads the text of a configuration with one issuer.
func SettingsOf(path, text string) Settings {
	c, _ := parseConfig(path, text, nil)
	return Settings{c.maxWait, c.issuers[0].Skew, c.hosts, c.store}
}

// Connections are those of callers.
type Connections = connections

// Note is http.Server.ConnState.
func (c *connections) Note(conn net.Conn, state http.ConnState) { c.note(conn, state) }

// Wait waits until they may be closed.
func (c *connections) Wait(ctx context.Context, linger time.Duration) { c.wait(ctx, linger) }

// KeepSink keeps the tokens of a source in a file until ctx ends, and returns what /readyz tells of that.
func KeepSink(ctx context.Context, file string, source ringcx.TokenSource, log *slog.Logger) (problems func() []string) {
	p := new(process)
	s := &sink{file: file, mode: 0o600, owner: -1, group: -1}
	go s.keep(ctx, source, log, &p.unkept)
	return p.problems
}

// Meets tells whether one process cannot listen at two places.
func Meets(one, other string) bool { return (&listen{address: one}).meets(&listen{address: other}) }

// Is tells whether a place is where somebody listens.
func Is(place string, at net.Addr) bool { return (&listen{address: place}).is(at) }

// OnlyHere tells whether only this machine reaches a place.
func OnlyHere(place string) bool { return (&listen{address: place}).local() }
