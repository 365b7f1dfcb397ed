package leads

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// The kinds of criteria, by what their flags take.
const (
	Text    = "text"
	Number  = "number"
	Texts   = "texts"   // several
	Numbers = "numbers" // several
	Switch  = "switch"
	Time    = "time"
	Compare = "compare" // >, < or = before a number or a time
)

// Criterion narrows a search: a field of the vendor's criteria, and what a command line says of it.
type Criterion struct{ Field, Flag, Usage, Kind string }

// Criteria are those of a search, written here as Options are.
var Criteria = []Criterion{
	{"campaignIds", "campaign", "the `ID` of a campaign; may be given several times", Numbers},
	{"listIds", "list", "the `ID` of a list of leads; may be given several times", Numbers},
	{"leadIds", "lead", "the `ID` of a lead; may be given several times", Numbers},
	{"externIds", "extern-id", "the `ID` that a lead was loaded with; may be given several times", Texts},
	{"leadPhoneNumbers", "phone", "a whole phone `number`; may be given several times", Texts},
	{"leadPhoneNum", "phone-like", "a phone `number`, or a part of one", Text},
	{"leadStates", "lead-state", "the `state` of leads, such as READY; may be given several times", Texts},
	{"systemDispositions", "system-disposition", "the `result` of a call that the system recorded, such as BUSY; may be given several times", Texts},
	{"agentDispositions", "agent-disposition", "the `result` that an agent chose; may be given several times", Texts},
	{"physicalStates", "physical-state", "the `state` of a country, such as NY; may be given several times", Texts},
	{"leadTimezones", "timezone", "the `name` of a time zone, such as EST; may be given several times", Texts},
	{"suppressed", "suppressed", "ONLY_SUPPRESSED, ONLY_UNSUPPRESSED or ALL", Text},
	{"orphanedLeadsOnly", "orphaned-only", "leads without a list", Switch},
	{"agentId", "agent", "the `ID` of the agent of the last call", Number},
	{"pendingAgentId", "pending-agent", "the `ID` of the agent that leads wait for", Number},
	{"loadedDtsStart", "loaded-from", "loaded at that `time` or later", Time},
	{"loadedDtsEnd", "loaded-to", "loaded at that `time` or earlier", Time},
	{"leadPassesCriteria", "passes", "how often leads were called, such as '>3'", Compare},
	{"lastPassTimeCriteria", "last-pass", "when leads were last called, such as '<2026-01-31T08:30:00Z'", Compare},
	{"nextDialTimeCriteria", "next-dial", "when leads are called next, likewise", Compare},
	{"firstName", "first-name", "first name", Text},
	{"lastName", "last-name", "last name", Text},
	{"emailAddress", "email", "email address", Text},
	{"address1", "address1", "the first line of the address", Text},
	{"address2", "address2", "the second line of the address", Text},
	{"city", "city", "city", Text},
	{"zip", "zip", "zip code", Text},
	{"callerId", "caller-id", "the number that leads are called from", Text},
	{"auxData1", "aux-data1", "data of your own, of the first of five fields", Text},
	{"auxData2", "aux-data2", "likewise, of the second", Text},
	{"auxData3", "aux-data3", "likewise, of the third", Text},
	{"auxData4", "aux-data4", "likewise, of the fourth", Text},
	{"auxData5", "aux-data5", "likewise, of the fifth", Text},
}

// Search is what is looked for: values by flags, texts, ints, bools, and lists of texts and ints. A time is read by when.
func Search(values map[string]any, when func(text string) (time.Time, error)) ([]byte, error) {
	body := map[string]any{}
	for _, c := range Criteria {
		value, given := values[c.Flag]
		if !given {
			continue
		}
		value, err := c.value(value, when)
		if err != nil {
			return nil, err
		}
		body[c.Field] = value
	}
	if err := inOrder(body); err != nil {
		return nil, err
	}
	if ids, ok := body["campaignIds"].([]int); ok && len(ids) == 1 {
		body["campaignId"] = ids[0] // the guide gives both
	}
	return json.Marshal(body)
}

