package apicmd

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// The forms that dates have on the wire, by the names of their types.
var forms = map[string]string{
	"datetime":  "2006-01-02T15:04:05.000-0700",
	"zonedtime": "2006-01-02T15:04:05.000-07:00",
	"isotime":   time.RFC3339Nano,
	"localtime": "2006-01-02 15:04:05",
}

// typed are forms in which people write a moment, with an offset and without.
var (
	typed      = []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05-0700"}
	typedLocal = []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02"}
)

// scalar compares a value with a scalar type.
func (c *checker) scalar(place string, t *apispec.Type, v any) *misfit {
	s, _ := apispec.ScalarNamed(t.Name)
	ok := false
	switch v := v.(type) {
	case string:
		ok = s.JSON == "string" && (c.answer || fits(s.Name, v))
	case bool:
		ok = s.JSON == "boolean"
	case json.Number:
		ok = s.JSON == "number" && (c.answer || isFinite(v)) || s.JSON == "integer" && isWhole(s, v.String(), c.answer)
	}
	if ok {
		return nil
	}
	return c.otherwise(place, t, v)
}

// isWhole tells whole numbers that fit into their type. In an answer, 1.0 is one.
func isWhole(s apispec.ScalarType, text string, answer bool) bool {
	bits := 64
	if s.Format == "int32" {
		bits = 32
	}
	if answer {
		text = strings.TrimSuffix(text, ".0")
	}
	_, err := strconv.ParseInt(text, 10, bits)
	return err == nil
}

// isFinite tells numbers that a number of 64 bits can be.
func isFinite(n json.Number) bool {
	_, err := n.Float64()
	return err == nil
}

// fits tells texts that have the form of a scalar type.
func fits(name, text string) bool {
	switch name {
	case "datetime", "isotime", "localtime":
		_, err := time.Parse(forms[name], text)
		return err == nil && !strings.Contains(text, ",") // which package time takes for a point
	case "zonedtime":
		_, err := time.Parse("2006-01-02T15:04:05-07:00", text)
		return err == nil && !strings.Contains(text, ",")
	case "millistext":
		return text != "" && digits(text)
	case "hours":
		return len(text) == 8 && isClock(text[:2], text[2:4]) && isClock(text[4:6], text[6:])
	case "clock":
		return len(text) >= 5 && text[2] == ':' && isClock(text[:2], text[3:5]) && (len(text) == 5 || strings.ContainsRune(":.+-Z", rune(text[5])))
	case "uuid":
		return isUUID(text)
	}
	return true
}

// isClock tells hours and minutes of a day, of which 24:00 is the end.
func isClock(hours, minutes string) bool {
	return digits(hours+minutes) && (hours < "24" && minutes < "60" || hours+minutes == "2400")
}

func digits(text string) bool { return strings.Trim(text, "0123456789") == "" }

func isUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, r := range strings.ToLower(text) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (r == '-') || !dash && !strings.ContainsRune("0123456789abcdef", r) {
			return false
		}
	}
	return true
}

// convert makes JSON of a text, as a type has it.
func (c *checker) convert(place string, t *apispec.Type, text string) (json.RawMessage, *misfit) {
	s, _ := apispec.ScalarNamed(t.Name)
	switch {
	case t.Kind == apispec.Closed:
		if m := c.oneOf(place, t, text); m != nil {
			return nil, m
		}
	case t.Kind != apispec.Scalar:
		return nil, &misfit{problem: place + " takes " + c.kind(t) + ", not a text", remedy: "give it as JSON, with -F " + place + "=…"}
	case s.JSON == "boolean" || s.JSON == "number" || s.JSON == "integer":
		text = moment(s.Name, strings.TrimSpace(text))
		var n json.Number
		if s.JSON != "boolean" && (json.Unmarshal([]byte(text), &n) != nil || n == "" || text[0] == '"') {
			return nil, c.otherwise(place, t, text)
		}
		v, err := decoded([]byte(text))
		if err != nil || c.scalar(place, t, v) != nil {
			return nil, c.otherwise(place, t, text)
		}
		return json.RawMessage(text), nil
	case s.JSON == "string":
		if text = moment(s.Name, text); !fits(s.Name, text) {
			return nil, c.otherwise(place, t, text)
		}
	}
	return encoded(text), nil
}

// moment puts a moment into the form that a type has on the wire, if it is written as people do, and there is no doubt what
// it is. All else stays as it is.
func moment(name, text string) string {
	layouts, local := typed, name == "localtime"
	if local {
		layouts = typedLocal
	}
	switch {
	case name == "millis" || name == "millistext" || name == "unixtime":
	case forms[name] == "" || fits(name, text):
		return text
	}
	for _, layout := range layouts {
		at, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		switch name {
		case "millis", "millistext":
			return strconv.FormatInt(at.UnixMilli(), 10)
		case "unixtime":
			return strconv.FormatInt(at.Unix(), 10)
		}
		return at.Format(forms[name])
	}
	return text
}

// encoded is JSON, in which no character is written otherwise than it has to be.
func encoded(v any) json.RawMessage {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil // of what is no JSON, which nobody gives it
	}
	return json.RawMessage(strings.TrimSuffix(b.String(), "\n"))
}
