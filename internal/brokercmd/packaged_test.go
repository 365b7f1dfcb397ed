package brokercmd_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/ringcx-go/ringcx/internal/brokercmd"
)

// The configuration that packages install, as it is and with all that is commented out in it.
func TestTheConfigurationInPackagesIsGoodWithAndWithoutItsComments(t *testing.T) {
	const path = "../../packaging/broker.toml"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole := regexp.MustCompile(`(?m)^#(\S)`).ReplaceAllString(string(text), "$1")
	if whole == string(text) {
		t.Error("nothing is commented out")
	}
	for _, text := range []string{string(text), whole} {
		for _, wrong := range brokercmd.ParseConfig(path, text) {
			t.Errorf("%s (%s), in:\n%s", wrong[0], wrong[1], text)
		}
	}
	if len(brokercmd.ParseConfig(path, whole+"\nlign = 1\n")) == 0 {
		t.Error("a setting that does not exist is taken")
	}
}
