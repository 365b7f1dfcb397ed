package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/env"
)

func told(ctx context.Context) (out, errs bytes.Buffer, err error) {
	err = run(&env.Env{Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }, Context: ctx})
	return out, errs, err
}

func TestTheStoryIsToldToItsEnd(t *testing.T) {
	out, errs, err := told(t.Context())
	if err != nil || errs.Len() > 0 {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	if text := out.String(); strings.Count(text, " ✓ ") < 5 || strings.Contains(text, "\x1b") || strings.Contains(text, "✗") {
		t.Errorf("it tells\n%s", text)
	}
}

func TestAStoryThatIsInterruptedFailsAndSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, errs, err := told(ctx)
	if !errors.Is(err, context.Canceled) || !strings.HasPrefix(errs.String(), "ringcx-demo: ") {
		t.Errorf("%v\n%s", err, errs.String())
	}
}

// heavy are the modules that take most of the time that the whole command needs to compile.
var heavy = []string{"github.com/jackc/", "github.com/redis/", "github.com/spf13/", "go.etcd.io/"}

func TestTheDemoLinksNothingThatTakesLongToCompile(t *testing.T) {
	linked := func(program string) (found []string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", program)
		cmd.Env = append(os.Environ(), "GOFLAGS=")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, module := range heavy {
			if strings.Contains("\n"+string(out), "\n"+module) {
				found = append(found, module)
			}
		}
		return found
	}
	if found := linked("."); found != nil {
		t.Errorf("it links %q", found)
	}
	if found := linked("../ringcx"); len(found) != len(heavy) {
		t.Errorf("of the modules that it must not link, the command has only %q", found)
	}
}
