package house_test

import (
	"slices"
	"testing"
)

// exceptions maps the key of a finding (printed in brackets when a rule fails) to the reason why it may stand.
var exceptions = map[string]string{
	"files .":                            "the engine, one package of the standard library on purpose",
	"lines .":                            "the engine, one package of the standard library on purpose",
	"machine network_proxy.go os.Getenv": "net/http takes its proxy from these variables by itself, and passes over what it cannot read: an error's hint names them",
	"machine broker/client/client.go os.Getenv":     "programs that 'ringcx exec' starts are told of the broker in these variables: client.New(nil) is all that they need",
	"test-sleep leak_test.go":                       "virtual time: the day is spent in a synctest bubble",
	"test-sleep broker/client/time_test.go":         "virtual time: everything runs in a synctest bubble",
	"test-sleep internal/sim/run_test.go":           "virtual time: everything runs in a synctest bubble",
	"test-sleep internal/sim/world_test.go":         "virtual time: everything runs in a synctest bubble",
	"host internal/release/manifests.go github.com": "where releases are: it writes that into manifests, and asks nobody",
	"machine internal/when/when.go os.Getenv":       "package time takes the zone of the machine from TZ by itself, and takes UTC for what it cannot read",
}

// rules are all checks. Each has its own test, and a control in controls_test.go that proves it can fail.
var rules = []func(*tree) []finding{
	forbiddenArrows, forbiddenRooms, rootDependencies, machineInLibraries, sleepsInCode,
	longFiles, longFunctions, longParts, manyNames, undocumented,
	notesToSelf, sleepsInTests, silentSkips, deadLinks, missingWitnesses,
	largePackages, savedTypes, strayLocks, strayWriters, strayPaths, doubleRows, tablesUntold, arrowsUp(rootOrder), formatsWithoutFixture, expressionsAtStart, templatesLinked, strayMarkup, strangeHosts,
}

func TestEveryExceptionHasAReasonAndIsStillNeeded(t *testing.T) {
	here, err := repository()
	if err != nil {
		t.Fatalf("read the tree: %v", err)
	}
	var keys []string
	for _, rule := range rules {
		for _, f := range rule(here) {
			keys = append(keys, f.key)
		}
	}
	for key, reason := range exceptions {
		if reason == "" {
			t.Errorf("exception %q has no reason", key)
		}
		if !slices.Contains(keys, key) {
			t.Errorf("exception %q is not needed any more: remove it", key)
		}
	}
}
