package cli_test

import (
	"context"
	"maps"
	"os"
	"strings"
	"testing"
)

// loggedIn is a household with a login, whose next command is a logout.
func loggedIn(t *testing.T) *household {
	t.Helper()
	h := newHousehold(t, waysToLogIn["JWT"], false)
	if code, _, stderr := h.run(t.Context(), nil, h.args...); code != 0 {
		t.Fatal(stderr)
	}
	h.last = h.ends
	return h
}

func TestALogoutThatIsInterruptedWhenTheVendorHasHeardOfItIsCompleted(t *testing.T) {
	h := loggedIn(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	code, _, stderr := h.run(ctx, cancel, "logout", "--profile", "team")
	if ctx.Err() == nil || code != 0 || !strings.Contains(stderr, "Logged out (profile team).") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if left := h.files(); h.ended() != 1 || left["team.json"]+left["team.credentials.json"] != "" || strings.Contains(left["config.toml"], "team") {
		t.Errorf("%d sessions ended, %v are left", h.ended(), left)
	}
}

func TestALogoutThatCouldNotForgetTheCredentialsEndsNothing(t *testing.T) {
	h := loggedIn(t)
	lock := h.state("team.credentials.json.lock")
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	mend, before := h.close(lock), h.files()
	code, _, stderr := h.run(t.Context(), nil, "logout", "--profile", "team")
	if code == 0 || !strings.Contains(stderr, "\nhint: ") || h.ended() != 0 || !maps.Equal(before, h.files()) {
		t.Errorf("exit code %d, %d sessions ended, %v are left\n%s", code, h.ended(), h.files(), stderr)
	}
	mend()
	if code, _, stderr := h.run(t.Context(), nil, "logout", "--profile", "team"); code != 0 || h.ended() != 1 {
		t.Errorf("afterwards: exit code %d, %d sessions ended\n%s", code, h.ended(), stderr)
	}
}

func TestALogoutThatLeavesAProfileSaysWhatIsDone(t *testing.T) {
	h := loggedIn(t)
	lock := h.config("config.toml.lock")
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	mend := h.close(lock)
	code, _, stderr := h.run(t.Context(), nil, "logout", "--profile", "team")
	if code != 1 || !strings.Contains(stderr, "logged out, but profile team could not be forgotten: ") || !strings.Contains(stderr, "; then run 'ringcx logout --local --profile team'") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	mend()
	if code, _, stderr := h.run(t.Context(), nil, "logout", "--local", "--profile", "team"); code != 0 || len(h.files()["config.toml"]) != 0 || h.ended() != 1 {
		t.Errorf("afterwards: exit code %d, %v are left\n%s", code, h.files(), stderr)
	}
}
