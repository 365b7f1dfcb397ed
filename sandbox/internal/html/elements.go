//nolint:revive // a function is named for the one that it makes
package html

// Elements, each with its attributes and what is in it, in any order.

func A(nodes ...Node) Node          { return el("a", nodes) }
func B(nodes ...Node) Node          { return el("b", nodes) }
func Bdi(nodes ...Node) Node        { return el("bdi", nodes) }
func Body(nodes ...Node) Node       { return el("body", nodes) }
func Br(nodes ...Node) Node         { return el("br", nodes) }
func Button(nodes ...Node) Node     { return el("button", nodes) }
func Code(nodes ...Node) Node       { return el("code", nodes) }
func DataList(nodes ...Node) Node   { return el("datalist", nodes) }
func Dd(nodes ...Node) Node         { return el("dd", nodes) }
func Details(nodes ...Node) Node    { return el("details", nodes) }
func Div(nodes ...Node) Node        { return el("div", nodes) }
func Dl(nodes ...Node) Node         { return el("dl", nodes) }
func Dt(nodes ...Node) Node         { return el("dt", nodes) }
func FieldSet(nodes ...Node) Node   { return el("fieldset", nodes) }
func FigCaption(nodes ...Node) Node { return el("figcaption", nodes) }
func Figure(nodes ...Node) Node     { return el("figure", nodes) }
func Footer(nodes ...Node) Node     { return el("footer", nodes) }
func Form(nodes ...Node) Node       { return el("form", nodes) }
func H1(nodes ...Node) Node         { return el("h1", nodes) }
func H2(nodes ...Node) Node         { return el("h2", nodes) }
func H3(nodes ...Node) Node         { return el("h3", nodes) }
func Head(nodes ...Node) Node       { return el("head", nodes) }
func Header(nodes ...Node) Node     { return el("header", nodes) }
func HTML(nodes ...Node) Node       { return el("html", nodes) }
func Input(nodes ...Node) Node      { return el("input", nodes) }
func Label(nodes ...Node) Node      { return el("label", nodes) }
func Legend(nodes ...Node) Node     { return el("legend", nodes) }
func Li(nodes ...Node) Node         { return el("li", nodes) }
func Link(nodes ...Node) Node       { return el("link", nodes) }
func Main(nodes ...Node) Node       { return el("main", nodes) }
func Meta(nodes ...Node) Node       { return el("meta", nodes) }
func Nav(nodes ...Node) Node        { return el("nav", nodes) }
func Ol(nodes ...Node) Node         { return el("ol", nodes) }
func Option(nodes ...Node) Node     { return el("option", nodes) }
func P(nodes ...Node) Node          { return el("p", nodes) }
func Pre(nodes ...Node) Node        { return el("pre", nodes) }
func Script(nodes ...Node) Node     { return el("script", nodes) }
func Section(nodes ...Node) Node    { return el("section", nodes) }
func Select(nodes ...Node) Node     { return el("select", nodes) }
func Small(nodes ...Node) Node      { return el("small", nodes) }
func Span(nodes ...Node) Node       { return el("span", nodes) }
func Strong(nodes ...Node) Node     { return el("strong", nodes) }
func Style(nodes ...Node) Node      { return el("style", nodes) }
func Summary(nodes ...Node) Node    { return el("summary", nodes) }
func Table(nodes ...Node) Node      { return el("table", nodes) }
func TBody(nodes ...Node) Node      { return el("tbody", nodes) }
func Td(nodes ...Node) Node         { return el("td", nodes) }
func Textarea(nodes ...Node) Node   { return el("textarea", nodes) }
func Th(nodes ...Node) Node         { return el("th", nodes) }
func THead(nodes ...Node) Node      { return el("thead", nodes) }
func Time(nodes ...Node) Node       { return el("time", nodes) }
func Title(nodes ...Node) Node      { return el("title", nodes) }
func Tr(nodes ...Node) Node         { return el("tr", nodes) }
func Ul(nodes ...Node) Node         { return el("ul", nodes) }

// Elements of pictures.

func Circle(nodes ...Node) Node  { return el("circle", nodes) }
func Desc(nodes ...Node) Node    { return el("desc", nodes) }
func G(nodes ...Node) Node       { return el("g", nodes) }
func Line(nodes ...Node) Node    { return el("line", nodes) }
func Path(nodes ...Node) Node    { return el("path", nodes) }
func Rect(nodes ...Node) Node    { return el("rect", nodes) }
func SVG(nodes ...Node) Node     { return el("svg", nodes) }
func SVGText(nodes ...Node) Node { return el("text", nodes) }
