package apispec_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// elsewhere are values that lead out of the segment they are put into, somewhere.
var elsewhere = []string{
	"", ".", "..", " ", " .. ", "..\t", "a/b", "/", "../..", `a\b`, `..\`, "a?b", "a#b", "#", "..;", "a;b=c", "a\x00", "a\nb", "a\r", "a\x7f", "a\u0085",
	"%2e", "%2E%2e", ".%2e", "%2e.", "a%2fb", "a%2Fb", "..%2f", "%2f", "%5c", "..%5C", "%3b", "%3f", "%23", "%00", "%0d%0a", "%20", "%20%2e%2e",
	"%252e%252e", "%25252f", "%25%32%66", "%c0%ae%c0%ae", "%2f%zz", "%%32f", "%%%32%66", "%c0%af", "\xff", "%ff", "\uff0e\uff0e", "%EF%BC%8F", "a\u2215b", "\u202ea", "a\u200bb", "\u2025",
}

func TestAParameterStaysInItsSegment(t *testing.T) {
	const path = "/voice/api/v1/admin/accounts/{accountId}/agentGroups"
	for _, value := range elsewhere {
		if got, err := apispec.Fill(path, "accountId", value); err == nil {
			t.Errorf("%q is filled in: %s", value, got)
		}
		if value == "" {
			continue
		}
		if err := apispec.CheckPath("/voice/" + value + "/x"); err == nil && !strings.Contains(value, "/") {
			t.Errorf("a path with the segment %q passes", value)
		}
	}
	for value, want := range map[string]string{
		"21000001": "21000001", "...": "...", "a.b": "a.b", ".a": ".a", "50%": "50%25", "50%zz": "50%25zz", "a b": "a%20b", "Zoë": "Zo%C3%AB",
		"2024-01-01T00:00:00": "2024-01-01T00:00:00", "{x}": "%7Bx%7D", "aws80:1": "aws80:1", "a+b@c,d=e&f": "a+b@c%2Cd=e&f", "%41": "%2541",
	} {
		got, err := apispec.Fill(path, "accountId", value)
		if err != nil || got != strings.Replace(path, "{accountId}", want, 1) {
			t.Errorf("%q is filled in as %s, %v", value, got, err)
		}
		if err := apispec.CheckPath(got); err != nil {
			t.Errorf("%s: %v", got, err)
		}
	}
}

func TestAPathThatMeansAnotherOneIsRefused(t *testing.T) {
	for _, path := range []string{
		"", "x", "//evil.example/x", "/voice//api", "/voice/api/../../x", "/..", "/.", "/voice/./api", "/voice/%2e%2e/x", "/voice/%2E./x", "/voice/api/..;/x",
		"/voice/a%2f..%2fb", `/\evil.example`, `/voice\..\x`, "/voice/a#b", "/voice/a%23b", "/voice/\u202e/x", "/voice/%00", "/voice/ /x",
	} {
		if apispec.CheckPath(path) == nil {
			t.Errorf("%q passes", path)
		}
	}
	for _, path := range []string{"/", "/voice/api/", "/voice/api/v1/admin/accounts", "/voice/api/{accountId}", "/a/%20b", "/a/%zz", "/@a:b/c"} {
		if err := apispec.CheckPath(path); err != nil {
			t.Errorf("%q: %v", path, err)
		}
	}
	for _, op := range apispec.Default().Operations {
		if err := apispec.CheckPath(op.Path); err != nil {
			t.Errorf("%s: %v", op.ID, err)
		}
	}
}

func TestAPathOfThePlatformIsKnownHoweverItIsWritten(t *testing.T) {
	for _, path := range []string{
		"/restapi", "/restapi/", "/restapi/oauth/revoke", "/RestAPI/x", "/%72estapi/oauth/revoke", "/%2572estapi/x", "/%52%45%53%54%41%50%49", "/%72%65%73%74%61%70%69/v1.0",
		"/re\u017ftapi/x", "/restapi%2fx", "//restapi/x", "/%2frestapi", "/restapi;a=b/x", "/restapi?x", "/restapi%20/x", "/restapi./x", "/%2572%2565stapi%252fx",
	} {
		if !apispec.OfPlatform(path) {
			t.Errorf("%q passes", path)
		}
	}
	for _, path := range []string{"/", "", "/voice/restapi/x", "/voice/api/v1/restapi", "/restapis/x", "/restap", "/rest/api", "/voice/api/v1/admin/accounts", "/api/auth/login", "/%zzrestapi"} {
		if apispec.OfPlatform(path) {
			t.Errorf("%q is one of the platform", path)
		}
	}
	for _, op := range apispec.Default().Operations {
		if apispec.OfPlatform(op.Path) {
			t.Errorf("%s is an operation of the platform", op.ID)
		}
	}
}

func FuzzAFilledPathHasTheSegmentsOfItsOperation(f *testing.F) {
	for _, value := range append(elsewhere, "21000001", "50%", "%41") {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		path, err := apispec.Fill("/a/{x}/b", "x", value)
		if err != nil {
			return
		}
		u, err := url.Parse("https://h" + path)
		if err != nil || u.Host != "h" || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("%q: %v, %v", path, u, err)
		}
		for range 9 { // however often somebody decodes it
			if len(strings.Split(u.Path, "/")) != 4 || strings.Contains(u.Path, "/./") || strings.Contains(u.Path, "/../") || strings.Contains(u.Path, "//") {
				t.Fatalf("%q decodes into %q", path, u.Path)
			}
			if u.Path, err = url.PathUnescape(u.Path); err != nil {
				return
			}
		}
	})
}
