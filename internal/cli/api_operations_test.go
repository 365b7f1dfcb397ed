package cli_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/cli"
)

func TestNoOperationIsCalledLikeACommandBesideIt(t *testing.T) {
	var names []string
	for _, c := range cli.Pages().Commands() {
		if c.Name() != "api" {
			continue
		}
		for _, below := range c.Commands() {
			names = append(names, strings.ToLower(below.Name()))
		}
	}
	if !slices.Contains(names, "list") {
		t.Fatalf("the commands below api are %q", names)
	}
	for _, op := range apispec.Default().Operations {
		if slices.Contains(names, strings.ToLower(op.ID)) {
			t.Errorf("'ringcx api %s' is two things", op.ID)
		}
	}
}

func TestAMethodBesideAPathIsNoOperation(t *testing.T) {
	p := newPerson(t)
	for _, method := range []string{"DELETE", "delete"} {
		if out, _ := p.types(0, "api", method, "/voice/api/v1/admin/users/1", "--dry-run"); !strings.HasPrefix(out, "DELETE http") {
			t.Errorf("%s of a path is\n%s", method, out)
		}
	}
	if _, errs := p.types(2, "api", "delete"); !strings.Contains(errs, "delete needs ") {
		t.Errorf("the operation is not found: %s", errs)
	}
}
