package apispec

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fill puts value into the place of the parameter {name} of a path. A value that could lead to another operation than the
// path names is refused, see CheckPath.
func Fill(path, name, value string) (string, error) {
	if err := checkSegment(value); err != nil {
		return "", fmt.Errorf("the value %q of %s %w", value, name, err)
	}
	return strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value)), nil
}

// CheckPath refuses paths that may mean another one to a server, or to a proxy before it: with segments that are empty
// (but for the last), . or .., and with characters that end a segment or the path, written plainly or in any number of
// percent encodings. A query does not belong to the path.
func CheckPath(path string) error {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return errors.New("does not start with /")
	}
	segments := strings.Split(rest, "/")
	for i, s := range segments {
		if s == "" && i == len(segments)-1 {
			continue // of a path that ends with a slash
		}
		if err := checkSegment(s); err != nil {
			return err
		}
	}
	return nil
}

// separators are what ends a segment, or is taken for its end or a dot somewhere: by servers that know parameters of
// segments, by Windows, by what folds wide characters.
const separators = `/\;?#` + "\u2044\u2215\u29f8\uff0e\uff0f\uff1b\uff1f\uff03\uff3c\u2024\u2025\ufe52\ufe54\ufe56\ufe5f\ufe68"

// checkSegment refuses what is not one segment of a path, however often it is decoded.
func checkSegment(s string) error {
	for {
		switch trimmed := strings.TrimSpace(s); {
		case trimmed == "":
			return errors.New("is empty where the path needs a segment")
		case trimmed == "." || trimmed == "..":
			return errors.New("is a step to another path")
		case !utf8.ValidString(s):
			return errors.New("is no UTF-8")
		case strings.ContainsAny(s, separators):
			return errors.New("holds a character that ends a segment of the path, such as / \\ ; ? or #")
		case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
			return errors.New("holds a character that cannot be seen")
		}
		plain := decode(s)
		if plain == s {
			return nil
		}
		s = plain
	}
}

// OfPlatform tells paths of the RingCentral platform, /restapi and those below it, however often they are encoded and
// whatever their case: some server would take them for that.
func OfPlatform(path string) bool {
	for plain := decode(path); plain != path; plain = decode(path) {
		path = plain
	}
	first := strings.TrimLeft(path, "/ ")
	if end := strings.IndexAny(first, separators); end >= 0 {
		first = first[:end]
	}
	return strings.EqualFold(strings.TrimRight(first, ". "), "restapi")
}

// decode takes one percent encoding away. What only begins like one stands for itself.
func decode(s string) string {
	i := strings.IndexByte(s, '%')
	if i < 0 {
		return s
	}
	out := []byte(s[:i])
	for ; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				out = append(out, byte(c))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}
