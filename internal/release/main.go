// Command release writes what is published beside the programs. scripts/release.sh runs it.
//
//	release notices             licences of what is linked into ringcx, to stdout: the file NOTICES
//	release sbom BINARY         what a built ringcx is made of, as CycloneDX 1.5, to stdout
//	release formula CHECKSUMS   a formula for Homebrew, to stdout
//	release scoop CHECKSUMS     a manifest for Scoop, to stdout
//	release place TAG           whether the tag is a pre-release, and the latest of the tags at stdin, to stdout
//
// The first two are run in the directory of the module. CHECKSUMS is a file that sha256sum has written, of archives
// that are named ringcx_VERSION_SYSTEM_ARCHITECTURE.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string, r io.Reader, w io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "notices":
		return writeNotices(w, ".")
	case len(args) == 2 && args[0] == "sbom":
		return writeBOM(w, args[1], "NOTICES")
	case len(args) == 2 && args[0] == "formula":
		return writeManifest(w, args[1], formula)
	case len(args) == 2 && args[0] == "scoop":
		return writeManifest(w, args[1], scoop)
	case len(args) == 2 && args[0] == "place":
		all, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		return writePlace(w, args[1], string(all))
	}
	return errors.New("give one of: notices, sbom BINARY, formula CHECKSUMS, scoop CHECKSUMS, place TAG")
}
