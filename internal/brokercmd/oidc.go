package brokercmd

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
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
	told := t.has("skew")
	i := oidc.Issuer{
		URL: t.text("issuer", such), Audiences: t.texts("audience", `audience = ["ringcx-broker"]`), Claims: claims(t),
		Name: t.text("name", `name = "ci:{repository}"`), Profile: t.text("profile", `profile = "support"`),
		Algorithms: t.texts("algorithms", `algorithms = ["RS256"]`),
		MaxLife:    t.duration("max_life", "1h", 366*24*time.Hour), Skew: t.duration("skew", "30s", 5*time.Minute),
	}
	if told {
		i.Skew = max(i.Skew, time.Nanosecond) // 0 is the usual one to an Issuer
	}
	if t.has("max_life") && i.MaxLife == 0 {
		t.misfit("max_life", "is nothing, so that no token would do", `such as: max_life = "1h"`)
	}
	at := t.text("keys", `keys = "https://HOST/openid/v1/jwks"`)
	if strings.Contains(at, "://") {
		i.Keys.URL = at
	} else {
		i.Keys.File = c.path(at)
	}
	i.Keys.CAFile, i.Keys.TokenFile = c.path(t.text("ca", `ca = "/etc/ringcx/issuer.crt"`)), c.path(t.text("token_file", `token_file = "/var/run/secrets/kubernetes.io/serviceaccount/token"`))
	t.done()
	for setting, path := range map[string]string{"keys": i.Keys.File, "ca": i.Keys.CAFile, "token_file": i.Keys.TokenFile} {
		c.names(t, setting, path, false)
	}
	c.meansLiterally(t, &i)
	need := func(name, such string) {
		if !t.has(name) {
			t.fail(t.line(t.path), "oidc has no "+name, "such as: "+such)
		}
	}
	need("issuer", such)
	need("audience", `audience = ["ringcx-broker"], which jobs ask their tokens for`)
	need("name", `name = "ci:{repository}"`)
	need("claims", `[oidc.claims] with repository = "acme/*"; without it every token of the issuer would do`)
	c.serves(t, i.Profile)
	c.tryIssuer(t, i)
	c.issuers = append(c.issuers, i)
}

// meansLiterally refuses patterns where there are none, and claims that let everybody in.
func (c *config) meansLiterally(t *table, i *oidc.Issuer) {
	for setting, values := range map[string][]string{"issuer": {i.URL}, "name": {i.Name}, "audience": i.Audiences} {
		for _, value := range values {
			if strings.Contains(value, "*") {
				t.misfit(setting, fmt.Sprintf("has %q, and * stands for nothing there", wording.Clip(value)), "write it as tokens have it; claims in name are in braces, and only values in [oidc.claims] may have a *")
			}
		}
	}
	asks := false
	for _, values := range i.Claims {
		asks = asks || !slices.ContainsFunc(values, func(v string) bool { return strings.Trim(v, "*") == "" })
	}
	if !asks && len(i.Claims) > 0 {
		t.misfit("claims", "let every token of the issuer in: * alone is any value", `say whose tokens do, such as: repository = "acme/*"`)
	}
}

// tryIssuer finds all that is wrong with an issuer, setting by setting: in the text at once, in its files when this machine is looked at.
func (c *config) tryIssuer(t *table, i oidc.Issuer) {
	fail := func(setting string, err error) {
		what := wording.OneLine(strings.TrimPrefix(err.Error(), "issuer 1: "))
		if file := (*fs.PathError)(nil); errors.As(err, &file) {
			what = usage.OfPath(err)
		}
		t.fail(t.line(t.of(setting)), "oidc: "+what, "see docs/broker.md, 'Callers without a key'")
	}
	for _, setting := range []string{"issuer", "audience", "name", "algorithms", "claims", "keys", "ca"} {
		alone := only(setting, &i)
		if alone == nil {
			continue // it is missing, or not what belongs there, which has been told
		}
		try := func() error {
			_, err := oidc.New(&oidc.Options{Issuers: []oidc.Issuer{*alone}})
			return err
		}
		inFile := (*fs.PathError)(nil)
		if err := try(); err != nil && !errors.As(err, &inFile) {
			fail(setting, err)
			continue
		}
		c.later = append(c.later, func() {
			if err := try(); err != nil {
				fail(setting, err)
			}
		})
	}
	if f := i.Keys.TokenFile; f != "" {
		c.later = append(c.later, func() {
			if _, err := os.Stat(f); err != nil {
				t.misfit("token_file", "cannot be used: "+usage.OfPath(err), "name a file with the token, or leave it out")
			}
		})
	}
}

// only is an issuer of which nothing but one setting can be wrong; nil: i does not have it.
func only(setting string, i *oidc.Issuer) *oidc.Issuer {
	good := oidc.Issuer{URL: "https://localhost", Audiences: []string{"x"}, Claims: map[string][]string{"x": {"x"}}, Name: "ci:{x}"}
	is := false
	switch setting {
	case "issuer":
		good.URL, is = i.URL, i.URL != ""
	case "audience":
		good.Audiences, is = i.Audiences, len(i.Audiences) > 0
	case "name":
		good.Name, is = i.Name, i.Name != ""
	case "algorithms":
		good.Algorithms, is = i.Algorithms, i.Algorithms != nil
	case "claims":
		good.Claims, is = i.Claims, len(i.Claims) > 0
	case "keys":
		good.Keys, is = i.Keys, i.Keys.URL != "" || i.Keys.File != ""
		if i.Keys.File == "" {
			good.Keys.CAFile = "" // it is asked about by itself
		}
	case "ca":
		good.Keys.CAFile, is = i.Keys.CAFile, i.Keys.CAFile != "" && i.Keys.File == ""
	}
	if !is {
		return nil
	}
	return &good
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
