//go:build unix

package cli_test

import (
	"os"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/testservers"
)

func TestTheTerminalIsToldOnceWhatTheStoreCanLose(t *testing.T) {
	server, err := testservers.Redis()
	testservers.Need(t, os.Getenv("RINGCX_TEST_REQUIRE") == "1", err)
	defer func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}()
	p := newPerson(t)
	p.env["RINGCX_STORE"] = server.URL()
	if _, talk := p.types(0, "login", "--jwt"); strings.Count(talk, "ringcx: warning: Redis runs with appendonly no") != 1 {
		t.Errorf("the terminal heard\n%s", talk)
	}
}
