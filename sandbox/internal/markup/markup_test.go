package markup_test

import (
	"html/template"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

func TestTextFromOutsideHidesNothingOnAPage(t *testing.T) {
	page := template.Must(template.New("page").Parse("<p>{{.}}</p>\r\n"))
	for text, want := range map[string]string{
		"plain":                    "plain",
		"<script>":                 "&lt;script&gt;",
		"abc\u202edef":             `abc\u202edef`,
		"a\u0000b\u001bc\u0085d":   "a\ufffdb\\u001bc\\u0085d", // html/template has a word of its own for NUL
		"line\u2028line":           `line\u2028line`,
		"a\r\nb\tc":                "a\nb\tc",
		"a\rb":                     `a\u000db`,
		"\u0645\u06cc\u200c\u062e": "\u0645\u06cc\u200c\u062e", // what joins and parts letters of Persian
		"no UTF-8 \xff":            "no UTF-8 \ufffd",
	} {
		got, err := markup.Render(page, "page", text)
		if err != nil || string(got) != "<p>"+want+"</p>\n" {
			t.Errorf("%q has become %q (%v)", text, got, err)
		}
	}
}

func TestAPageThatCannotBeMadeIsAnError(t *testing.T) {
	page := template.Must(template.New("page").Parse("{{.Missing}}"))
	if got, err := markup.Render(page, "page", struct{}{}); err == nil || strings.Contains(string(got), "<") {
		t.Errorf("made %q", got)
	}
}
