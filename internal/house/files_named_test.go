package house_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// guides are pages that tell where things are.
var guides = []string{"AGENTS.md", "docs/walkthrough.md"}

var fileName = regexp.MustCompile("`([A-Za-z0-9_./-]+\\.(?:go|txt|css|js))`")

// lostFiles finds names of files in the guides that no file has: each is the end of a path.
func lostFiles(t *tree) []finding {
	var all []finding
	for _, page := range guides {
		for _, m := range fileName.FindAllStringSubmatch(t.text[page], -1) {
			if !t.ends(m[1]) {
				all = append(all, found(fmt.Sprintf("%s names %s, which is not there", page, m[1]), "file", page, m[1]))
			}
		}
	}
	return all
}

// ends tells whether a path of the tree ends in name, from the beginning of a part of it.
func (t *tree) ends(name string) bool {
	if t.paths[name] {
		return true
	}
	for p := range t.paths {
		if strings.HasSuffix(p, "/"+name) {
			return true
		}
	}
	return false
}

func TestEveryFileThatTheGuidesNameIsThere(t *testing.T) { keeps(t, lostFiles) }

func TestAFileThatIsNotThereIsFound(t *testing.T) {
	runAll(t, []control{
		{"files", lostFiles, map[string]string{"AGENTS.md": "`a.go`, `b/a.go`, `c/a.go`, `x.go`, `*_gen.go`, `go test`", "b/a.go": "package b\n"}, []string{
			"file AGENTS.md c/a.go", "file AGENTS.md x.go",
		}},
	})
}
