package policy_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/broker/internal/policy"
	"pgregory.net/rapid"
)

func compile(t testing.TB, rules ...policy.Rule) *policy.Set {
	t.Helper()
	s, err := policy.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWithoutRulesACallerMayAllButCredentials(t *testing.T) {
	s := compile(t)
	if ok, why := s.Decide(&policy.Query{Caller: "a", Method: "POST", Path: "/voice/api/v1/x"}); !ok || why == "" {
		t.Errorf("an operation: %v, %q", ok, why)
	}
	if ok, why := s.Decide(&policy.Query{Caller: "a", Method: "POST", Path: "/voice/api/v1/admin/token", Credential: true}); ok || why == "" {
		t.Errorf("a credential: %v, %q", ok, why)
	}
}

func TestWithOneRuleWhatIsNotNamedIsDenied(t *testing.T) {
	s := compile(t, policy.Rule{Caller: "a", Path: "/voice/api/v1/admin/**", Method: "GET"})
	for _, c := range []struct {
		q    policy.Query
		want bool
	}{
		{policy.Query{Caller: "a", Method: "GET", Path: "/voice/api/v1/admin/users"}, true},
		{policy.Query{Caller: "a", Method: "HEAD", Path: "/voice/api/v1/admin"}, true},
		{policy.Query{Caller: "a", Method: "POST", Path: "/voice/api/v1/admin/users"}, false},
		{policy.Query{Caller: "b", Method: "GET", Path: "/voice/api/v1/admin/users"}, false},
		{policy.Query{Caller: "a", Method: "GET", Path: "/voice/api/v1/other"}, false},
		{policy.Query{Caller: "a", Method: "GET", Path: "/voice/api/v1/admin/token", Credential: true}, false},
		{policy.Query{Caller: "a", Method: "GET", Path: "/voice/api/v1/ADMIN/users"}, false},
	} {
		if ok, why := s.Decide(&c.q); ok != c.want {
			t.Errorf("%+v: %v, %s", c.q, ok, why)
		}
	}
}

func TestACredentialIsAllowedByItsNameAlone(t *testing.T) {
	q := &policy.Query{Caller: "a", Method: "POST", Path: "/voice/api/v1/admin/token", Operation: "createApiTokenForLoggedInUser", Credential: true}
	for _, r := range []policy.Rule{{}, {Caller: "a"}, {Path: "/voice/api/v1/admin/token"}, {Method: "POST", Path: "/**"}} {
		if ok, _ := compile(t, r).Decide(q); ok {
			t.Errorf("%+v allows a credential", r)
		}
	}
	if ok, why := compile(t, policy.Rule{Operation: "createapitokenforloggedinuser"}).Decide(q); !ok {
		t.Errorf("its name does not allow it: %s", why)
	}
}

func TestADenialCannotBeSpeltAway(t *testing.T) {
	s := compile(t, policy.Rule{Deny: true, Path: "/voice/api/v1/admin/users/**"}, policy.Rule{Path: "/**"})
	for _, path := range []string{"/voice/api/v1/admin/users", "/voice/api/v1/admin/USERS/1", "/Voice/API/v1/admin/%75sers/", "/voice/api/v1/admin/%55SERS"} {
		if ok, why := s.Decide(&policy.Query{Caller: "a", Method: "GET", Path: path}); ok {
			t.Errorf("%s: %s", path, why)
		}
	}
	if ok, _ := s.Decide(&policy.Query{Caller: "a", Method: "GET", Path: "/voice/api/v1/admin/user"}); !ok {
		t.Error("another path is denied")
	}
	account := compile(t, policy.Rule{Deny: true, Account: "1"}, policy.Rule{})
	for _, q := range []policy.Query{
		{Method: "GET", Path: "/voice/api/v1/admin/accounts/1/users", Operation: "getDialGroupListByAccount", Account: "1"}, {Method: "GET", Path: "/voice/api/v9/made/1/up"},
	} {
		if ok, why := account.Decide(&q); ok {
			t.Errorf("%s: %s", q.Path, why)
		}
	}
	if ok, _ := compile(t, policy.Rule{Account: "1"}).Decide(&policy.Query{Method: "GET", Path: "/voice/api/v9/made/1/up"}); ok {
		t.Error("an account that nothing says allows a path of which nothing is known")
	}
}

func TestTheFirstRuleThatMatchesDecides(t *testing.T) {
	s := compile(t,
		policy.Rule{Caller: "a", Path: "/voice/api/v1/admin/users"}, policy.Rule{Deny: true, Caller: "a"}, policy.Rule{Caller: "a", Path: "/restapi/x"}, policy.Rule{Profile: "p"})
	for path, want := range map[string]string{"/voice/api/v1/admin/users": "rule 1 allows it", "/restapi/x": "rule 2 denies it"} {
		if _, why := s.Decide(&policy.Query{Caller: "a", Profile: "p", Method: "GET", Path: path}); why != want {
			t.Errorf("%s: %s", path, why)
		}
	}
	if _, why := s.Decide(&policy.Query{Caller: "b", Profile: "p", Method: "GET", Path: "/restapi/x"}); why != "rule 4 allows it" {
		t.Error(why)
	}
}

func TestARuleThatCannotMeanAnythingIsAnError(t *testing.T) {
	for want, r := range map[string]policy.Rule{
		`rule 1: there is no operation "getNothing"`:                                                      {Operation: "getNothing"},
		`rule 1: "get" is no method in capitals`:                                                          {Method: "get"},
		`rule 1: the path "x" does not start with /`:                                                      {Path: "x"},
		`rule 1: the path "/a/../b" is a step to another path`:                                            {Path: "/a/../b"},
		`rule 1: the path "/a/**/b": * is a whole segment, and ** the last`:                               {Path: "/a/**/b"},
		`rule 1: the path "/a/b*": * is a whole segment, and ** the last`:                                 {Path: "/a/b*"},
		`rule 1: the path "/a//b" is empty where the path needs a segment`:                                {Path: "/a//b"},
		`rule 1: the path "/a?b" holds a character that ends a segment of the path, such as / \ ; ? or #`: {Path: "/a?b"},
	} {
		if _, err := policy.Compile([]policy.Rule{r}); err == nil || err.Error() != want {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

func TestARuleThatWouldDecideNothingIsAnError(t *testing.T) {
	for _, r := range []policy.Rule{
		{Deny: true, Path: "/oauth2/**"},
		{Path: "/oauth2/token"},
		{Path: "/OAuth2/*"},
		{Path: "/oauth2"},
		{Path: "/healthz"},
		{Path: "/readyz/**"},
		{Path: "/.well-known/oauth-authorization-server"},
		{Path: "/restapi/oauth/**"},
		{Path: "/restapi/oauth/token", Method: "POST"},
		{Path: "/restapi/o%61uth/*"},
		{Path: "/api/auth/login/**"},
		{Path: "/api/auth/token/refresh"},
		{Path: "/api/auth/*"},
		{Path: "/token", Method: "POST"},
		{Path: "/token", Method: "HEAD"},
		{Path: "/metrics", Method: "DELETE"},
		{Operation: "refreshAccessToken"},
		{Deny: true, Operation: "loginWithRcAccessToken"},
		{Deny: true, Path: "/voice/v1/admin/users"},
		{Deny: true, Path: "/foo/**"},
		{Deny: true, Path: "/voice"},
		{Deny: true, Path: "/platform/v1/**"},
		{Path: "/token/x"},
		{Path: "/api/v1/admin/accounts"},
		{Deny: true, Operation: "getAccounts", Method: "DELETE"},
	} {
		if _, err := policy.Compile([]policy.Rule{{}, r}); err == nil || !strings.HasPrefix(err.Error(), "rule 2: the ") {
			t.Errorf("%+v: %v", r, err)
		}
	}
	for _, r := range []policy.Rule{ // the control: these decide something, if not about all that they match
		{Path: "/**"},
		{Path: "/*/**"},
		{Path: "/*"},
		{Deny: true, Path: "/VOICE/**"},
		{Deny: true, Path: "/*/api/v1/**"},
		{Path: "/platform/*/x"},
		{Path: "/token/**"},
		{Operation: "getAccounts", Method: "HEAD"},
		{Path: "/restapi/**"},
		{Path: "/restapi/*/token"},
		{Path: "/token"},
		{Path: "/token", Method: "GET"},
		{Path: "/metrics", Method: "HEAD"},
		{Deny: true, Path: "/api/**"},
		{Deny: true, Path: "/api/auth/**"},
		{Path: "/api/auth/token/digitaljwt", Operation: "getDigitalJwt"},
		{Path: "/api/auth/token/digitaljwt/agents"},
		{Operation: "getDigitalJwt"},
		{Operation: "removeApiToken"},
	} {
		if _, err := policy.Compile([]policy.Rule{r}); err != nil {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

// naive decides as the documentation says it, rule by rule.
func naive(rules []policy.Rule, q *policy.Query) bool {
	if len(rules) == 0 {
		return !q.Credential
	}
	for _, r := range rules {
		if matches(r, q) {
			return !r.Deny
		}
	}
	return false
}

func matches(r policy.Rule, q *policy.Query) bool {
	method := strings.Replace(q.Method, "HEAD", "GET", 1)
	segments := split(q.Path)
	same := func(a, b string) bool { return a == b || r.Deny && strings.EqualFold(a, b) }
	switch {
	case r.Caller != "" && r.Caller != q.Caller, r.Profile != "" && r.Profile != q.Profile, r.Operation != "" && r.Operation != q.Operation:
		return false
	case r.Method != "" && r.Method != method && r.Method != q.Method:
		return false
	case r.Account != "" && r.Account != q.Account && !(r.Deny && q.Operation == "" && slices.Contains(segments, r.Account)):
		return false
	case !r.Deny && q.Credential && r.Operation == "":
		return false
	case r.Path == "":
		return true
	}
	pattern := split(r.Path)
	for i, p := range pattern {
		if p == "**" {
			return true
		}
		if i >= len(segments) || p != "*" && !same(p, segments[i]) {
			return false
		}
	}
	return len(pattern) == len(segments)
}

func split(path string) (all []string) {
	for s := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if plain, err := url.PathUnescape(s); err == nil && s != "" {
			all = append(all, plain)
		}
	}
	return all
}

func TestDecisionsAreThoseOfReadingTheRulesOneByOne(t *testing.T) {
	names, operations := []string{"", "a", "b"}, []string{"", "getDialGroupListByAccount", "getDialGroup"}
	segment := rapid.SampledFrom([]string{"restapi", "RestAPI", "api", "%61pi", "1", "x"})
	path := rapid.Custom(func(t *rapid.T) string { return "/" + strings.Join(rapid.SliceOfN(segment, 0, 4).Draw(t, "path"), "/") })
	pattern := rapid.Custom(func(t *rapid.T) string {
		all := rapid.SliceOfN(rapid.SampledFrom([]string{"restapi", "RestAPI", "api", "*", "1"}), 0, 4).Draw(t, "pattern")
		if rapid.Bool().Draw(t, "rest") {
			all = append(all, "**")
		}
		if len(all) == 0 {
			return ""
		}
		return "/" + strings.Join(all, "/")
	})
	rule := rapid.Custom(func(t *rapid.T) policy.Rule {
		return policy.Rule{
			Deny: rapid.Bool().Draw(t, "deny"), Caller: rapid.SampledFrom(names).Draw(t, "caller"), Profile: rapid.SampledFrom(names).Draw(t, "profile"),
			Account: rapid.SampledFrom([]string{"", "", "1"}).Draw(t, "account"), Operation: rapid.SampledFrom(operations).Draw(t, "operation"),
			Method: rapid.SampledFrom([]string{"", "GET", "POST", "HEAD"}).Draw(t, "method"), Path: pattern.Draw(t, "path"),
		}
	})
	denials := 0
	rapid.Check(t, func(t *rapid.T) {
		rules := slices.DeleteFunc(rapid.SliceOfN(rule, 0, 24).Draw(t, "rules"), func(r policy.Rule) bool {
			_, err := policy.Compile([]policy.Rule{r})
			return err != nil // it would decide nothing
		})
		set, err := policy.Compile(rules)
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			q := &policy.Query{
				Caller: rapid.SampledFrom(names).Draw(t, "caller"), Profile: rapid.SampledFrom(names).Draw(t, "profile"),
				Account: rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "account"), Operation: rapid.SampledFrom(operations).Draw(t, "operation"),
				Method: rapid.SampledFrom([]string{"GET", "HEAD", "POST"}).Draw(t, "method"), Path: path.Draw(t, "path"), Credential: rapid.Bool().Draw(t, "credential"),
			}
			want := naive(rules, q)
			if got, why := set.Decide(q); got != want {
				t.Fatalf("%+v of %+v: %v, %s", q, rules, got, why)
			}
			if !want {
				denials++
			}
		}
	})
	if denials == 0 {
		t.Error("nothing was ever denied: the test shows nothing")
	}
}

// many are a thousand rules of the kinds that people write.
func many() (rules []policy.Rule) {
	for i := range 250 {
		rules = append(rules,
			policy.Rule{Caller: fmt.Sprintf("worker-%d", i), Method: "GET", Path: "/voice/api/v1/admin/accounts/**"},
			policy.Rule{Deny: true, Method: "DELETE", Path: fmt.Sprintf("/voice/api/v1/admin/accounts/%d/**", i)},
			policy.Rule{Caller: fmt.Sprintf("worker-%d", i), Operation: "getDialGroupListByAccount", Account: fmt.Sprint(i)},
			policy.Rule{Deny: true, Path: fmt.Sprintf("/restapi/v1.0/account/*/extension/%d", i)})
	}
	return append(rules, policy.Rule{Path: "/voice/api/v1/admin/**"})
}

func BenchmarkDecisionAmongAThousandRules(b *testing.B) {
	set := compile(b, many()...)
	queries := map[string]*policy.Query{
		"ByCaller":    {Caller: "worker-200", Profile: "main", Account: "200", Operation: "getDialGroupListByAccount", Method: "GET", Path: "/voice/api/v1/admin/accounts/200/dialGroups"},
		"LastRule":    {Caller: "stranger", Profile: "main", Account: "7", Operation: "createDialGroup", Method: "POST", Path: "/voice/api/v1/admin/accounts/7000/dialGroups"},
		"Unknown":     {Caller: "stranger", Profile: "main", Method: "GET", Path: "/restapi/v1.0/account/~/extension/~/call-log"},
		"UpperLetter": {Caller: "stranger", Profile: "main", Method: "GET", Path: "/voice/api/v1/admin/accounts/7000/dialGroups/withChildren"},
	}
	for name, q := range queries {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				set.Decide(q)
			}
		})
	}
}
