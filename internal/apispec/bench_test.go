package apispec_test

import (
	"os"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// asked are paths as requests have them: with names, with values, long, older, and of nothing.
var asked = []string{
	"/voice/api/v1/admin/accounts/21000001/dialGroups/withChildren",
	"/voice/api/v1/admin/accounts/21000001/agentGroups/7001/agents/9001",
	"/voice/api/v1/admin/accounts/1/cloudRouteProfileGroups/2/cloudRouteProfiles/3/assignedDestinations/4/dnisOverrides/5",
	"/api/v1/admin/accounts/21000001/dialGroups",
	"/voice/api/v1/admin/nothing",
}

func BenchmarkMatch(b *testing.B) {
	apispec.Match("GET", "/")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		apispec.Match("GET", asked[i%len(asked)])
	}
}

func BenchmarkRead(b *testing.B) {
	dir := os.DirFS("data")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := apispec.Read(dir); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadAll(b *testing.B) {
	dir := os.DirFS("data")
	for b.Loop() {
		d, err := apispec.Read(dir)
		if err != nil || len(d.Schemas()) == 0 {
			b.Fatal(err)
		}
	}
}
