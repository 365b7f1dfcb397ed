package operations_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/operations"
)

var described = operations.NewIndex(operations.Described())

// called is the path of an operation with values for its parameters.
func called(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = fmt.Sprint(7000 + i)
		}
	}
	return strings.Join(parts, "/")
}

func TestEveryDescribedOperationIsFoundByItsPath(t *testing.T) {
	if len(operations.Others()) < 45 {
		t.Errorf("there are %d others", len(operations.Others()))
	}
	for _, op := range operations.Described() {
		for _, path := range []string{called(op.Path), called(op.Path) + "/", op.Path} {
			if got, ok := described.Match(op.Method, path); !ok || got.Name() != op.Name() {
				t.Errorf("%s %s is %q", op.Method, path, got.Name())
			}
		}
		if methods := described.Methods(called(op.Path)); !slices.Contains(methods, op.Method) {
			t.Errorf("%s has %q", op.Path, methods)
		}
		if got, ok := described.Match("TRACE", called(op.Path)); ok {
			t.Errorf("TRACE %s is %q", op.Path, got.Name())
		}
	}
}

func TestAPathIsFoundHoweverItIsSpelt(t *testing.T) {
	const groups = "/voice/api/v1/admin/accounts/{accountId}/dialGroups"
	for path, want := range map[string]string{
		"/voice/api/v1/admin/accounts/21000001/dialGroups":       groups,
		"/voice/api/v1/admin/accounts/21000001/dialGroups/":      groups,
		"/voice/api/v1/admin/accounts/21000001/%64ialGroups":     groups,
		"/voice/api/v1/admin/accounts/a%2Fb/dialGroups":          groups,
		"/voice/api/v1/admin/accounts/Zo%C3%AB%20%3F/dialGroups": groups,
		"/api/v1/admin/accounts/21000001/dialGroups":             groups,
		"/voice/api/v1/admin/accounts/1/dialGroups/withChildren": groups + "/withChildren",
		"/voice/api/v1/admin/accounts/1/dialGroups/with":         groups + "/{dialGroupId}",
		"/cx/integration/v1/accounts/1/sub-accounts/2/recordings/dialogs/3/segments/4": "/voice/api/cx/integration/v1/accounts/{rcAccountId}/sub-accounts/" +
			"{subAccountId}/recordings/dialogs/{dialogId}/segments/{segmentId}",
		"/voice/api/cx/routing/v1/sub-accounts/1/queues/2/availability": "/cx/routing/v1/sub-accounts/{subAccountId}/queues/{queueId}/availability",
	} {
		if got, ok := described.Match("GET", path); !ok || got.Path != want {
			t.Errorf("%s is %q", path, got.Path)
		}
	}
	for _, path := range []string{
		"", "/", "//", "/voice/api/v1/admin/accounts//dialGroups", "/voice/api/v1/admin/accounts/./dialGroups", "/voice/api/v1/admin/accounts/%2e%2e/dialGroups",
		"/voice/api/v1/admin/accounts/1/dialGroups//", "/voice/api/v1/admin/accounts/1/DialGroups", "/voice/api/v1/admin/accounts/1/%zz",
		"voice/api/v1/admin/accounts/1/dialGroups", "/admin/accounts/1/dialGroups", "/voice/api/v1/admin/accounts/1/dialGroups/2/3/4/5", "/voice/api/v1/made/up",
	} {
		if got, ok := described.Match("GET", path); ok {
			t.Errorf("%q is %s", path, got.Name())
		}
		if got := described.Methods(path); got != nil {
			t.Errorf("%q has %q", path, got)
		}
	}
}

func TestANameOfAPathComesBeforeAParameter(t *testing.T) {
	named := operations.Operation{Method: "GET", Path: "/voice/api/v1/a/b"}
	open := operations.Operation{Method: "GET", Path: "/api/v1/a/{x}"}
	for _, all := range [][]operations.Operation{{named, open}, {open, named}} {
		x := operations.NewIndex(all)
		for path, want := range map[string]string{"/voice/api/v1/a/b": named.Path, "/api/v1/a/b": named.Path, "/voice/api/v1/a/c": open.Path} {
			if got, _ := x.Match("GET", path); got.Path != want {
				t.Errorf("%s leads to %q, want %q", path, got.Path, want)
			}
		}
	}
}

func FuzzAPathLeadsToOneOperationOrNone(f *testing.F) {
	f.Add("/voice/api/v1/admin/accounts/1/dialGroups/withChildren")
	f.Add("/voice/api/v1/%2e%2e/%zz//")
	f.Fuzz(func(t *testing.T, path string) {
		x := described
		methods := x.Methods(path)
		for _, m := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			if op, ok := x.Match(m, path); ok != slices.Contains(methods, m) || ok && op.Method != m {
				t.Fatalf("%s %q: %+v, methods %q", m, path, op, methods)
			}
		}
	})
}
