package terminal_test

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// evil holds a character of each kind that a terminal or a reader should not meet: a sequence that clears the screen, one
// that sets the title, C1 controls, DEL, a backspace, and marks that turn a line around, part it or cannot be seen.
const evil = "A\x1b[2J\x1b]0;owned\x07\u009b31m\u0085\x7f\b\u202eB\u202a\u2066\u2069\u200e\u200f\u061c\u2028\u2029\u200b\ufeff\u00ad\u034f\U000e0041Z"

// unseen finds what evil is made of.
var unseen = regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f-\x{9f}\x{ad}\x{34f}\x{61c}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}\x{e0000}-\x{e0fff}]`)

func harmless(t *testing.T, what, shown string) {
	t.Helper()
	if at := unseen.FindStringIndex(shown); at != nil {
		t.Errorf("%s holds %q:\n%q", what, shown[at[0]:at[1]], shown)
	}
	if !utf8.ValidString(shown) {
		t.Errorf("%s is not UTF-8: %q", what, shown)
	}
}

func TestWhatIsShownCanBeSeen(t *testing.T) {
	for in, want := range map[string]string{
		"": "",
		"Müller & Söhne 株式会社 🙂 ✌️ a\\b": "Müller & Söhne 株式会社 🙂 ✌️ a\\b",
		"\x1b[31mred":    `\u001b[31mred`,
		"a\tb\r\nc":      `a\tb\r\nc`,
		"\u202etxt.exe":  `\u202etxt.exe`,
		"tag \U000e0041": `tag \udb40\udc41`,
		"\x9b31m \xff":   "\ufffd31m \ufffd",
		"\u009b31m\x7f":  `\u009b31m\u007f`,
	} {
		if got := wording.Printable(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
	harmless(t, "evil", wording.Printable(evil))
}

func TestATerminalGetsLinesAndNoLoneCarriageReturn(t *testing.T) {
	for in, want := range map[string]string{
		"a\tb\nc\r\nd\n":   "a\tb\nc\r\nd\n",
		"paid\rnot paid\n": "paid\\rnot paid\n",
		"end\r":            `end\r`,
		"half \xe2\x82":    "half \ufffd\ufffd",
		"\xc3":             "\ufffd",
		"\u202e":           `\u202e`,
	} {
		if got := written(t, in, len(in)); got != want {
			t.Errorf("%q is written as %q, want %q", in, got, want)
		}
		if got := written(t, in, 1); got != want {
			t.Errorf("byte by byte %q is written as %q, want %q", in, got, want)
		}
	}
}

func TestOurOwnSequencesHaveAWayOfTheirOwn(t *testing.T) {
	var b bytes.Buffer
	to, end := terminal.Written(&b)
	fmt.Fprint(terminal.Trusted(to), "\r\x1b[K")
	fmt.Fprint(to, "\r\x1b[K")
	end()
	if got, want := b.String(), "\r\x1b[K"+`\r\u001b[K`; got != want {
		t.Errorf("written is %q, want %q", got, want)
	}
}

// written is what a terminal gets when s is written in pieces of a size.
func written(t *testing.T, s string, size int) string {
	t.Helper()
	var b bytes.Buffer
	to, end := terminal.Written(&b)
	for at := 0; at < len(s); at += size {
		part := s[at:min(at+size, len(s))]
		if n, err := io.WriteString(to, part); n != len(part) || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
	}
	end()
	return b.String()
}

func FuzzWhatIsShown(f *testing.F) {
	for _, s := range []string{evil, "plain", "\xe2\x80", "\r", "\r\n", "\u202e\xf0\x9f"} {
		f.Add(s, uint(3))
	}
	f.Add(strings.Repeat("é", 20000), uint(16385))
	f.Fuzz(func(t *testing.T, s string, size uint) {
		shown, whole := wording.Printable(s), written(t, s, max(len(s), 1))
		if got := written(t, s, int(size%40000)+1); got != whole { //nolint:gosec // bounded
			t.Fatalf("in pieces %q, whole %q", got, whole)
		}
		if strings.ContainsAny(shown, "\n\r\t") || strings.Contains(strings.ReplaceAll(whole, "\r\n", ""), "\r") {
			t.Fatalf("%q, %q", shown, whole)
		}
		for _, out := range []string{shown, strings.ReplaceAll(strings.ReplaceAll(whole, "\n", ""), "\t", "")} {
			harmless(t, "output", strings.ReplaceAll(out, "\r", ""))
			if strings.ContainsFunc(out, func(r rune) bool { return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Bidi_Control, r) }) {
				t.Fatalf("a mark is left in %q", out)
			}
		}
		if plain := utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) }); plain && !strings.ContainsFunc(s, ignorable) && (shown != s || whole != s) {
			t.Fatalf("%q was changed into %q and %q", s, shown, whole)
		}
	})
}

func ignorable(r rune) bool { return unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) }
