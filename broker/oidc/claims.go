package oidc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

func decodeClaims(raw []byte) (claims map[string]any, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // a number is compared as it is written
	err = d.Decode(&claims)
	return claims, err
}

// find is a claim, or one within another; nil: there is none. Names of claims have dots themselves: the longest that is there counts.
func find(claims map[string]any, path string) any {
	if v, there := claims[path]; there {
		return v
	}
	for end := strings.LastIndexByte(path, '.'); end > 0; end = strings.LastIndexByte(path[:end], '.') {
		if v, there := claims[path[:end]]; there {
			inner, _ := v.(map[string]any)
			return find(inner, path[end+1:])
		}
	}
	return nil
}

// text is a claim that is one value.
func text(claim any) (string, bool) {
	switch v := claim.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return fmt.Sprint(v), true
	}
	return "", false
}

// unfit is the first claim that is not as it must be, "" if all are.
func unfit(claims map[string]any, wanted map[string][]string) string {
	for _, path := range slices.Sorted(maps.Keys(wanted)) {
		if !anyFits(find(claims, path), wanted[path]) {
			return path
		}
	}
	return ""
}

func anyFits(claim any, patterns []string) bool {
	if list, ok := claim.([]any); ok {
		for _, one := range list {
			if _, nested := one.([]any); !nested && anyFits(one, patterns) {
				return true
			}
		}
		return false
	}
	value, ok := text(claim)
	if !ok {
		return false
	}
	for _, p := range patterns {
		if match(p, value) {
			return true
		}
	}
	return false
}

// match tells whether a value fits a pattern, in which * stands for any letters.
func match(pattern, value string) bool {
	parts := strings.Split(pattern, "*")
	last := len(parts) - 1
	if last == 0 {
		return pattern == value
	}
	rest, ok := strings.CutPrefix(value, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1:last] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return strings.HasSuffix(rest, parts[last])
}

// template is a name: texts and claims by turns, the first a text.
type template []string

func parseTemplate(name string) (template, error) {
	var t template
	rest := name
	for {
		before, after, more := strings.Cut(rest, "{")
		if strings.ContainsFunc(before, func(r rune) bool { return r <= ' ' || r > '~' || r == '}' || r == '%' }) {
			return nil, errors.New("the name holds a space, a %, a single brace or a letter that is not ASCII")
		}
		t = append(t, before)
		if !more {
			break
		}
		claim, following, closed := strings.Cut(after, "}")
		if !closed || claim == "" || strings.Contains(claim, "{") {
			return nil, errors.New("the name has a brace that is not closed, or no claim in it")
		}
		t, rest = append(t, claim), following
	}
	switch {
	case name == "" || len(name) > longestName:
		return nil, fmt.Errorf("the name is missing, or longer than %d letters", longestName)
	case len(t) > 1 && !strings.Contains(t[0], ":"):
		return nil, errors.New("the name has claims and no colon before them, so that a token could take the name of another caller")
	}
	for i := 2; i < len(t)-1; i += 2 {
		if !strings.Contains(t[i], ":") {
			return nil, errors.New("the name has two claims without a colon between them, so that two tokens could have one name")
		}
	}
	return t, nil
}

// of is the name of a caller with these claims; "": it has none.
func (t template) of(claims map[string]any) string {
	var b strings.Builder
	for i, part := range t {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		value, ok := text(find(claims, part))
		if !ok || value == "" {
			return ""
		}
		escape(&b, value)
		if b.Len() > longestName {
			return ""
		}
	}
	if b.Len() > longestName {
		return ""
	}
	return b.String()
}

// escape writes a value so that no two are written alike, and none has a colon.
func escape(b *strings.Builder, value string) {
	for i := range len(value) {
		if c := value[i]; c <= ' ' || c > '~' || c == ':' || c == '%' {
			fmt.Fprintf(b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
}
