package operations_test

import (
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/operations"
)

func TestEveryOperationHasAnIDOfItsOwnAndAPathThatCanBeCalled(t *testing.T) {
	seen := make(map[string]bool)
	for _, op := range operations.All() {
		if op.ID == "" || seen[op.ID] {
			t.Errorf("operation %q is missing or listed twice", op.ID)
		}
		seen[op.ID] = true
		if !strings.HasPrefix(op.Path, "/") || strings.Count(op.Path, "{") != strings.Count(op.Path, "}") {
			t.Errorf("%s has a path that cannot be called: %s", op.ID, op.Path)
		}
		switch op.Method {
		case "GET", "POST", "PUT", "PATCH", "DELETE":
		default:
			t.Errorf("%s has method %q", op.ID, op.Method)
		}
	}
	if len(seen) < 300 {
		t.Errorf("the list has only %d operations", len(seen))
	}
}
