// Command write writes docs/api.md anew, run by go generate ./internal/apidoc.
package main

import (
	"fmt"
	"os"

	"github.com/ringcx-go/ringcx/internal/apidoc"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

func main() {
	if err := os.WriteFile("../../docs/api.md", apidoc.Markdown(apispec.Default()), 0o644); err != nil { //nolint:gosec // a page, which all may read
		fmt.Fprintln(os.Stderr, "apidoc:", err)
		os.Exit(1)
	}
}
