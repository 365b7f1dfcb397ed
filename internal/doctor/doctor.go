// Package doctor finds what is wrong with a login, and says what mends it: Gather collects facts, Diagnose judges them.
package doctor

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/profile"
)

// Levels of a finding. Only problems make the exit code 1.
const (
	LevelOK      = "ok"
	LevelNote    = "note"    // good to know, does no harm by itself
	LevelProblem = "problem" // keeps ringcx from working, or will
)

// Finding is what the doctor says about one thing. Its ID is a contract with scripts.
type Finding struct {
	Check string `json:"check"`
	ID    string `json:"id"`
	Level string `json:"level"`
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"` // the command or the step that mends it
}

func problem(id, fix, format string, values ...any) Finding {
	return Finding{ID: id, Level: LevelProblem, Text: fmt.Sprintf(format, values...), Fix: fix}
}

func note(id, fix, format string, values ...any) Finding {
	return Finding{ID: id, Level: LevelNote, Text: fmt.Sprintf(format, values...), Fix: fix}
}

// check judges one side of the facts. It finds nothing where nothing is wrong, and says what is fine then; an empty
// fine says that there was nothing to look at.
type check struct {
	name  string
	judge func(*Facts) []Finding
	fine  func(*Facts) string
}

// checks are in the order in which causes come before their consequences.
func checks() []check {
	return []check{
		{"settings", judgeSettings, fineSettings},
		{"broker", judgeBroker, fineBroker},
		{"servers", judgeServers, fineServers},
		{"network", judgeNetwork, fineNetwork},
		{"clock", judgeClock, fineClock},
		{"files", judgeFiles, fineFiles},
		{"store", judgeStore, fineStore},
		{"jwt", judgeJWT, fineJWT},
		{"login", judgeLogin, fineLogin},
		{"app", judgeApp, fineApp},
		{"sessions", judgeSessions, fineSessions},
		{"budget", judgeBudget, fineBudget},
	}
}

// Diagnose runs all checks. What two of them find is told once.
func Diagnose(f *Facts) []Finding {
	var all []Finding
	told := map[string]bool{}
	for _, c := range checks() {
		found := c.judge(f)
		if len(found) == 0 {
			if text := c.fine(f); text != "" {
				found = []Finding{{ID: c.name, Level: LevelOK, Text: text}}
			}
		}
		for _, one := range found {
			one.Check = c.name
			if key := one.ID + one.Text; !told[key] && !(told[one.ID] && strings.HasPrefix(one.ID, "jwt-")) {
				told[key], told[one.ID] = true, true
				all = append(all, one)
			}
		}
	}
	return all
}

// Verdict is nil if nothing is wrong. It counts the problems as they are printed, and names each kind once.
func Verdict(found []Finding) error {
	ids := Problems(found)
	count := 0
	for _, f := range found {
		if f.Level == LevelProblem {
			count++
		}
	}
	switch count {
	case 0:
		return nil
	case 1:
		return errors.New("the doctor found a problem: " + ids[0])
	}
	return fmt.Errorf("the doctor found %d problems: %s", count, strings.Join(ids, ", "))
}

// Problems are the names of what is wrong, each once.
func Problems(found []Finding) []string {
	var ids []string
	for _, f := range found {
		if f.Level == LevelProblem {
			ids = append(ids, f.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// loginTo is the command that makes a profile, for people to copy: a name that cannot be one is not put into it.
func loginTo(name string) string {
	if profile.CheckName(name) != nil {
		name = "NAME"
	}
	return "ringcx login --profile " + name
}
