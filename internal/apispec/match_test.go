package apispec_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

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

func TestEveryOperationIsFoundByItsPathWithItsParameters(t *testing.T) {
	for _, want := range apispec.Default().Operations {
		for _, path := range []string{called(want.Path), called(want.Path) + "/"} {
			op, params, ok := apispec.Match(want.Method, path)
			if !ok || op != want {
				t.Fatalf("%s %s is not %s", want.Method, path, want.ID)
			}
			filled := op.Path
			for name, value := range params.All() {
				filled = strings.Replace(filled, "{"+name+"}", value, 1)
				if params.Get(name) != value || !op.Param(name).Required {
					t.Errorf("%s: the parameter %s is %q and %q", op.ID, name, value, params.Get(name))
				}
			}
			if filled != called(want.Path) {
				t.Errorf("%s has parameters that make %s", op.ID, filled)
			}
		}
		if methods := apispec.Methods(called(want.Path)); !slices.Contains(methods, want.Method) {
			t.Errorf("%s has %q", want.Path, methods)
		}
		if op, params, ok := apispec.Match("TRACE", called(want.Path)); ok || op != nil || params.Get("accountId") != "" {
			t.Errorf("TRACE %s is %v", want.Path, op)
		}
	}
}

func TestAPathIsFoundHoweverItIsSpelt(t *testing.T) {
	for path, want := range map[string]string{
		"/voice/api/v1/admin/accounts/21000001/dialGroups":              "getDialGroupListByAccount",
		"/voice/api/v1/admin/accounts/21000001/dialGroups/":             "getDialGroupListByAccount",
		"/voice/api/v1/admin/accounts/21000001/%64ialGroups":            "getDialGroupListByAccount",
		"/voice/api/v1/admin/accounts/a%2Fb/dialGroups":                 "getDialGroupListByAccount",
		"/api/v1/admin/accounts/21000001/dialGroups":                    "getDialGroupListByAccount",
		"/%61pi/v1/admin/accounts/21000001/dialGroups":                  "getDialGroupListByAccount",
		"/voice/api/v1/admin/accounts/1/dialGroups/withChildren":        "getDialGroupListWithChildren",
		"/voice/api/v1/admin/accounts/1/dialGroups/with":                "getDialGroup",
		"/cx/integration/v1/accounts/1/sub-accounts/2/queue-groups":     "getQueueGroups",
		"/api/cx/integration/v1/accounts/1/sub-accounts/2/queue-groups": "getQueueGroups",
		"/voice/api/cx/routing/v1/sub-accounts/1/queues/2/availability": "getQueueAvailability",
		"/api/v2-skinny/admin/accounts/1/cloudRouteProfileGroups":       "getSkinnyCloudRouteProfileGroups",
		"/api/v1/auth/isTokenValid":                                     "isTokenValid",
		"/api/auth/token/claims":                                        "getClaimsForAccessToken",
	} {
		if op, _, ok := apispec.Match("GET", path); !ok || op.ID != want {
			t.Errorf("%s is not %s", path, want)
		}
	}
	for _, path := range []string{
		"", "/", "//", "/voice/api/v1/admin/accounts//dialGroups", "/voice/api/v1/admin/accounts/./dialGroups", "/voice/api/v1/admin/accounts/%2e%2e/dialGroups",
		"/voice/api/v1/admin/accounts/1/dialGroups//", "/voice/api/v1/admin/accounts/1/DialGroups", "/voice/api/v1/admin/accounts/1/%zz",
		"voice/api/v1/admin/accounts/1/dialGroups", "/admin/accounts/1/dialGroups", "/voice/api/v1/admin/accounts/1/dialGroups/2/3/4/5", "/voice/api/v1/made/up",
		strings.Repeat("/a", 30), "/api/v1" + strings.Repeat("/a", 18),
	} {
		if op, _, ok := apispec.Match("GET", path); ok {
			t.Errorf("%q is %s", path, op.ID)
		}
		if got := apispec.Methods(path); got != nil {
			t.Errorf("%q has %q", path, got)
		}
	}
}

func TestAValueOfAParameterIsDecodedOnce(t *testing.T) {
	_, params, ok := apispec.Match("GET", "/voice/api/v1/admin/accounts/Zo%C3%AB%20%252F/dialGroups")
	if got := params.Get("accountId"); !ok || got != "Zoë %2F" {
		t.Errorf("the account is %q, %v", got, ok)
	}
	if got := params.Get("dialGroupId"); got != "" {
		t.Errorf("a parameter that the path does not have is %q", got)
	}
}

func TestANameOfAPathComesBeforeAParameter(t *testing.T) {
	for _, order := range [][]string{{"/voice/api/v1/a/b", "/api/v1/a/{x}"}, {"/api/v1/a/{x}", "/voice/api/v1/a/b"}} {
		routes := apispec.NewRoutes[string]()
		for _, path := range order {
			if !routes.Add("GET", path, path) {
				t.Fatalf("%s is not added", path)
			}
		}
		if routes.Add("GET", "/voice/api/v1/a/{y}", "again") {
			t.Error("a route is added twice, with another name for its parameter")
		}
		for path, want := range map[string]string{"/voice/api/v1/a/b": "/voice/api/v1/a/b", "/api/v1/a/b": "/voice/api/v1/a/b", "/voice/api/v1/a/c": "/api/v1/a/{x}"} {
			if got, _ := routes.Match("GET", path); got != want {
				t.Errorf("%s leads to %q, want %q", path, got, want)
			}
		}
	}
}

func TestFindingAnOperationAllocatesNothing(t *testing.T) {
	for _, path := range asked {
		if n := testing.AllocsPerRun(100, func() {
			_, params, _ := apispec.Match("GET", path)
			_ = params.Get("accountId")
		}); n > 0 {
			t.Errorf("%s allocates %v times", path, n)
		}
	}
}

func TestAnIDIsFoundWhateverItsCase(t *testing.T) {
	for id, want := range map[string]string{"getallaccounts": "getAllAccounts", "UpdateDnisPoolAndAssignments": "UpdateDnisPoolAndAssignments", "updatednispoolandassignments": "UpdateDnisPoolAndAssignments"} {
		if op, ok := apispec.Find(id); !ok || op.ID != want {
			t.Errorf("%s is not %s", id, want)
		}
	}
	if op, ok := apispec.Find("getNothing"); ok {
		t.Errorf("found %s for a name that does not exist", op.ID)
	}
}

func FuzzAPathLeadsToOneOperationOrNone(f *testing.F) {
	f.Add("/voice/api/v1/admin/accounts/1/dialGroups/withChildren")
	f.Add("/voice/api/v1/%2e%2e/%zz//")
	f.Add("/api/v1/admin/accounts/a%2Fb/dialGroups/")
	f.Fuzz(func(t *testing.T, path string) {
		methods := apispec.Methods(path)
		for _, m := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			op, params, ok := apispec.Match(m, path)
			if ok != slices.Contains(methods, m) || ok && op.Method != m {
				t.Fatalf("%s %q: %v, methods %q", m, path, op, methods)
			}
			if !ok {
				continue
			}
			for name, value := range params.All() {
				if value == "" || value == "." || value == ".." {
					t.Fatalf("%q: %s is %q", path, name, value)
				}
			}
		}
	})
}
