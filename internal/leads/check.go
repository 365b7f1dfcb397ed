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
	case f.Name == "externId":
		return checkID(f)
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

func checkID(f *apispec.Field) check {
	return func(cell string) ([]byte, string) {
		if spread().MatchString(cell) {
			return nil, shown(cell) + " is a number that a spreadsheet has shortened: make the column a text there"
		}
		return text(f)(cell)
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
	for _, layout := range []string{time.RFC3339Nano, vendorTime, "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700"} {
		if at, err := time.Parse(layout, cell); err == nil {
			return quoted(at.Format(vendorTime)), ""
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

// What spreadsheets make of numbers that they find long, of which all but the first digits are lost, and of numbers that they take for fractions.
var (
	spread = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d+([.,]\d+)?[Ee]\+?\d+$`) })
	float  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\+?(\d{7,}[.,]\d+|\d+[.,]0+)$`) })
)

func (r rules) phone(number string) (digits, wrong string) {
	switch {
	case spread().MatchString(number):
		return "", shown(number) + " is a number that a spreadsheet has shortened: make the column a text there"
	case float().MatchString(number):
		return "", shown(number) + " is a number that a spreadsheet has given a fraction: make the column a text there"
	case isSeveral(number):
		return "", shown(number) + " may be several phone numbers, which stand with bars (|) between them"
	case strings.Contains(number, "(0)"):
		return "", shown(number) + " has a digit in brackets that is not dialled with the others: leave it out"
	}
	plus := strings.HasPrefix(number, "+")
	digits, isPhone := onlyDialled(strings.TrimPrefix(number, "+"))
	if !isPhone {
		return "", shown(number) + " is not a phone number"
	}
	switch n := len(digits); {
	case r.international && (n < 7 || n > 15):
		return "", fmt.Sprintf("%s has %d digits, and phone numbers have 7 to 15", shown(number), n)
	case r.international && plus:
		return "+" + digits, ""
	case r.international:
		return digits, ""
	case n == 11 && digits[0] == '1':
		digits = digits[1:]
	case plus:
		return "", shown(number) + " is not a number of the United States or Canada: load international numbers with --international-number-format or as leadPhoneE164"
	case n != 10:
		return "", fmt.Sprintf("%s has %d digits, and phone numbers have 10", shown(number), n)
	}
	if digits[0] < '2' || digits[3] < '2' { // the North American Numbering Plan has none
		return "", shown(number) + " is not a number of the United States or Canada: neither area codes nor what follows them begin with 0 or 1"
	}
	return digits, ""
}

// isSeveral tells what may be two numbers in one. A slash stands behind an area code as well, which is short.
func isSeveral(number string) bool {
	area, rest, slash := strings.Cut(number, "/")
	return strings.ContainsAny(number, ";,") || slash && (len(onlyDigits(area)) > 6 || len(onlyDigits(rest)) < 4 || strings.Contains(rest, "/"))
}

// onlyDialled is a number without what stands between its digits for people to read.
func onlyDialled(number string) (digits string, ok bool) {
	digits = strings.Map(func(c rune) rune {
		if strings.ContainsRune(" -.()/\u00a0", c) {
			return -1
		}
		return c
	}, number)
	return digits, digits != "" && strings.Trim(digits, "0123456789") == ""
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
