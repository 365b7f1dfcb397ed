package broker

import (
	"cmp"
	"net/url"
	"strings"
	"sync"
	"unicode"

	"github.com/ringcx-go/ringcx/broker/internal/audit"
	"github.com/ringcx-go/ringcx/broker/internal/policy"
	"github.com/ringcx-go/ringcx/broker/internal/proxy"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// loggedPath is an escaped path as a log may have it. A request may be refused before anybody looked for its operation, or have the
// method of another one: what is a secret in a path is one all the same.
func loggedPath(op *apispec.Operation, method, path string) string {
	if op == nil {
		op, _ = policy.Operation(method, path)
	}
	if op != nil {
		return audit.Path(op, path)
	}
	for _, method := range apispec.Methods(path) {
		if other, _, ok := apispec.Match(method, path); ok && secretIn(other) {
			return other.Path
		}
	}
	if !leadsOn(path) {
		return beginning(path)
	}
	return audit.Path(nil, withoutSecrets(path))
}

// leadsOn tells whether a path may be forwarded, as [proxy.Vendor.Route] does.
func leadsOn(path string) bool {
	_, is := new(proxy.Vendor).Route(path)
	return is
}

// beginning is all that a log has of a path that leads nowhere: two segments at the most, of those that there are in other paths.
func beginning(path string) string {
	rest, some := strings.CutPrefix(path, "/")
	if !some {
		return "{}"
	}
	var known strings.Builder
	for n := 0; rest != ""; n++ {
		var s string
		if s, rest, _ = strings.Cut(rest, "/"); n == 2 || !vocabulary()[s] {
			return known.String() + "/{}"
		}
		known.WriteString("/" + s)
	}
	return cmp.Or(known.String(), "/")
}

// vocabulary are the segments of the paths that are described, and of the broker's own.
var vocabulary = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	own := "/token/metrics/healthz/readyz/oauth2/introspect/revoke/restapi/oauth/.well-known/oauth-authorization-server"
	for _, op := range apispec.Default().Operations {
		own += op.Path
	}
	for s := range strings.SplitSeq(own, "/") {
		words[s] = !strings.HasPrefix(s, "{")
	}
	return words
})

// secretIn tells whether the path of an operation has a parameter that is a secret.
func secretIn(op *apispec.Operation) bool {
	for p := range op.In(apispec.InPath) {
		if p.Secret {
			return true
		}
	}
	return false
}

// foretelling are segments, in lower case, after which a path may have a secret: those of the description, and what others are called.
var foretelling = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for _, word := range strings.Fields("token tokens accesstoken jwt refresh revoke verify login logout password passwords reset secret secrets apikey apikeys api-key api-keys credentials session sessions code hashcode webhook webhooks") {
		words[word] = true
	}
	for _, op := range apispec.Default().Operations {
		if !secretIn(op) {
			continue
		}
		last := ""
		for s := range strings.SplitSeq(op.Path, "/") {
			name, is := strings.CutPrefix(s, "{")
			if p := op.Param(strings.TrimSuffix(name, "}")); is && p != nil && p.Secret && last != "" {
				words[strings.ToLower(last)] = true
			}
			if last = s; is {
				last = ""
			}
		}
	}
	return words
})

// foretells tells whether a secret may follow a segment, in whatever spelling it is one of those: /access_token/, /logout;x/, /MyApiKey/.
func foretells(segment string) bool {
	word := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, segment)
	if foretelling()[word] || word == "key" || word == "keys" {
		return true
	}
	for _, part := range [...]string{"token", "secret", "password", "bearer", "jwt", "apikey", "login", "logout", "refresh", "verify"} {
		if strings.Contains(word, part) {
			return true
		}
	}
	return false
}

// withoutSecrets is an escaped path of which nothing is known, without what follows a segment that foretells a secret.
func withoutSecrets(path string) string {
	all := strings.Split(path, "/")
	found := false
	for i, s := range all {
		plain, err := url.PathUnescape(s)
		if err != nil {
			plain = s
		}
		switch {
		case foretelling()[strings.ToLower(plain)]:
			found = true
		case found && s != "":
			all[i] = "{}"
		default:
			found = foretells(plain)
		}
	}
	return strings.Join(all, "/")
}
