package instant_test

import (
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
)

func TestAMomentComesBackAndNeverStaysNever(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 1, time.FixedZone("", 3600))
	if got := instant.Of(at).Time(); !got.Equal(at) || got.Location() != time.UTC {
		t.Errorf("%v has become %v", at, got)
	}
	if got := instant.Of(at).After(time.Minute).Time(); !got.Equal(at.Add(time.Minute)) {
		t.Errorf("a minute after %v is %v", at, got)
	}
	if never := instant.Of(time.Time{}); never != 0 || !never.Time().IsZero() {
		t.Errorf("never has become %v", never)
	}
}
