package house_test

import (
	"fmt"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	inlineLink = regexp.MustCompile(`\]\(\s*<?([^)\s>]+)>?(?:\s+["'][^)]*["'])?\s*\)`)
	namedLink  = regexp.MustCompile(`(?m)^ {0,3}\[[^\]^]+\]:\s+<?([^\s>]+)`)
	htmlLink   = regexp.MustCompile(`(?i)\b(?:src|href|srcset)="([^"\s]+)`)
	htmlAnchor = regexp.MustCompile(`(?i)<[a-z0-9]+ (?:id|name)="([^"]+)"`)
	heading    = regexp.MustCompile(`^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$`)
	codeSpan   = regexp.MustCompile("`[^`\n]*`")
	linkText   = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	fence      = regexp.MustCompile("^\\s*(`{3,}|~{3,})")
)

// deadLinks finds links in Markdown files that lead nowhere in this tree. Links to other sites are not followed.
func deadLinks(t *tree) []finding {
	var all []finding
	if _, ok := t.text["README.md"]; !ok {
		all = append(all, found("README.md does not exist: write it", "link", "README.md"))
	}
	for _, p := range slices.Sorted(maps.Keys(t.text)) {
		if path.Ext(p) != ".md" || slices.Contains(strings.Split(p, "/"), "testdata") {
			continue
		}
		for _, target := range links(t.text[p]) {
			if why := t.dead(p, target); why != "" {
				all = append(all, found(fmt.Sprintf("%s links to %s: %s", p, target, why), "link", p, target))
			}
		}
	}
	return all
}

// links lists the link targets in a Markdown text, code left out.
func links(text string) []string {
	text = codeSpan.ReplaceAllString(withoutFences(text), "")
	var all []string
	for _, kind := range []*regexp.Regexp{inlineLink, namedLink, htmlLink} {
		for _, m := range kind.FindAllStringSubmatch(text, -1) {
			all = append(all, m[1])
		}
	}
	return all
}

// dead says why a link in the file from leads nowhere, or "".
func (t *tree) dead(from, target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return "not a link"
	}
	if u.Scheme != "" || u.Host != "" {
		return ""
	}
	file := from
	if rooted, ok := strings.CutPrefix(u.Path, "/"); ok {
		file = path.Clean(rooted)
	} else if u.Path != "" {
		file = path.Join(path.Dir(from), u.Path)
	}
	if file != "." && !t.paths[file] {
		return "no such file"
	}
	if u.Fragment != "" && path.Ext(file) == ".md" && !slices.Contains(anchors(t.text[file]), u.Fragment) {
		return "no such heading"
	}
	return ""
}

// anchors lists the names by which the headings of a Markdown text are linked to.
func anchors(text string) []string {
	text = withoutFences(text)
	var all []string
	seen := map[string]int{}
	for line := range strings.Lines(text) {
		m := heading.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil {
			continue
		}
		name := slug(m[1])
		seen[name]++
		if n := seen[name]; n > 1 {
			name = fmt.Sprintf("%s-%d", name, n-1)
		}
		all = append(all, name)
	}
	for _, m := range htmlAnchor.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// slug is the anchor that GitHub makes of a heading.
func slug(title string) string {
	title = linkText.ReplaceAllString(title, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}

// withoutFences blanks the code blocks of a Markdown text.
func withoutFences(text string) string {
	var b strings.Builder
	open := ""
	for line := range strings.Lines(text) {
		mark := ""
		if m := fence.FindStringSubmatch(line); m != nil {
			mark = m[1]
		}
		switch {
		case open == "" && mark == "":
			b.WriteString(line)
			continue
		case open == "":
			open = mark
		case strings.HasPrefix(mark, open) && strings.Trim(strings.TrimSpace(line), open[:1]) == "":
			open = ""
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestEveryLinkInTheDocumentsLeadsSomewhere(t *testing.T) { keeps(t, deadLinks) }
