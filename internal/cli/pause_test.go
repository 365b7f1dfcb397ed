package cli_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// pause makes the clock of the person's store stand still for d, while the vendor and the clock on the wall go on, as all clocks
// of a virtual machine do that is paused.
func (p *person) pause(d time.Duration) {
	p.t.Helper()
	path := filepath.Join(p.env["XDG_STATE_HOME"], "ringcx", "clock")
	value, err := os.ReadFile(path) //nolint:gosec // the test's own
	if err != nil {
		p.t.Fatal(err)
	}
	var anchor struct {
		Boot  string        `json:"boot"`
		Since time.Duration `json:"since"`
		Time  time.Time     `json:"time"`
		Sum   string        `json:"sum"`
	}
	if err := json.Unmarshal(value, &anchor); err != nil {
		p.t.Fatal(err)
	}
	anchor.Time = anchor.Time.Add(-d)
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %s", anchor.Boot, anchor.Since, anchor.Time.Format(time.RFC3339Nano)))
	anchor.Sum = hex.EncodeToString(sum[:8])
	if value, err = json.Marshal(anchor); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, value, 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.box.Advance(d)
}

func TestNoDeadTokenIsPrintedAfterTheMachineWasPaused(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere the store's clock is the one on the wall")
	}
	p := newPerson(t)
	token := func() string {
		out, _ := p.pipes(0, "token")
		return strings.TrimSpace(out)
	}
	first := token()
	if token() != first {
		t.Error("a token is renewed for no reason")
	}
	p.pause(4*time.Minute + 58*time.Second)
	second := token()
	if second == first {
		t.Error("a dead token was printed")
	}
	if token() != second {
		t.Error("a token that was obtained after the pause is renewed")
	}
	p.pipes(0, "token", "--validate")
}
