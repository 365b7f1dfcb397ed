package apicmd

import (
	"bytes"
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

// isSecret tells names of what must not be seen, wherever they are.
func isSecret(name string) bool { return secretNames()[strings.ToLower(name)] }

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
	if text, ok := shownJSON(data); ok {
		return text
	}
	lower := string(bytes.ToLower(data))
	may := strings.Contains(lower, `\u`) // as a name may be written, too
	for name := range secretNames() {
		may = may || strings.Contains(lower, name)
	}
	if may {
		return fmt.Sprintf("(a body of %d bytes, which may have secrets in it)", len(data))
	}
	return string(data)
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
		plain, err := url.QueryUnescape(strings.TrimSpace(name))
		if value != "" && (err != nil || isSecret(plain)) {
			pairs[i] = name + "=" + masked
		}
	}
	return strings.Join(pairs, "&")
}
