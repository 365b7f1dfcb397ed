// Command ringcx-man writes the manual pages of ringcx into a directory. 'make man' runs it.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra/doc"

	"github.com/ringcx-go/ringcx/internal/cli"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ringcx-man:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("give the directory to write to")
	}
	if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // pages for everybody
		return err
	}
	pages := cli.Pages()
	return doc.GenManTree(pages, &doc.GenManHeader{Section: "1", Source: "ringcx " + pages.Version, Manual: "ringcx"}, args[0])
}
