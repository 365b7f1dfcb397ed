package ringcx

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"time"
)

// What a Store holds may come from a newer program, whose fields are kept though they are not known here, and may have been
// changed by something else than a program, which a checksum tells. What older programs wrote has no checksum and is read as
// it is; so is what people edit, if they take the checksum out.

// storedVersion is the version of records and ledgers that this program reads and writes. Fields may be added within it.
const storedVersion = 1

const checksumField = "checksum"

// rest holds the fields of a stored value that this version does not know, those of its tokens by the names of these.
type rest struct {
	fields answer
	tokens map[string]answer
}

// errNewer is a stored value that only a newer program understands. It is never overwritten unless a person logs in anew.
type errNewer struct {
	what    string
	version float64
}

func (e *errNewer) Error() string {
	return fmt.Sprintf("%s is of a newer version: it has version %v, this program knows version %d", e.what, e.version, storedVersion)
}

// Hint tells what to do about it.
func (*errNewer) Hint() string { return "update this program; what is stored was left as it is" }

// Newer tells it from what is damaged.
func (*errNewer) Newer() bool { return true }

// unmarshalStored reads a stored value into v, a pointer to a struct, and returns what v has no place for. An error is an
// *errNewer, or says in what way the value is damaged.
func unmarshalStored(what string, value []byte, v any) (rest, error) {
	text, sound := verified(value)
	if sound && isKnown(text, v) {
		return rest{}, nil
	}
	var fields answer
	err := json.Unmarshal(text, &fields)
	var syntax *json.SyntaxError
	switch version := fields.number("version"); {
	case errors.As(err, &syntax):
		return rest{}, fmt.Errorf("not JSON at byte %d of %d", syntax.Offset, len(value))
	case fields == nil:
		return rest{}, errors.New("not a JSON object")
	case version > storedVersion:
		return rest{}, &errNewer{what, version}
	case !sound && claimsChecksum(fields):
		return rest{}, errors.New("its checksum does not match: something has changed it")
	}
	if err := json.Unmarshal(text, v); err != nil {
		return rest{}, errors.New("a field is not of the type expected")
	}
	return restOf(fields, reflect.TypeOf(v).Elem()), nil
}

// isKnown reads text into v, and reports whether v has a place for all that is in it. That is the usual case.
func isKnown(text []byte, v any) bool {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(v) == nil
}

// marshalStored writes v, with what an earlier value held besides, and a checksum of all.
func marshalStored(v any, more rest) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil || len(more.fields)+len(more.tokens) == 0 {
		return withChecksum(text), err
	}
	fields := readAnswer(text)
	for name, unknown := range more.tokens {
		token := readAnswer(fields[name])
		if token == nil {
			continue
		}
		maps.Copy(token, unknown)
		if fields[name], err = json.Marshal(token); err != nil {
			return nil, err
		}
	}
	maps.Copy(fields, more.fields)
	text, err = json.Marshal(fields)
	return withChecksum(text), err
}

// The checksum is the last field, and of the bytes before it: a Store gives back what was saved.
func withChecksum(object []byte) []byte {
	open := bytes.TrimSuffix(object, []byte("}"))
	if len(open) <= len("{") {
		return object
	}
	return append(open[:len(open):len(open)], checksumOf(open)...)
}

// checksumOf is how an object ends that begins with open.
func checksumOf(open []byte) string {
	sum := sha256.Sum256(open)
	return `,"` + checksumField + `":"` + hex.EncodeToString(sum[:16]) + `"}`
}

// verified is value without its checksum, if that matches.
func verified(value []byte) (object []byte, sound bool) {
	at := bytes.LastIndex(value, []byte(`,"`+checksumField+`":`))
	if at < 0 || string(bytes.TrimSpace(value[at:])) != checksumOf(value[:at]) {
		return value, false
	}
	return append(value[:at:at], '}'), true
}

// restOf are the fields for which t, a struct, has no place.
func restOf(fields answer, t reflect.Type) rest {
	unknown := func(fields answer, t reflect.Type) answer {
		out := maps.Clone(fields)
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			maps.DeleteFunc(out, func(field string, _ json.RawMessage) bool { return field != "" && strings.EqualFold(field, name) }) // as it was decoded
		}
		return out
	}
	more := rest{fields: unknown(fields, t), tokens: map[string]answer{}}
	delete(more.fields, checksumField)
	for _, name := range []string{"ringcentral", "ringcx"} {
		if left := unknown(readAnswer(fields[name]), reflect.TypeFor[storedToken]()); len(left) > 0 && more.fields[name] == nil {
			more.tokens[name] = left
		}
	}
	return more
}

// claimsChecksum tells values that have a checksum, also one whose name was changed in one letter.
func claimsChecksum(fields answer) bool {
	for name := range fields {
		if name == checksumField || resembles(name, checksumField) {
			return true
		}
	}
	return false
}

// resembles tells names that differ in one letter.
func resembles(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) != len(y) {
		return false
	}
	differ := 0
	for i := range x {
		if x[i] != y[i] {
			differ++
		}
	}
	return differ == 1
}

// storedToken is Token as the Store sees it, with its secrets.
type storedToken struct {
	AccessToken   string          `json:"access_token"`
	RefreshToken  string          `json:"refresh_token,omitempty"`
	TokenType     string          `json:"token_type,omitempty"`
	Obtained      time.Time       `json:"obtained"`
	Expiry        time.Time       `json:"expiry"`
	Idle          time.Duration   `json:"idle,omitempty"` // in nanoseconds
	RefreshExpiry time.Time       `json:"refresh_expiry,omitzero"`
	Scope         string          `json:"scope,omitempty"`
	OwnerID       string          `json:"owner_id,omitempty"`
	MainAccountID string          `json:"main_account_id,omitempty"`
	Details       json.RawMessage `json:"details,omitempty"`
}

// token never returns nil; without a stored token it is one that expired long ago.
func (s *storedToken) token() *Token {
	if s == nil {
		return &Token{}
	}
	t := Token(*s)
	return &t
}

func stored(t *Token) *storedToken {
	s := storedToken(*t)
	return &s
}
