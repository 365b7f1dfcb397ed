//go:build !race

// What is here is sent in masses, or is about memory: with the race detector it takes too long, or is other than it is.
package apicmd_test

import (
	"strings"
	"testing"
)

func TestALongAnswerIsLookedAtLikeAShortOne(t *testing.T) {
	for last, want := range map[string]string{
		`{}`: "", `{"campaignId":"x"}`: "[32768].campaignId is a text, described as int32", "{\"campaignName\":\"\xff\"}": "no UTF-8", `7`: "[32768] is a number",
		`{"campaignName":"` + strings.Repeat("x", 5<<20) + `"}`: "too long to be compared",
	} {
		answer := long(last)
		out, warned, err := answered(t, answer, call("GET "+campaigns))
		if err != nil || out != answer || (want == "") != (warned == nil) || want != "" && (len(warned) != 1 || !strings.Contains(warned[0], want)) {
			t.Errorf("%.40s: %d of %d bytes, %.200q, %v", last, len(out), len(answer), warned, err)
		}
	}
	for last, damage := range map[string]bool{`{"a":1,}`: true, `{"a" 1}`: true, `{} {}`: true, `01`: true, `tru`: true, `"\x"`: true, `[`: true, `{"a":-1.5e+3}`: false} {
		if _, _, err := answered(t, long(last), call("GET "+campaigns)); (err != nil) != damage {
			t.Errorf("%s: %v", last, err)
		}
	}
}
