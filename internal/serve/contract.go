package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/sandbox"
)

// ContractLine is a line of the sandbox's contract: one fact, how sure it is, and the switch that changes it.
type ContractLine struct {
	Subject string  `json:"subject"`
	Says    string  `json:"says"`
	Known   string  `json:"known"`
	Sources string  `json:"sources"`
	Setting *Switch `json:"setting"` // nil: nothing changes it
}

// Switch is what can be chosen of a sandbox.
type Switch struct {
	Name    string   `json:"name"`
	Value   any      `json:"value"`
	Default any      `json:"default"`
	Choices []string `json:"choices"` // nil: they are not few
}

// Contract is what a sandbox with these options says of itself, in JSON, and its lines.
func Contract(ctx context.Context, opts *sandbox.Options) (raw []byte, lines []ContractLine, err error) {
	box, err := sandbox.New(opts)
	if err != nil {
		return nil, nil, usage.New(strings.TrimPrefix(err.Error(), "sandbox: "), "see 'ringcx sandbox contract'")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "/_sandbox/contract", nil)
	if err != nil {
		return nil, nil, err
	}
	raw = answer(box, req)
	var out struct {
		Lines []ContractLine `json:"lines"`
	}
	err = json.Unmarshal(raw, &out)
	return raw, out.Lines, err
}

// TellContract writes a contract for people: under its headings, each fact with what is known about it below.
func TellContract(w io.Writer, lines []ContractLine) error {
	var b strings.Builder
	subject := ""
	for _, l := range lines {
		if l.Subject != subject {
			subject = l.Subject
			fmt.Fprintf(&b, "\n%s\n", strings.ReplaceAll(subject, "`", ""))
		}
		facts := []string{l.Known}
		if l.Sources != "" {
			facts = append(facts, "source "+l.Sources)
		}
		if s := l.Setting; s != nil {
			chosen := fmt.Sprintf("%s=%v", s.Name, s.Value)
			if s.Value != s.Default {
				chosen += fmt.Sprintf(" (default %v)", s.Default)
			}
			facts = append(facts, chosen)
		}
		fmt.Fprintf(&b, "  %s\n      %s\n", strings.ReplaceAll(l.Says, "`", ""), strings.Join(facts, " · "))
	}
	_, err := io.WriteString(w, strings.TrimPrefix(b.String(), "\n"))
	return err
}

// Switches are the names of all switches, each with the words that it takes; nil if they are not few.
func Switches(ctx context.Context) map[string][]string {
	_, lines, err := Contract(ctx, &sandbox.Options{})
	if err != nil {
		return nil
	}
	out := map[string][]string{}
	for _, l := range lines {
		if s := l.Setting; s != nil {
			out[s.Name] = s.Choices
			if _, is := s.Default.(bool); is {
				out[s.Name] = []string{"true", "false"}
			}
		}
	}
	return out
}

// Settings are the switches that the words of --set, each NAME=VALUE, choose.
func Settings(ctx context.Context, set []string) (map[string]string, error) {
	chosen := map[string]string{}
	if len(set) == 0 {
		return chosen, nil
	}
	words := Switches(ctx)
	names := slices.Sorted(maps.Keys(words))
	for _, text := range set {
		name, value, ok := strings.Cut(env.Pasted(text), "=")
		name, value = strings.TrimFunc(name, env.IsMargin), strings.TrimFunc(value, env.IsMargin)
		possible, known := words[name]
		switch {
		case !known:
			return nil, usage.New(fmt.Sprintf("--set %q: there is no such switch", wording.Clip(name)), wording.DidYouMean(wording.Nearest(name, names), "'ringcx sandbox contract' lists all"))
		case !ok:
			return nil, usage.New(fmt.Sprintf("--set %q has no value", name), valueHint(name, possible))
		case len(possible) > 0 && !slices.Contains(possible, value):
			return nil, usage.New(fmt.Sprintf("%q is not a value for --set %s", wording.Clip(value), name), wording.HintOf(value, possible))
		}
		chosen[name] = value
	}
	return chosen, nil
}

// valueHint is what a switch without a value may be given.
func valueHint(name string, possible []string) string {
	if len(possible) == 0 {
		return "give it one with --set " + name + "=VALUE; 'ringcx sandbox contract' shows that in force"
	}
	return fmt.Sprintf("such as --set %s=%s; 'ringcx sandbox contract' lists all", name, possible[0])
}
