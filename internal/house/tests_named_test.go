package house_test

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"testing"
)

// namedTest is a test that a document names as its witness.
var namedTest = regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Z][A-Za-z0-9]*)`")

// missingWitnesses finds tests that documents name and nobody wrote.
func missingWitnesses(t *tree) []finding {
	written := map[string]bool{}
	for _, s := range t.code {
		for _, e := range exports(s) {
			written[e.name] = true
		}
	}
	var all []finding
	for _, p := range slices.Sorted(maps.Keys(t.text)) {
		if path.Ext(p) != ".md" {
			continue
		}
		for _, m := range namedTest.FindAllStringSubmatch(t.text[p], -1) {
			if !written[m[1]] {
				all = append(all, found(fmt.Sprintf("%s names %s, which is not there", p, m[1]), "witness", p, m[1]))
			}
		}
	}
	return all
}

func TestEveryTestThatADocumentNamesIsThere(t *testing.T) { keeps(t, missingWitnesses) }
