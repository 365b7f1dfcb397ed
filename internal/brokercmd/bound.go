package brokercmd

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// inBraces is a claim in the name that an issuer gives to callers.
var inBraces = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{[^}]*\}`) })

// gives tells whether a template for names has this one. Between claims there are colons, and no value has one.
func gives(template, name string) bool {
	var pattern strings.Builder
	rest := template
	for at := inBraces().FindStringIndex(rest); at != nil; at = inBraces().FindStringIndex(rest) {
		pattern.WriteString(regexp.QuoteMeta(rest[:at[0]]) + "[^:]+")
		rest = rest[at[1]:]
	}
	fits, err := regexp.MatchString("^(?:"+pattern.String()+regexp.QuoteMeta(rest)+")$", name)
	return err == nil && fits
}

// boundTo is the profile that a caller of this name is bound to, and asked the one that its question names; "": none. It is an error
// that the name alone does not tell it.
func (c *config) boundTo(caller, asked string) (string, error) {
	var all []string
	for _, i := range c.issuers {
		if gives(i.Name, caller) && !slices.Contains(all, i.Profile) {
			all = append(all, i.Profile)
		}
	}
	switch {
	case len(all) == 0:
		return "", nil
	case len(all) == 1:
		return all[0], nil
	case slices.Contains(all, asked) || slices.Contains(all, "") && asked != "":
		return asked, nil
	}
	slices.Sort(all)
	all = slices.DeleteFunc(all, func(name string) bool { return name == "" })
	return "", usage.New(fmt.Sprintf("several [[oidc]] name a caller %q, and do not bind it to the same profile", wording.Clip(caller)), "say as which it is judged: --profile "+wording.Listed(all))
}

// elsewhere tells of profiles with which the answer would be another: a key may be for one alone, which the configuration does not tell.
func (a *Commands) elsewhere(b *broker.Broker, q question, profiles []string, allowed bool) {
	for _, name := range profiles[1:] {
		if other, why := b.May(q.caller, name, q.method, q.path); other != allowed {
			a.Inform("That is as %s, the first profile. With --profile %s, as a caller with a key for that one: %s.\n", profiles[0], name, why)
		}
	}
}
