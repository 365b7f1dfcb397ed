package apigo

import (
	"strings"
	"unicode"
)

// initialisms are words that Go writes in capitals, or as they stand here.
var initialisms = func() map[string]string {
	const all = "ACD AMD ANI API CRM DID DNC DNIS DTMF FTP HCI HTTP ID IP IVR JS JSON JWT MP3 OAuth RC SIP SMS SSO TCPA UII URI URL UUID WFM WFO XML"
	known := map[string]string{}
	for word := range strings.FieldsSeq(all) {
		known[strings.ToLower(word)] = word
		known[strings.ToLower(word)+"s"] = word + "s"
	}
	return known
}()

// words are the parts of a name on the wire: isSSO is is and SSO, agent-id is agent and id, oauthURL is oauth and URL.
func words(name string) []string {
	name = strings.ReplaceAll(name, "OAuth", "Oauth")
	var all []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			all = append(all, string(word))
		}
		word = nil
	}
	runes := []rune(name)
	for i, c := range runes {
		switch {
		case !unicode.IsLetter(c) && !unicode.IsDigit(c):
			end()
			continue
		case unicode.IsUpper(c) && i > 0 && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])):
			end()
		}
		word = append(word, c)
	}
	end()
	return all
}

// Exported is the name in Go of what is called name on the wire.
func Exported(name string) string {
	var b strings.Builder
	for _, w := range words(name) {
		b.WriteString(capital(w))
	}
	return b.String()
}

func capital(word string) string {
	lower := strings.ToLower(word)
	if known, ok := initialisms[lower]; ok {
		return known
	}
	return strings.ToUpper(lower[:1]) + lower[1:]
}

// taken are names that parameters cannot have.
var taken = map[string]string{
	"type": "kind", "range": "span", "func": "function", "ctx": "context", "s": "service", "r": "request", "out": "output", "err": "failure", "opts": "options",
}

// Unexported is the name of a parameter of Go.
func Unexported(name string) string {
	all := words(name)
	s := strings.ToLower(all[0])
	for _, w := range all[1:] {
		s += capital(w)
	}
	if other, ok := taken[s]; ok {
		return other
	}
	return s
}

// ValueName is the end of a constant's name: DO-NOT-CALL is DoNotCall.
func ValueName(value string) string {
	if strings.ToUpper(value) == value {
		var s string
		for _, w := range strings.FieldsFunc(value, func(c rune) bool { return (c < 'A' || c > 'Z') && (c < '0' || c > '9') }) {
			s += capital(w)
		}
		return s
	}
	return Exported(value)
}
