package wording

import (
	"slices"
	"strings"
)

// Distance is how many letters have to be put in, taken out or replaced to make b of a.
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// Nearest is the name that somebody who wrote word most likely meant, "" if none is near. The first of several that are
// as near is it.
func Nearest(word string, names []string) string {
	const most = 64 // a longer word is no slip of the keyboard, and a secret perhaps
	if word == "" || len(word) > most {
		return ""
	}
	word = strings.ToLower(word)
	best, least := "", min(len(word), max(2, len(word)/3)+1)
	for _, name := range names {
		lower := strings.ToLower(name)
		d := Distance(word, lower)
		if len(word) > 2 && strings.HasPrefix(lower, word) {
			d = min(d, 1)
		} else if len(word) > 3 && strings.Contains(lower, word) {
			d = min(d, 2)
		}
		if d > 1 && sameLetters(word, lower) { // two of them changed places
			d = 1
		}
		if d > 1 && len(word) <= 3 { // two others leave nothing of it
			continue
		}
		if d < least {
			best, least = name, d
		}
	}
	return best
}

// sameLetters says whether a word is another one with its letters in another order.
func sameLetters(a, b string) bool {
	one, other := []byte(a), []byte(b)
	slices.Sort(one)
	slices.Sort(other)
	return slices.Equal(one, other)
}

// DidYouMean is a hint that names what is near, if something is, and what to do to see all.
func DidYouMean(near, otherwise string) string {
	if near == "" {
		return otherwise
	}
	return "did you mean " + near + "? " + otherwise
}

// HintOf is the hint for a word that is none of a few.
func HintOf(word string, words []string) string {
	return DidYouMean(NearWord(word, words), "one of "+Listed(words))
}

// elsewhere are words of other programs for what a flag of ours takes.
var elsewhere = map[string]string{
	"bash": "sh", "zsh": "sh", "ksh": "sh", "dash": "sh", "posix": "sh", "shell": "sh", "pwsh": "powershell", "ps1": "powershell",
	"env": "dotenv", ".env": "dotenv", "gh": "github", "actions": "github",
}

// NearWord is the one of a few words that was most likely meant, "" if none is near.
func NearWord(word string, words []string) string {
	if ours := elsewhere[strings.ToLower(word)]; slices.Contains(words, ours) {
		return ours
	}
	return Nearest(word, words)
}

// NearestFew are the names that somebody who wrote word may have meant, the nearest first, at most so many.
func NearestFew(word string, names []string, most int) (few []string) {
	rest := slices.Clone(names)
	for len(few) < most {
		near := Nearest(word, rest)
		if near == "" {
			break
		}
		few = append(few, near)
		rest = slices.DeleteFunc(rest, func(name string) bool { return name == near })
	}
	return few
}
