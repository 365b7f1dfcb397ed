package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// versionTag is what Go takes for the tag of a version: no number begins with 0.
var versionTag = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`)

// writePlace writes where a tag stands among all tags, one a line: "prerelease=" and "latest=", each true or false. What people
// get who name no version is the highest that is no pre-release, so a patch of an older line is not the latest.
func writePlace(w io.Writer, tag, all string) error {
	m := versionTag.FindStringSubmatch(tag)
	if m == nil {
		return fmt.Errorf("%q is no tag of a version, as v1.2.3", tag)
	}
	pre := m[4] != ""
	latest := !pre
	for _, other := range strings.Fields(all) {
		if o := versionTag.FindStringSubmatch(other); o != nil && o[4] == "" && slices.Compare(numbers(o), numbers(m)) > 0 {
			latest = false
		}
	}
	_, err := fmt.Fprintf(w, "prerelease=%t\nlatest=%t\n", pre, latest)
	return err
}

// numbers are those of a version that versionTag has matched.
func numbers(m []string) (n []uint64) {
	for _, digits := range m[1:4] {
		one, _ := strconv.ParseUint(digits, 10, 64) // the highest if there are too many digits
		n = append(n, one)
	}
	return n
}
