package apigen

import "strings"

// does is a verb as it says what a method does: create is creates, and list is returns.
func does(verb string) string {
	verb = strings.ToLower(verb)
	switch {
	case verb == "get", verb == "list":
		return "returns"
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

// says turns what a method is to do into what it does: List the users. is List returns the users.
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
