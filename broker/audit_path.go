package broker

import (
	"net/url"
	"strings"
	"sync"

	"github.com/ringcx-go/ringcx/broker/internal/audit"
	"github.com/ringcx-go/ringcx/broker/internal/policy"
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
	return audit.Path(nil, withoutSecrets(path))
}

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
		}
	}
	return strings.Join(all, "/")
}
