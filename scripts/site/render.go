package main

import (
	"bytes"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// repository is where links to files lead that are no pages.
const repository = "https://github.com/ringcx-go/ringcx/"

// rendered is a page in HTML.
type rendered struct {
	At       string // file within the site, with slashes
	Title    string
	Body     template.HTML
	Sections []section
	Pictures []string // files of the repository that it shows, which lie in the site where they lie there
	Listed   bool
}

// section is what a search finds: the text from a heading to the next.
type section struct {
	At    string `json:"at"`
	Page  string `json:"page"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// file is where the page of a path is within the site.
func file(p string) string {
	if path.Base(p) == "README.md" {
		return path.Join(path.Dir(p), "index.html")
	}
	return strings.TrimSuffix(p, ".md") + ".html"
}

// markdown is that of GitHub, but that no cell of a table has a style of its own, which the policy of the pages forbids.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), extension.Linkify, extension.Strikethrough),
	goldmark.WithParserOptions(parser.WithAutoHeadingID()),
)

// accessible lets keys scroll code, and has no header without a text. In texts of pages a < is written otherwise.
var accessible = strings.NewReplacer("<pre>", `<pre tabindex="0">`, "<th></th>", "<td></td>")

// render makes HTML of pages. isDir tells whether a path of the repository is a directory.
func render(pages []page, isDir func(string) bool) []rendered {
	known := map[string]bool{}
	for _, p := range pages {
		known[p.Path] = true
	}
	var site []rendered
	for _, p := range pages {
		doc := markdown.Parser().Parse(text.NewReader(p.Text), parser.WithContext(parser.NewContext(parser.WithIDs(&ids{taken: map[string]bool{}}))))
		r := rendered{At: file(p.Path), Listed: p.Listed}
		_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
			switch n := n.(type) {
			case *ast.Link:
				if entering {
					n.Destination = []byte(target(p.Path, string(n.Destination), known, isDir))
				}
			case *ast.Image:
				if u, err := url.Parse(string(n.Destination)); entering && err == nil && !u.IsAbs() && u.Host == "" {
					r.Pictures = append(r.Pictures, path.Join(path.Dir(p.Path), u.Path))
				}
			}
			return ast.WalkContinue, nil
		})
		r.read(doc, p.Text)
		out := new(bytes.Buffer)
		if err := markdown.Renderer().Render(out, p.Text, doc); err != nil {
			panic(fmt.Sprintf("%s: %v", p.Path, err)) // a buffer takes all that is written
		}
		r.Body = template.HTML(accessible.Replace(out.String())) //nolint:gosec // Markdown of the repository; HTML within it is left out
		site = append(site, r)
	}
	return site
}

// target is where a link of the page at from leads in the site: to another page, or to a file of the repository.
func target(from, link string, known map[string]bool, isDir func(string) bool) string {
	u, err := url.Parse(link)
	if err != nil || u.IsAbs() || u.Path == "" {
		return link
	}
	to, at := path.Join(path.Dir(from), u.Path), ""
	switch {
	case known[to]:
		at = relative(from, file(to))
	case known[path.Join(to, "README.md")]:
		at = relative(from, file(path.Join(to, "README.md")))
	case isDir(to):
		return repository + "tree/main/" + to
	default:
		return repository + "blob/main/" + to
	}
	if u.Fragment != "" {
		at += "#" + u.Fragment
	}
	return at
}

// read takes title and sections from a page.
func (r *rendered) read(doc ast.Node, source []byte) {
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			id, _ := h.AttributeString("id")
			title := plain(h, source)
			if r.Title == "" {
				r.Title = title
			}
			name, _ := id.([]byte)
			r.Sections = append(r.Sections, section{At: r.At + "#" + string(name), Page: r.Title, Title: title})
			continue
		}
		if len(r.Sections) > 0 {
			last := &r.Sections[len(r.Sections)-1]
			last.Text = strings.TrimSpace(last.Text + " " + plain(n, source))
		}
	}
}

// plain is the text of a node without marks.
func plain(n ast.Node, source []byte) string {
	out := new(strings.Builder)
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				out.Write(n.Segment.Value(source))
			}
			if n.SoftLineBreak() {
				out.WriteByte(' ')
			}
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			for i := 0; entering && i < n.Lines().Len(); i++ {
				line := n.Lines().At(i)
				out.Write(line.Value(source))
			}
		case *ast.AutoLink:
			if entering {
				out.Write(n.Label(source))
			}
		default:
			if n.Type() == ast.TypeBlock && !entering {
				out.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(out.String()), " ")
}

// ids gives headings the names that GitHub gives them, as links of the pages have these.
type ids struct{ taken map[string]bool }

var linked = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)

// Generate is a name that no heading of the page has yet.
func (i *ids) Generate(value []byte, _ ast.NodeKind) []byte {
	name := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(linked.ReplaceAllString(string(value), "$1")))
	unique := name
	for n := 1; i.taken[unique]; n++ {
		unique = fmt.Sprintf("%s-%d", name, n)
	}
	i.taken[unique] = true
	return []byte(unique)
}

// Put takes a name that is there already.
func (i *ids) Put(value []byte) { i.taken[string(value)] = true }
