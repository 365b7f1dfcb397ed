package apispec_test

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

func TestNothingHappensWhenAProgramStarts(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "init internal/godebug ") && !strings.Contains(string(out), "init runtime ") {
		t.Fatalf("what packages do at the start is not told: %v\n%s", err, out)
	}
	if strings.Contains(string(out), "init github.com/ringcx-go/ringcx/internal/apispec ") {
		t.Errorf("the package does something:\n%s", out)
	}
}

func TestTheDescriptionIsReadByManyAtTheSameTime(t *testing.T) {
	var done sync.WaitGroup
	for range 8 {
		done.Go(func() {
			op, _, ok := apispec.Match("GET", "/voice/api/v1/admin/accounts/1/dialGroups")
			if !ok || apispec.Default().Schema(op.Answers[0].Type.Base().Name) == nil {
				t.Error("the dial groups are not there")
			}
		})
	}
	done.Wait()
}
