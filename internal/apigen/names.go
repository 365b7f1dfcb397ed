package apigen

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

// exported is the name in Go of what is called name on the wire.
func exported(name string) string {
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

// unexported is the name of a parameter of Go.
func unexported(name string) string {
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

// does is a verb with its ending: list is lists.
func does(verb string) string {
	verb = strings.ToLower(verb)
	switch {
	case verb == "forget":
		return "forgets"
	case strings.HasSuffix(verb, "ch"), strings.HasSuffix(verb, "sh"), strings.HasSuffix(verb, "s"), strings.HasSuffix(verb, "o"):
		return verb + "es"
	case strings.HasSuffix(verb, "y") && !strings.ContainsRune("aeiou", rune(verb[len(verb)-2])):
		return verb[:len(verb)-1] + "ies"
	}
	return verb + "s"
}

// verbs may follow the first one of a sentence after and.
var verbs = map[string]bool{"see": true, "tell": true, "download": true, "change": true}

// says turns what a method is to do into what it does: List the users. is List lists the users.
func says(name, text string) string {
	first, rest, _ := strings.Cut(text, " ")
	rest = " " + rest
	for verb := range verbs {
		rest = strings.Replace(rest, " and "+verb+" ", " and "+does(verb)+" ", 1)
	}
	return name + " " + does(first) + rest
}

// means turns what a type is into a sentence about it: A user. is User is a user.
func means(name, text string) string {
	first, _, _ := strings.Cut(text, " ")
	rest := strings.ToLower(text[:1]) + text[1:]
	switch first {
	case "A", "An", "The", "What", "How", "Which", "Where", "When", "Why", "Whether", "Who", "Something":
		return name + " is " + rest
	}
	if strings.ToUpper(first) == first {
		rest = text
	}
	return name + " has " + rest
}
