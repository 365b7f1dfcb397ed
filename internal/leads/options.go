package leads

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/ringcx-go/ringcx/internal/usage"
)

// Option is a setting of an import: a field of the vendor's request, and what a command line says of it.
type Option struct {
	Field, Flag, Usage string
	Words              []string // the values that it takes, the usual one first; nil: others
	Switch             bool     // it is true or false
	Several            bool     // it is a list of texts
	Time               bool     // it is a time with its offset
}

// Options are the settings of an import: the fields of LeadListProcessingRequest but those of files that the vendor reads
// itself. They are written here so that no command has to read the description of the API to know its flags; a test compares.
// The vendor wants the first four, and has no usual value for them.
var Options = []Option{
	{Field: "dialPriority", Flag: "dial-priority", Usage: "how soon leads are called", Words: []string{"NORMAL", "IMMEDIATE"}},
	{Field: "duplicateHandling", Flag: "duplicate-handling", Usage: "what happens to leads with a phone number that is there already", Words: []string{"RETAIN_ALL", "REMOVE_ALL_EXISTING", "REMOVE_FROM_LIST"}},
	{Field: "listState", Flag: "list-state", Usage: "the state of the list that is made", Words: []string{
		"ACTIVE", "PAUSED", "PENDING_DNC", "LOADING", "DELETED", "READY", "CALLBACKS", "CALLBACKS_AGENT", "DUPLICATES_NOT_MERGED", "DUPLICATES_NOT_MOVED", "ARCHIVED",
	}},
	{Field: "timeZoneOption", Flag: "time-zone-option", Usage: "how the time zone of a lead is found", Words: []string{"NPA_NXX", "ZIPCODE", "EXPLICIT", "COUNTRY", "NOT_APPLICABLE"}},
	{Field: "description", Flag: "description", Usage: "what the list is called (default: the name of the file)"},
	{Field: "dncTags", Flag: "dnc-tags", Usage: "a tag of the do-not-call list; may be given several times", Several: true},
	{Field: "internationalNumberFormat", Flag: "international-number-format", Usage: "phone numbers are those of any country", Switch: true},
	{Field: "numberOriginCountry", Flag: "number-origin-country", Usage: "the country of phone numbers that do not say theirs"},
	{Field: "phoneNumbersI18nEnabled", Flag: "phone-numbers-i18n-enabled", Usage: "the account takes phone numbers of any country", Switch: true},
	{Field: "scheduleArchiveDts", Flag: "schedule-archive-dts", Usage: "when the list is archived, such as 2026-01-31T08:30:00Z", Time: true},
}

// Settings are values of options, by their flags: texts, bools and lists of texts.
type Settings map[string]any

// request is the request without leads, as JSON that lacks its end, and the description apart.
func (s Settings) request() (fields []byte, description string, err error) {
	fields = []byte{'{'}
	for _, o := range Options {
		value, given := s[o.Flag]
		if !given {
			continue
		}
		if o.Field == "description" {
			description, _ = value.(string)
			continue
		}
		if text, ok := value.(string); ok && o.Time {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				return nil, "", usage.New(fmt.Sprintf("--%s takes a time with its offset", o.Flag), "such as 2026-01-31T08:30:00Z")
			}
			value = at.Format(time.RFC3339)
		}
		data, _ := json.Marshal(value) // texts, bools and lists of texts
		fields = appendField(fields, o.Field, data)
	}
	return fields, description, nil
}

// rules are what cells have to keep to under these settings.
func (s Settings) rules() rules {
	r := rules{international: s["international-number-format"] == true || s["phone-numbers-i18n-enabled"] == true}
	switch s["time-zone-option"] {
	case "EXPLICIT":
		r.needs = "leadTimezone"
	case "ZIPCODE":
		r.needs = "zip"
	}
	return r
}