// inOrder refuses a time that ends before it begins, in which no lead can be.
func inOrder(body map[string]any) error {
	var at [2]time.Time
	for i, field := range []string{"loadedDtsStart", "loadedDtsEnd"} {
		text, _ := body[field].(string)
		var err error
		if at[i], err = time.Parse(vendorTime, text); err != nil {
			return nil // it is not given
		}
	}
	if at[0].After(at[1]) {
		return usage.New("--loaded-from is later than --loaded-to", "exchange them")
	}
	return nil
}

// vendorTime is how the vendor writes times.
const vendorTime = "2006-01-02T15:04:05.000-0700"

func (c *Criterion) value(value any, when func(string) (time.Time, error)) (any, error) {
	text, _ := value.(string)
	switch c.Kind {
	case Time:
		at, err := when(text)
		if err != nil {
			return nil, usage.New(fmt.Sprintf("--%s: %s", c.Flag, err), usage.Hint(err))
		}
		return at.Format(vendorTime), nil
	case Compare:
		return c.compare(text, when)
	case Text:
		return c.closed(text)
	case Texts:
		texts, _ := value.([]string)
		all := make([]any, len(texts))
		for i, one := range texts {
			v, err := c.closed(one)
			if err != nil {
				return nil, err
			}
			if all[i] = v; c.Field == "leadTimezones" {
				all[i] = map[string]any{"name": v}
			}
		}
		return all, nil
	}
	return value, nil
}

// dialled is a phone number as leads have it: digits alone, and ten of them where it is one of North America.
func (c *Criterion) dialled(text string) (any, error) {
	digits, isPhone := onlyDialled(strings.TrimPrefix(strings.TrimSpace(text), "+"))
	if !isPhone {
		return nil, usage.New(fmt.Sprintf("--%s: %s is not a phone number", c.Flag, shown(text)), "give its digits")
	}
	if len(digits) == 11 && digits[0] == '1' {
		digits = digits[1:]
	}
	if strings.HasPrefix(strings.TrimSpace(text), "+") && len(digits) != 10 {
		digits = "+" + digits // as it was loaded, if it is of another country
	}
	return digits, nil
}

// closed checks a text against the closed list of its field, if it has one.
func (c *Criterion) closed(text string) (any, error) {
	switch {
	case strings.TrimSpace(text) == "":
		return nil, usage.New(fmt.Sprintf("--%s is empty, and would look for anything", c.Flag), "give a value, or leave it out")
	case c.Field == "leadPhoneNumbers" || c.Field == "leadPhoneNum" || c.Field == "callerId":
		return c.dialled(text)
	}
	t := apispec.Default().Schema("CampaignLeadSearchCriteria").Field(c.Field).Type.Base()
	if t.Kind != apispec.Closed {
		return text, nil
	}
	words := apispec.Default().Values(t.Name).List
	value, wrong := oneOf(words)(text)
	if wrong != "" {
		return nil, usage.New(fmt.Sprintf("--%s: %s", c.Flag, wrong), "give one of them")
	}
	return json.RawMessage(value), nil
}

// compare reads a comparison: > < or = and what stands behind it.
func (c *Criterion) compare(text string, when func(string) (time.Time, error)) (any, error) {
	operators := map[byte]string{'>': "GREATER_THAN", '<': "LESS_THAN", '=': "EQUALS"}
	const hint = "put >, < or = before the value, in quotation marks, such as '>3'"
	if text == "" || operators[text[0]] == "" {
		return nil, usage.New(fmt.Sprintf("--%s compares, and %q has no comparison", c.Flag, text), hint)
	}
	operand := strings.TrimSpace(text[1:])
	var value any
	if c.Field == "leadPassesCriteria" {
		n, wrong := whole(operand, &apispec.Field{}, 32)
		if wrong != "" {
			return nil, usage.New(fmt.Sprintf("--%s: %s", c.Flag, wrong), hint)
		}
		value = json.RawMessage(n)
	} else {
		at, err := when(operand)
		if err != nil {
			return nil, usage.New(fmt.Sprintf("--%s: %s", c.Flag, err), usage.Hint(err))
		}
		value = at.Format(vendorTime)
	}
	return map[string]any{"operator": operators[text[0]], "value": value}, nil
}
