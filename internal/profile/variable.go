package profile

import (
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/env"
)

// Variable is an environment variable, or what --env-file gives for it, without what was pasted around it.
func (a *Accounts) Variable(name string) string {
	if slices.Contains(env.AccountVariables, name) {
		return env.Pasted(a.Getenv(name))
	}
	return env.WithoutQuotes(strings.TrimFunc(a.Getenv(name), env.IsMargin))
}
