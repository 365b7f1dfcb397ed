// Command write writes the generated files of package api into the directory it is run in.
package main

import (
	"fmt"
	"os"

	"github.com/ringcx-go/ringcx/internal/apigen"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

func main() {
	if err := apigen.Write(apispec.Default(), "."); err != nil {
		fmt.Fprintln(os.Stderr, "apigen:", err)
		os.Exit(1)
	}
}
