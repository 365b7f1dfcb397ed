package brokercmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/broker/oidc"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// readIssuer reads one issuer whose tokens let callers in.
func (c *config) readIssuer(t *table) {
	const such = `issuer = "https://HOST"`
	i := oidc.Issuer{
		URL: t.text("issuer", such), Audiences: t.texts("audience", `audience = ["ringcx-broker"]`), Claims: claims(t),
		Name: t.text("name", `name = "ci:{repository}"`), Profile: t.text("profile", `profile = "support"`),
		Algorithms: t.texts("algorithms", `algorithms = ["RS256"]`),
		MaxLife:    t.duration("max_life", "1h", 366*24*time.Hour), Skew: t.duration("skew", "30s", 5*time.Minute),
	}
	at := t.text("keys", `keys = "https://HOST/openid/v1/jwks"`)
	if strings.Contains(at, "://") {
		i.Keys.URL = at
	} else {
		i.Keys.File = c.path(at)
	}
	i.Keys.CAFile, i.Keys.TokenFile = c.path(t.text("ca", `ca = "/etc/ringcx/issuer.crt"`)), c.path(t.text("token_file", `token_file = "/var/run/secrets/kubernetes.io/serviceaccount/token"`))
	t.done()
	line, missing := t.line(t.path), false
	need := func(name, such string) {
		if !t.has(name) {
			missing = true
			t.fail(line, "oidc has no "+name, "such as: "+such)
		}
	}
	need("issuer", such)
	need("audience", `audience = ["ringcx-broker"], which jobs ask their tokens for`)
	need("name", `name = "ci:{repository}"`)
	need("claims", `[oidc.claims] with repository = "acme/*"; without it every token of the issuer would do`)
	c.serves(t, i.Profile)
	if !missing && i.URL != "" && i.Name != "" && len(i.Audiences) > 0 && len(i.Claims) > 0 {
		if _, err := oidc.New(&oidc.Options{Issuers: []oidc.Issuer{i}}); err != nil {
			t.fail(line, "oidc: "+wording.OneLine(strings.TrimPrefix(usage.PlainPath(err).Error(), "issuer 1: ")), "see docs/broker.md, 'Callers without a key'")
		}
	}
	c.issuers = append(c.issuers, i)
}

// claims reads what a token must say: texts and lists of texts, by names that may have dots or be tables in tables.
func claims(t *table) map[string][]string {
	all := map[string][]string{}
	if inner := t.inner("claims"); inner != nil {
		inner.claims("", inner.values, all)
	}
	return all
}

func (t *table) claims(before string, values map[string]any, all map[string][]string) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		path := before + name
		misfit := func(what string) {
			t.misfit(path, "is "+what+", and has to be a text or a list of them", `such as: ref = ["refs/heads/main", "refs/tags/v*"]`)
		}
		switch v := values[name].(type) {
		case string:
			if all[path] = []string{v}; v == "" {
				misfit("an empty text")
			}
		case map[string]any:
			t.claims(path+".", v, all)
		case []any:
			for _, one := range v {
				text, ok := one.(string)
				if !ok || text == "" {
					misfit("a list with " + kindOf(one))
					continue
				}
				all[path] = append(all[path], text)
			}
			if len(v) == 0 {
				misfit("an empty list")
			}
		default:
			misfit(kindOf(v))
		}
	}
}

// issuersSay tells which tokens let whom in.
func (c *config) issuersSay() (all []string) {
	for _, i := range c.issuers {
		var asked []string
		for _, claim := range slices.Sorted(maps.Keys(i.Claims)) {
			asked = append(asked, claim+" "+strings.Join(i.Claims[claim], " or "))
		}
		all = append(all, fmt.Sprintf("callers  token of %s for %s with %s: %s", i.URL, strings.Join(i.Audiences, " or "), strings.Join(asked, ", "), i.Name))
	}
	return all
}
