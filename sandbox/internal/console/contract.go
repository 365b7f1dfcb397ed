package console

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// contractFilters are the parts of the contract that can be looked at alone.
var contractFilters = []struct {
	name, label string
	holds       func(contract.Line) bool
}{
	{"", "All", func(contract.Line) bool { return true }},
	{"documented", "Documented", certain("documented")},
	{"twice", "Documented differently", certain("twice and differently")},
	{"observed", "Observed", certain("observed")},
	{"assumed", "Assumed", certain("assumed")},
	{"settable", "With a switch", func(l contract.Line) bool { return l.Setting != nil }},
	{"changed", "Changed here", func(l contract.Line) bool { return l.Setting != nil && l.Setting.Changed() }},
}

func certain(name string) func(contract.Line) bool {
	return func(l contract.Line) bool { return slices.Contains(l.Certainty, name) }
}

func (c *Console) contractForm(v *visit, r *http.Request) endpoint.Response {
	return c.showContract(v, r, view.Form{})
}

// showContract shows the contract; form is what was filled in.
func (c *Console) showContract(v *visit, r *http.Request, form view.Form) endpoint.Response {
	page := &view.Contract{Form: form, Filter: r.FormValue("show"), Find: wording.Typed(r.FormValue("find")), Profile: c.Profile()}
	doc := contract.NewDocument(c.Profile(), c.Rules.Load())
	holds := contractFilters[0].holds
	page.Sources = doc.Sources
	for _, f := range contractFilters {
		out := view.ContractFilter{Name: f.name, Label: f.label}
		for _, l := range doc.Lines {
			if f.holds(l) {
				out.Count++
			}
		}
		if page.Filters = append(page.Filters, out); f.name == page.Filter {
			holds = f.holds
		}
		if f.name == "changed" {
			page.Changed = out.Count
		}
	}
	for _, l := range doc.Lines {
		if holds(l) && found(l, page.Find) || l.Setting != nil && form.Wrong[l.Setting.Name] != "" {
			addLine(page, l)
		}
	}
	return c.page(v, r, &view.Page{Title: "Contract", Content: page})
}

// addLine adds a line below its heading.
func addLine(p *view.Contract, l contract.Line) {
	n := len(p.Subjects)
	if n == 0 || p.Subjects[n-1].Title != l.Subject {
		n++
		p.Subjects = append(p.Subjects, view.ContractSubject{ID: fmt.Sprintf("subject-%d", n), Title: l.Subject})
	}
	last := &p.Subjects[n-1]
	last.Lines = append(last.Lines, l)
}

// found reports whether a line has all words.
func found(l contract.Line, words string) bool {
	text := l.Subject + " " + l.Says + " " + l.Known + " " + l.Fixed
	if l.Setting != nil {
		text += " " + l.Setting.Name
	}
	return !slices.ContainsFunc(strings.Fields(words), func(word string) bool { return !contains(strings.ReplaceAll(text, "`", ""), word) })
}

// turnSettings takes all settings that the form names, or puts back the one that a button names.
func (c *Console) turnSettings(v *visit, r *http.Request) endpoint.Response {
	form := filledIn(r)
	before := c.Rules.Load()
	err := c.ChangeRules(func(next *contract.Rules) error { return takeSettings(next, form) })
	if len(form.Wrong) > 0 {
		return c.showContract(v, r, form)
	}
	if err != nil {
		return c.refusal(http.StatusBadRequest, "Refused", err.Error())
	}
	notice, place := "settings", firstChanged(before, c.Rules.Load())
	if place == "" {
		notice = "same"
	}
	if r.PostForm.Get("back") == "all" {
		place = ""
	}
	return c.doneIn(r, "contract", notice, place)
}

// firstChanged is the place on the page of the first setting whose value is another one; "" if none is.
func firstChanged(before, after *contract.Rules) string {
	was := contract.NewDocument("", before).Lines
	for i, l := range contract.NewDocument("", after).Lines {
		if l.Setting != nil && l.Setting.Value != was[i].Setting.Value {
			return "set-" + l.Setting.Name
		}
	}
	return ""
}

func takeSettings(next *contract.Rules, form view.Form) error {
	if form.Given.Get("back") == "all" {
		*next = contract.Defaults()
		return nil
	}
	if name := form.Given.Get("back"); name != "" {
		s, err := contract.FindSetting(name)
		if err != nil {
			return err
		}
		return s.Reset(next)
	}
	var first error
	for _, name := range form.Given["setting"] {
		s, err := contract.FindSetting(name)
		if err != nil {
			return err
		}
		value := wording.Typed(form.Given.Get(name))
		if s.Kind() == "boolean" && value == "" {
			value = "false" // a box that is not ticked is not sent
		}
		if was := form.Given["was-"+name]; len(was) == 1 && was[0] == value {
			continue // somebody else may have changed it meanwhile
		}
		if err := s.Set(next, value); err != nil {
			form.Wrong[name], first = "Give "+s.Possible+".", err
		}
	}
	return first
}
