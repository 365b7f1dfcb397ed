// Package apigen writes the generated files of package api, from the description in internal/apispec. What a file says is
// decided here, and what is true there. Run go generate ./api after a change of either.
package apigen
