package leads

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// check makes JSON of a cell that is not empty, or says what is wrong with it.
type check func(cell string) (value []byte, wrong string)

// rules are what cells are checked by, besides the types of their fields.
type rules struct {
	international bool   // phone numbers may be those of any country
	needs         string // a field that each row needs besides
}

// phones are the fields that hold a phone number, and whether they may hold several.
var phones = map[string]bool{"leadPhone": true, "callerId": false, "auxPhone": false}

// of is the check of a field.
func (r rules) of(f *apispec.Field) check {
	several, isPhone := phones[f.Name]
	switch {
	case isPhone:
		return func(cell string) ([]byte, string) { return r.phones(cell, several) }
	case f.Name == "leadPhoneE164":
		return checkE164
	case f.Name == "leadTimezone":
		return checkTimezone
	case isMap(f):
		return text(f)
	}
	return typed(f, f.Type)
}

// typed checks a cell against a type of the description.
func typed(f *apispec.Field, t *apispec.Type) check {
	switch t.Kind {
	case apispec.Array:
		return list(typed(f, t.Elem))
	case apispec.Closed:
		return oneOf(apispec.Default().Values(t.Name).List)
	}
	switch t.Name {
	case "int32":
		return func(cell string) ([]byte, string) { return whole(cell, f, 32) }
	case "int64":
		return func(cell string) ([]byte, string) { return whole(cell, f, 64) }
	case "boolean":
		return yesOrNo
	case "datetime":
		return moment
	}
	return text(f)
}

func text(f *apispec.Field) check {
	return func(cell string) ([]byte, string) {
		if n := utf8.RuneCountInString(cell); f.MaxLen > 0 && n > f.MaxLen {
			return nil, fmt.Sprintf("it has %d characters, and may have %d", n, f.MaxLen)
		}
		return quoted(cell), ""
	}
}

// list checks what stands between the bars of a cell.
func list(one check) check {
	return func(cell string) ([]byte, string) {
		all := []byte{'['}
		for part := range strings.SplitSeq(cell, "|") {
			value, wrong := one(strings.TrimSpace(part))
			if wrong != "" {
				return nil, wrong
			}
			if len(all) > 1 {
				all = append(all, ',')
			}
			all = append(all, value...)
		}
		return append(all, ']'), ""
	}
}

func oneOf(words []string) check {
	return func(cell string) ([]byte, string) {
		for _, w := range words {
			if strings.EqualFold(w, cell) || strings.EqualFold(strings.ReplaceAll(w, "-", "_"), cell) {
				return quoted(w), ""
			}
		}
		return nil, fmt.Sprintf("%s is none of %s", shown(cell), strings.Join(words, ", "))
	}
}

func whole(cell string, f *apispec.Field, bits int) ([]byte, string) {
	n, err := strconv.ParseInt(cell, 10, bits)
	switch {
	case err != nil:
		return nil, shown(cell) + " is not a whole number"
	case (f.Min != 0 || f.Max != 0) && (n < f.Min || n > f.Max):
		return nil, fmt.Sprintf("%d is not between %d and %d", n, f.Min, f.Max)
	}
	return strconv.AppendInt(nil, n, 10), ""
}

func yesOrNo(cell string) ([]byte, string) {
	switch strings.ToLower(cell) {
	case "true", "yes", "y", "1":
		return []byte("true"), ""
	case "false", "no", "n", "0":
		return []byte("false"), ""
	}
	return nil, shown(cell) + " is not true or false"
}

// moment checks a time with its offset, and writes it as the vendor does.
func moment(cell string) ([]byte, string) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.000-0700", "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700"} {
		if at, err := time.Parse(layout, cell); err == nil {
			return quoted(at.Format("2006-01-02T15:04:05.000-0700")), ""
		}
	}
	return nil, shown(cell) + " is not a time with its offset, such as 2026-01-31T08:30:00Z"
}

// phones checks numbers and leaves of them what the vendor takes: digits, ten of them unless numbers are international.
// Several are separated by bars.
func (r rules) phones(cell string, several bool) ([]byte, string) {
	parts := []string{cell}
	if several {
		parts = strings.Split(cell, "|")
	}
	for i, part := range parts {
		digits, wrong := r.phone(strings.TrimSpace(part))
		if wrong != "" {
			return nil, wrong
		}
		parts[i] = digits
	}
	return quoted(strings.Join(parts, "|")), ""
}

// spread is how spreadsheets write numbers that they find long.
var spread = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d[.,]\d+E\+?\d+$`) })

func (r rules) phone(number string) (digits, wrong string) {
	if spread().MatchString(number) {
		return "", shown(number) + " is a number that a spreadsheet has shortened: make the column a text there"
	}
	plus := strings.HasPrefix(number, "+")
	digits = strings.TrimPrefix(number, "+")
	if strings.IndexFunc(digits, func(c rune) bool { return (c < '0' || c > '9') && !strings.ContainsRune(" -.()/\u00a0", c) }) >= 0 {
		return "", shown(number) + " is not a phone number"
	}
	digits = strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, digits)
	switch n := len(digits); {
	case r.international && (n < 7 || n > 15):
		return "", fmt.Sprintf("%s has %d digits, and phone numbers have 7 to 15", shown(number), n)
	case r.international && plus:
		return "+" + digits, ""
	case r.international, n == 10 && !plus:
		return digits, ""
	case n == 11 && digits[0] == '1':
		return digits[1:], ""
	case plus:
		return "", shown(number) + " is not a number of the United States or Canada: load international numbers with --international-number-format or as leadPhoneE164"
	default:
		return "", fmt.Sprintf("%s has %d digits, and phone numbers have 10", shown(number), n)
	}
}

func checkE164(cell string) ([]byte, string) {
	digits, plus := strings.CutPrefix(cell, "+")
	if !plus || len(digits) < 7 || len(digits) > 15 || digits[0] == '0' || strings.Trim(digits, "0123456789") != "" {
		return nil, shown(cell) + " is not of the form +14155550100"
	}
	return quoted(cell), ""
}

// zones are the short names of time zones that the vendor's guide lists.
var zones = strings.Fields("ADT AKDT AKST AST CDT CST EDT EST HADT HAST MDT MST NDT NST PDT PMDT PMST PST WSDT WSST")

// zoneName is the form of names such as America/New_York, US/Eastern and Etc/GMT+5. Whether there is such a zone the machine
// may not know.
var zoneName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}$`) })

func checkTimezone(cell string) ([]byte, string) {
	if !slices.Contains(zones, cell) && !zoneName().MatchString(cell) && cell != "UTC" && cell != "GMT" {
		return nil, shown(cell) + " is not a time zone such as EST or America/New_York"
	}
	return quoted(cell), ""
}

// shown is a cell as a reason may repeat it.
func shown(cell string) string {
	const most = 40
	if utf8.RuneCountInString(cell) > most {
		cell = string([]rune(cell)[:most]) + "…"
	}
	return `"` + wording.OneLine(cell) + `"`
}
