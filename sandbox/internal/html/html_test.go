package html_test

import (
	"errors"
	"strings"
	"testing"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
)

func rendered(t *testing.T, n h.Node) string {
	t.Helper()
	var out strings.Builder
	if err := h.Render(&out, n); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWhatIsFromOutsideStaysTextOrAValue(t *testing.T) {
	const hostile = "<script>\"'&amp;</p>\x00"
	const harmless = "&lt;script&gt;&#34;&#39;&amp;amp;&lt;/p&gt;\ufffd"
	for name, c := range map[string]struct {
		node h.Node
		want string
	}{
		"text":         {h.P(h.Text(hostile)), "<p>" + harmless + "</p>"},
		"text of args": {h.P(h.Textf("<%s>", hostile)), "<p>&lt;" + harmless + "&gt;</p>"},
		"a value":      {h.P(h.Class(hostile)), `<p class="` + harmless + `"></p>`},
		"raw":          {h.Script(h.Raw(hostile)), "<script>" + hostile + "</script>"}, // escaping is seen above by what it is not here
	} {
		if got := rendered(t, c.node); got != c.want {
			t.Errorf("%s is %q, want %q", name, got, c.want)
		}
	}
}

func TestAnElementHasItsAttributesFirstAndItsContentInOrder(t *testing.T) {
	for want, node := range map[string]h.Node{
		"":                           nil,
		"<p></p>":                    h.P(nil, h.Group{nil}, h.Group(nil), h.If(false, h.Text("no"))),
		`<p id="a">xyz</p>`:          h.P(h.Text("x"), h.ID("a"), h.Text("y"), h.Text("z")),
		"<p><b></b></p>":             h.P(h.B()),
		"xz":                         h.Group{h.Text("x"), h.ID("nobody's"), h.Text("z")},
		"<ul>12</ul>":                h.Ul(h.Map([]string{"1", "2"}, h.Text)),
		"<p>made</p>":                h.P(h.Iff(true, func() h.Node { return h.Text("made") }), h.Iff(false, func() h.Node { panic("made") })),
		"<svg x=\"3\"></svg>":        h.SVG(h.X(3)),
		`<p id="a" class="b">xy</p>`: h.P(h.Group{h.Text("x"), h.Group{h.ID("a"), h.Text("y")}}, h.Class("b")),
		"<!doctype html><html><head></head></html>": h.Doctype(h.HTML(h.Head())),
	} {
		if got := rendered(t, node); got != want {
			t.Errorf("it is %q, want %q", got, want)
		}
	}
}

func TestWhatHoldsNothingHasNoEnd(t *testing.T) {
	for want, node := range map[string]h.Node{
		"<br>":                          h.Br(),
		`<input name="n" required>`:     h.Input(h.Name("n"), h.Required(), h.Text("nowhere to be")),
		`<link rel="icon">`:             h.Link(h.Rel("icon")),
		`<meta charset="utf-8">`:        h.Meta(h.Charset("utf-8")),
		`<textarea rows=""></textarea>`: h.Textarea(h.Rows("")), // no value is not the same as an empty one
	} {
		if got := rendered(t, node); got != want {
			t.Errorf("it is %q, want %q", got, want)
		}
	}
}

type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestAPageThatCannotBeWrittenSaysSo(t *testing.T) {
	if err := h.Render(full{}, h.P()); !errors.Is(err, errFull) {
		t.Errorf("the error is %v", err)
	}
}
