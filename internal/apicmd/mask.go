package apicmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/rawjson"
)

// secretNames are the names, in lower case, of what the description calls secret anywhere.
var secretNames = sync.OnceValue(func() map[string]bool {
	all := make(map[string]bool)
	d := apispec.Default()
	for _, s := range d.Schemas() {
		for _, f := range s.Fields {
			if f.Secret {
				all[strings.ToLower(f.Name)] = true
			}
		}
	}
	for _, op := range d.Operations {
		for _, p := range op.Params {
			if p.Secret {
				all[strings.ToLower(p.Name)] = true
			}
		}
	}
	return all
})

// commonNames are what others call secrets, as plain has them.
var commonNames = []string{"accesstoken", "refreshtoken", "idtoken", "clientsecret", "apitoken", "apikey", "jwt", "authorization", "password", "passwd", "privatekey"}

// plain is a name, or a text with names in it, without regard to case and to how words are joined.
func plain(text string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(text))
}

// isSecret tells names of what must not be seen, wherever they are.
func isSecret(name string) bool {
	return secretNames()[strings.ToLower(name)] || slices.Contains(commonNames, plain(name))
}

// isSecretHeader tells headers by whose names others give keys and tokens.
func isSecretHeader(name string) bool {
	name = strings.ToLower(name)
	return isSecret(strings.TrimPrefix(name, "x-")) || slices.ContainsFunc([]string{"key", "token", "secret", "password", "auth"}, func(word string) bool { return strings.Contains(name, word) })
}

// shownBody is the body as it is sent, but for secrets. One that cannot be read, and has the name of a secret in it, is not
// shown.
func (c *Call) shownBody() string {
	data := c.sent.bytes
	if c.sent.file != "" {
		return fmt.Sprintf("(the file %s of %d bytes, in the part named file)", c.sent.file, c.sent.size)
	}
	if c.form != nil || c.said() == kindForm {
		return shownForm(string(data))
	}
	var v any
	text, ok := shownJSON(data)
	switch {
	case ok && (json.Unmarshal(data, &v) != nil || !holdsSecret(v)):
		return text
	case ok, mayName(string(data)):
		return fmt.Sprintf("(a body of %d bytes, which may have secrets in it)", len(data))
	}
	return string(data)
}

// mayName says whether a text that cannot be read may have the name of a secret in it.
func mayName(text string) bool {
	lower := strings.ToLower(text)
	if strings.Contains(lower, `\u`) { // as a name may be written, too
		return true
	}
	for name := range secretNames() {
		if strings.Contains(lower, name) {
			return true
		}
	}
	return slices.ContainsFunc(commonNames, func(name string) bool { return strings.Contains(plain(lower), name) })
}

// holdsSecret says whether a text within a value is JSON that has a secret, which is not shown as it is written. Values that are
// not shown do not count.
func holdsSecret(v any) bool {
	switch v := v.(type) {
	case string:
		return secretInText(v)
	case []any:
		return slices.ContainsFunc(v, holdsSecret)
	case map[string]any:
		for name, value := range v {
			if !isSecret(name) && holdsSecret(value) {
				return true
			}
		}
	}
	return false
}

// secretInText says whether a text is JSON that has a secret, at whatever depth.
func secretInText(text string) bool {
	if !strings.ContainsAny(text, "{\"") {
		return false
	}
	shown, ok := shownJSON([]byte(text))
	var v any
	return ok && (shown != text || json.Unmarshal([]byte(text), &v) == nil && holdsSecret(v))
}

// shownJSON is JSON as it is written, with *** in place of secrets. It is false for what is none.
func shownJSON(data []byte) (string, bool) {
	var b strings.Builder
	at := 0
	w := &rawjson.Walker{}
	w.Member = func(name string, rest []byte) bool { return isSecret(name) && !bytes.HasPrefix(rest, []byte("null")) }
	w.Passed = func(start, end int) {
		b.Write(data[at:start])
		b.WriteString(`"` + masked + `"`)
		at = end
	}
	if !w.Walk(data) {
		return "", false
	}
	b.Write(data[at:])
	return b.String(), true
}

// shownForm is a form as it is written, with *** in place of secrets.
func shownForm(text string) string {
	pairs := strings.Split(text, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		known, err := url.QueryUnescape(strings.TrimSpace(name))
		said, unread := url.QueryUnescape(value)
		if value != "" && (err != nil || unread != nil || isSecret(known) || secretInText(said)) {
			pairs[i] = name + "=" + masked
		}
	}
	return strings.Join(pairs, "&")
}
