package house_test

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// Hosts in URLs of the code that may be asked: the vendor's, and this machine. All other names come from settings. The last ones are
// read by people only.
var knownHosts = []string{
	"platform.ringcentral.com", "ringcx.ringcentral.com", "engage.ringcentral.com", "platform.devtest.ringcentral.com", "portal.vacd.biz", "portal.virtualacd.biz",
	"localhost", "127.0.0.1", "host", "user", "developers.ringcentral.com",
}

var hostOfURL = regexp.MustCompile(`(?i)\b(?:https?|wss?)://([a-z0-9][a-z0-9.-]*)`)

// strangeHosts finds addresses in the code of the SDK and the command that are not the vendor's: nothing is reported to anybody.
func strangeHosts(t *tree) []finding {
	var all []finding
	for _, s := range t.code {
		if s.test || !(s.dir == "." || within(s.dir, "store") || within(s.dir, "internal") || within(s.dir, "cmd")) {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				return true
			}
			for _, m := range hostOfURL.FindAllStringSubmatch(text, -1) {
				if host := strings.ToLower(strings.TrimRight(m[1], ".-")); !slices.Contains(knownHosts, host) {
					all = append(all, found(s.path+" knows the host "+host+": it is not the vendor's", "host", s.path, host))
				}
			}
			return true
		})
	}
	return all
}

func TestTheCodeKnowsNoHostsButTheVendors(t *testing.T) { keeps(t, strangeHosts) }

func TestAHostThatIsNotTheVendorsIsFound(t *testing.T) {
	tr, err := load(fstest.MapFS{
		"go.mod":              {Data: []byte("module m\n")},
		"a.go":                {Data: []byte("package m\n\nconst vendor = \"https://ringcx.ringcentral.com/x\" // not https://comment.example\n")},
		"internal/cli/cli.go": {Data: []byte("package cli\n\nconst count = \"https://count.example/hit\"\n")},
		"sandbox/box.go":      {Data: []byte("package sandbox\n\nconst page = \"https://page.example\"\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strangeHosts(tr); len(got) != 1 || got[0].key != "host internal/cli/cli.go count.example" {
		t.Errorf("found %v", got)
	}
}
