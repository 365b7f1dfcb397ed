package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// own are beginnings of paths that the broker answers itself, or to nobody: no rule is asked about what lies below them.
var own = [...][]string{{"healthz"}, {"readyz"}, {"oauth2"}, {".well-known"}, {"restapi", "oauth"}, {"api", "auth"}}

// forwarded are beginnings of the paths that are forwarded, and of those of the broker's own about which rules are asked; beside them there
// are operations that tell a token of the digital channels.
var forwarded = [...][]string{{"voice", "api"}, {"platform", "api"}, {"restapi"}, {"token"}, {"metrics"}}

// asked are the methods with which the broker asks rules about paths of its own, HEAD as GET.
var asked = map[string][]string{"token": {"GET"}, "metrics": {"GET", "HEAD"}}

// idle tells why a rule would never be asked, "" if it may be: whoever wrote it believes that it decides something.
func (c *compiled) idle() string {
	if op, ok := apispec.Find(c.Operation); ok && c.Operation != "" {
		switch {
		case SignsIn(op, op.Path):
			return fmt.Sprintf("the operation %s signs in: the broker answers it itself, or nobody, and no rule decides about it", op.ID)
		case c.Method != "" && c.Method != op.Method && (c.Method != "HEAD" || op.Method != "GET"):
			return fmt.Sprintf("the operation %s has the method %s, and the rule matches nothing with %s", op.ID, op.Method, c.Method)
		}
	}
	if len(c.segments) == 1 && c.Method != "" {
		if methods := asked[strings.ToLower(c.segments[0])]; methods != nil && !slices.Contains(methods, c.Method) {
			return fmt.Sprintf("the path %q with the method %s decides nothing: rules are asked about it with GET", c.Path, c.Method)
		}
	}
	for _, start := range own {
		if c.below(start) && !c.meetsDigital() {
			return fmt.Sprintf("the path %q is the broker's own, and no rule decides about it: who may have the vendor's token, at /oauth2/token too, says a rule with the path /token", c.Path)
		}
	}
	if c.segments != nil && !c.leadsOn() {
		return fmt.Sprintf("the path %q matches nothing that is forwarded: that are paths below /voice/api/, /platform/api/ and /restapi/", c.Path)
	}
	return ""
}

// leadsOn tells whether rules are asked about a path of the rule.
func (c *compiled) leadsOn() bool {
	for _, start := range forwarded {
		if meets(c.segments[:min(len(c.segments), len(start))], start) && (len(start) > 1 || start[0] == "restapi" || meets(c.segments, start)) {
			return true
		}
	}
	return c.meetsDigital()
}

// below tells whether all paths of the rule begin so.
func (c *compiled) below(start []string) bool {
	if len(c.segments) < len(start) {
		return false
	}
	for i, s := range start {
		if !strings.EqualFold(s, c.segments[i]) {
			return false
		}
	}
	return true
}

// meetsDigital tells whether a path of the rule brings a token for the digital channels, about which rules decide.
func (c *compiled) meetsDigital() bool {
	for id := range digital {
		if op, ok := apispec.Find(id); ok && meets(c.segments, segments(nil, op.Path)) {
			return true
		}
	}
	return false
}

// meets tells whether a pattern has paths of an operation.
func meets(pattern, path []string) bool {
	for i, s := range pattern {
		switch {
		case s == "**":
			return true
		case i >= len(path), s != "*" && !strings.EqualFold(s, path[i]) && !strings.HasPrefix(path[i], "{"):
			return false
		}
	}
	return len(pattern) == len(path)
}
