package sandbox_test

import (
	"reflect"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
)

// The endpoint writes the journal's requests; programs that are given a [sandbox.Request] have to find the same there.
func TestARequestIsWrittenLikeThatOfTheJournal(t *testing.T) {
	ours, theirs := reflect.TypeFor[sandbox.Request](), reflect.TypeFor[journal.Request]()
	if ours.NumField() != theirs.NumField() || ours.NumField() == 0 {
		t.Fatalf("%d fields and %d", ours.NumField(), theirs.NumField())
	}
	for i := range ours.NumField() {
		a, b := ours.Field(i), theirs.Field(i)
		if a.Name != b.Name || a.Type != b.Type || a.Tag != b.Tag {
			t.Errorf("%s %s %s and %s %s %s", a.Name, a.Type, a.Tag, b.Name, b.Type, b.Tag)
		}
	}
}
