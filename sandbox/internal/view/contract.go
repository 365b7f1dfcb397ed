package view

import (
	"fmt"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Contract is the contract under its headings, with what was filled in wrong.
type Contract struct {
	Filters  []ContractFilter
	Filter   string
	Find     string // words that all lines have
	Sources  []contract.Source
	Profile  string
	Changed  int
	Subjects []ContractSubject
	Wrong    map[string]string
}

// ContractFilter is a part of the contract that can be looked at alone.
type ContractFilter struct {
	Name, Label string
	Count       int
}

// ContractSubject is a heading with its lines; what its title has between backquotes is code.
type ContractSubject struct {
	ID, Title string
	Lines     []ContractLine
}

// ContractLine is a line of the contract.
type ContractLine struct {
	contract.Line
	Given any    // what its control shows
	Wrong string // what is wrong with that
}

func (v *Contract) main(p *Page) g.Node {
	return g.Group{
		h.H1(g.Text("Contract")),
		alert(len(v.Wrong) > 0, "Nothing was changed. What to change is marked below."),
		h.P(
			g.Text("Everything the two servers do, how sure that is, and where from. Where the vendor could behave differently, choose how. The profile is "),
			code(v.Profile), g.Text("; "), h.A(h.Href("/_sandbox/contract"), g.Text("the same for programs")), g.Text("."),
		),
		v.filters(),
		v.back(p),
		v.search(),
		h.Ul(h.Class("index columns"), g.Map(v.Subjects, func(s ContractSubject) g.Node {
			return h.Li(h.A(h.Href("#"+markup.Escape(s.ID)), withCode(s.Title)))
		})),
		h.Form(h.Class("whole"), h.Method("post"), h.Action("/console/contract"),
			p.token(), markup.Hidden("show", v.Filter), markup.Hidden("find", v.Find),
			g.Map(v.Subjects, func(s ContractSubject) g.Node { return s.node() }),
			g.If(len(v.Subjects) == 0, h.P(g.Text("There is nothing of this kind."))),
		),
		h.Section(h.Aria("labelledby", "sources"),
			h.H2(h.ID("sources"), g.Text("Sources")),
			h.P(g.Text("The letters name what a line was taken from.")),
			h.Dl(h.Class("pairs"), g.Map(v.Sources, func(s contract.Source) g.Node { return pair(s.Letter, withCode(s.Says)) })),
		),
	}
}

// shows is the address of a part of the contract.
func shows(filter string) g.Node {
	if filter == "" {
		return h.Href("/console/contract")
	}
	return h.Href("/console/contract?show=" + markup.Escape(filter))
}

func (v *Contract) filters() g.Node {
	return h.P(h.Class("tabs"), g.Map(v.Filters, func(f ContractFilter) g.Node {
		return g.Group{
			h.A(shows(f.Name), g.If(f.Name == v.Filter, h.Aria("current", "true")), g.Textf("%s (%d)", f.Label, f.Count)), markup.Space,
		}
	}))
}

// back is the form of all buttons that put something back.
func (v *Contract) back(p *Page) g.Node {
	return h.Form(h.Class("inline back"), h.ID("back"), h.Method("post"), h.Action("/console/contract"),
		p.token(), markup.Hidden("show", v.Filter),
		g.If(v.Changed > 0, ask(
			h.Summary(h.Class("second"), h.ID("ask-all"), g.Text("Put all back to their defaults")),
			fmt.Sprintf("%d %s.", v.Changed, ofThem(v.Changed, "setting loses its value", "settings lose their values")),
			button("danger", "Yes, put all back", h.Name("back"), h.Value("all"), h.ID("back-all")),
		)),
	)
}

func (v *Contract) search() g.Node {
	return h.Form(h.Class("filter"), h.Method("get"), h.Action("/console/contract"), h.Role("search"), h.Aria("label", "Contract"),
		markup.Filled(v.Filter, func(filter string) g.Node { return markup.Hidden("show", filter) }),
		plain("find", "Find words, a path or a setting", v.Find, ""),
		button("second", "Find"),
		g.If(v.Find != "", g.Group{markup.Space, h.A(shows(v.Filter), g.Text("Everything"))}),
	)
}

func (s *ContractSubject) node() g.Node {
	settable := slices.ContainsFunc(s.Lines, func(l ContractLine) bool { return l.Setting != nil })
	return h.Section(h.Class("subject"), h.Aria("labelledby", s.ID),
		h.H2(h.ID(s.ID), withCode(s.Title)),
		h.Ul(h.Class("facts"), g.Map(s.Lines, func(l ContractLine) g.Node { return l.node() })),
		g.If(settable, button("second", "Set what was changed")),
	)
}

func (l *ContractLine) node() g.Node {
	return h.Li(
		g.If(l.Setting != nil && l.Setting.Changed(), h.Class("changed")),
		h.Div(
			h.P(withCode(l.Says)),
			l.sureness(),
			markup.Filled(l.Fixed, func(reason string) g.Node {
				return g.Group{markup.Space, h.Small(g.Text("No switch: "), withCode(reason), g.Text("."))}
			}),
		),
		g.Iff(l.Setting != nil, func() g.Node { return h.Div(h.Class("choice"), l.setting()) }),
	)
}

// sureness says how sure a line is, and where it is from.
func (l *ContractLine) sureness() g.Node {
	doubt := strings.TrimLeft(l.Note, ",;: ")
	return h.Small(
		g.Map(l.Certainty, func(word string) g.Node { return g.Group{h.Span(h.Class("sure "+word), g.Text(word)), markup.Space} }),
		withCode(doubt),
		g.If(doubt != "" && l.Sources != "", g.Text("; ")),
		markup.Filled(l.Sources, func(sources string) g.Node { return g.Text("source " + sources) }),
	)
}

// setting is the control of a line that has a switch.
func (l *ContractLine) setting() g.Node {
	s := l.Setting
	return g.Group{
		markup.Hidden("setting", s.Name), markup.Hidden("was-"+s.Name, fmt.Sprint(s.Value)),
		l.control(),
		g.If(s.Changed(), g.Group{
			markup.Space, h.Small(g.Text("Changed. Default: "), code(fmt.Sprint(s.Default))),
			button("small", "Put back", g.Attr("form", "back"), h.Name("back"), h.Value(s.Name), h.Aria("label", "Put back "+s.Name)),
		}),
	}
}

func (l *ContractLine) control() g.Node {
	s, id := l.Setting, "set-"+l.Setting.Name
	if s.Type == "boolean" {
		return option("checkbox", s.Name, id, "true", l.Given == true, code(s.Name))
	}
	label, given := h.Label(h.For(id), code(s.Name)), fmt.Sprint(l.Given)
	if len(s.Choices) > 0 {
		return g.Group{label, h.Select(h.ID(id), h.Name(s.Name), options(s.Choices, given))}
	}
	return g.Group{
		label,
		h.Input(h.ID(id), h.Name(s.Name), h.AutoComplete("off"), h.Value(given), markup.Filled(l.Wrong, func(string) g.Node {
			return g.Group{h.Aria("invalid", "true"), h.Aria("describedby", "wrong-"+s.Name)}
		})),
		markup.Filled(l.Wrong, func(text string) g.Node { return h.P(h.Class("wrong"), h.ID("wrong-"+s.Name), g.Text(text)) }),
	}
}
