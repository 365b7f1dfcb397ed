package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Contract is the contract under its headings, with what was filled in wrong.
type Contract struct {
	Form
	Filters  []ContractFilter
	Filter   string
	Find     string // words that all lines have
	Sources  []contract.Source
	Profile  string
	Changed  int
	Subjects []ContractSubject
}

// ContractFilter is a part of the contract that can be looked at alone.
type ContractFilter struct {
	Name, Label string
	Count       int
}

// ContractSubject is a heading with its lines; what its title has between backquotes is code.
type ContractSubject struct {
	ID, Title string
	Lines     []contract.Line
}

func (v *Contract) main(p *Page) h.Node {
	return h.Group{
		h.H1(h.Text("Contract")),
		v.alert("Nothing was changed. What to change is marked below."),
		h.P(
			h.Text("Everything the two servers do, how sure that is, and where from. Where the vendor could behave differently, choose how. The profile is "),
			code(v.Profile), h.Text("; "), h.A(h.Href("/_sandbox/contract"), h.Text("the same for programs")), h.Text("."),
		),
		v.filters(),
		v.back(p),
		v.search(),
		h.Ul(h.Class("index columns"), h.Map(v.Subjects, func(s ContractSubject) h.Node {
			return h.Li(h.A(h.Href("#"+markup.Escape(s.ID)), withCode(s.Title)))
		})),
		h.Form(h.Class("whole"), h.Method("post"), h.Action("/console/contract"),
			p.token(), markup.Hidden("show", v.Filter), markup.Hidden("find", v.Find),
			h.Map(v.Subjects, v.subject),
			h.If(len(v.Subjects) == 0, h.P(h.Text("There is nothing of this kind."))),
		),
		section("sources", "Sources",
			h.P(h.Text("The letters name what a line was taken from.")),
			h.Dl(h.Class("pairs"), h.Map(v.Sources, func(s contract.Source) h.Node { return pair(s.Letter, withCode(s.Says)) })),
		),
	}
}

// shows is the address of a part of the contract.
func shows(filter string) h.Node {
	if filter == "" {
		return h.Href("/console/contract")
	}
	return h.Href("/console/contract?show=" + markup.Escape(filter))
}

func (v *Contract) filters() h.Node {
	return h.P(h.Class("tabs"), h.Map(v.Filters, func(f ContractFilter) h.Node {
		return h.Group{
			h.A(shows(f.Name), h.If(f.Name == v.Filter, h.AriaCurrent("true")), h.Textf("%s (%d)", f.Label, f.Count)), markup.Space,
		}
	}))
}

// back is the form of all buttons that put something back.
func (v *Contract) back(p *Page) h.Node {
	return h.Form(h.Class("inline back"), h.ID("back"), h.Method("post"), h.Action("/console/contract"),
		p.token(), markup.Hidden("show", v.Filter),
		h.If(v.Changed > 0, ask(
			h.Summary(h.Class("second"), h.ID("ask-all"), h.Text("Put all back to their defaults")),
			fmt.Sprintf("%d %s.", v.Changed, ofThem(v.Changed, "setting loses its value", "settings lose their values")),
			button("danger", "Yes, put all back", h.Name("back"), h.Value("all"), h.ID("back-all")),
		)),
	)
}

func (v *Contract) search() h.Node {
	return h.Form(h.Class("filter"), h.Method("get"), h.Action("/console/contract"), h.Role("search"), h.AriaLabel("Contract"),
		h.If(v.Filter != "", markup.Hidden("show", v.Filter)),
		search("find", "Find words, a path or a setting", v.Find),
		button("second", "Find"),
		h.If(v.Find != "", h.Group{markup.Space, h.A(shows(v.Filter), h.Text("Everything"))}),
	)
}

func (v *Contract) subject(s ContractSubject) h.Node {
	settable := slices.ContainsFunc(s.Lines, func(l contract.Line) bool { return l.Setting != nil })
	return h.Section(h.Class("subject"), h.AriaLabelledBy(s.ID),
		h.H2(h.ID(s.ID), withCode(s.Title)),
		h.Ul(h.Class("facts"), h.Map(s.Lines, v.line)),
		h.If(settable, button("second", "Set what was changed")),
	)
}

func (v *Contract) line(l contract.Line) h.Node {
	return h.Li(
		h.If(l.Setting != nil && l.Setting.Changed(), h.Class("changed")),
		h.Div(
			h.P(withCode(l.Says)),
			sureness(&l),
			h.If(l.Fixed != "", h.Group{markup.Space, h.Small(h.Text("No switch: "), withCode(l.Fixed), h.Text("."))}),
		),
		h.Iff(l.Setting != nil, func() h.Node { return h.Div(h.Class("choice"), v.setting(l.Setting)) }),
	)
}

// sureness says how sure a line is, and where it is from.
func sureness(l *contract.Line) h.Node {
	doubt := strings.TrimLeft(l.Note, ",;: ")
	return h.Small(
		h.Map(l.Certainty, func(word string) h.Node { return h.Group{h.Span(h.Class("sure "+word), h.Text(word)), markup.Space} }),
		withCode(doubt),
		h.If(doubt != "" && l.Sources != "", h.Text("; ")),
		h.If(l.Sources != "", h.Text("source "+l.Sources)),
	)
}

// setting is the control of a line that has a switch.
func (v *Contract) setting(s *contract.SettingValue) h.Node {
	return h.Group{
		markup.Hidden("setting", s.Name), markup.Hidden("was-"+s.Name, fmt.Sprint(s.Value)),
		v.control(s),
		h.If(s.Changed(), h.Group{
			markup.Space, h.Small(h.Text("Changed. Default: "), code(fmt.Sprint(s.Default))),
			button("small", "Put back", h.FormID("back"), h.Name("back"), h.Value(s.Name), h.AriaLabel("Put back "+s.Name)),
		}),
	}
}

// control shows what was filled in, else what is in force.
func (v *Contract) control(s *contract.SettingValue) h.Node {
	id, given := "set-"+s.Name, fmt.Sprint(s.Value)
	if slices.Contains(v.Given["setting"], s.Name) {
		given = v.Given.Get(s.Name)
	}
	if s.Type == "boolean" {
		return option("checkbox", s.Name, id, "true", given == "true", code(s.Name))
	}
	label := h.Label(h.For(id), code(s.Name))
	if len(s.Choices) > 0 {
		return h.Group{label, h.Select(h.ID(id), h.Name(s.Name), options(s.Choices, given))}
	}
	wrong := v.Wrong[s.Name]
	return h.Group{
		label,
		h.Input(h.ID(id), h.Name(s.Name), h.AutoComplete("off"), h.Value(given),
			h.If(wrong != "", h.Group{h.AriaInvalid("true"), h.AriaDescribedBy("wrong-" + s.Name)})),
		h.If(wrong != "", h.P(h.Class("wrong"), h.ID("wrong-"+s.Name), h.Text(wrong))),
	}
}
