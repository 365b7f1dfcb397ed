package sandbox

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// contractPage is the contract under its headings, with what was filled in wrong.
type contractPage struct {
	Filters  []contractFilter
	Filter   string
	Profile  string
	Changed  int
	Subjects []contractSubject
	Wrong    map[string]string
}

type contractFilter struct {
	Name, Label string
	Count       int
}

type contractSubject struct {
	ID    string
	Title template.HTML
	Lines []contractLine
}

type contractLine struct {
	lineView
	Sentence, Doubt, Reason template.HTML
	Given                   any    // what its control shows
	Wrong                   string // what is wrong with that
}

// Settable reports whether the subject has anything to choose.
func (s contractSubject) Settable() bool {
	return slices.ContainsFunc(s.Lines, func(l contractLine) bool { return l.Setting != nil })
}

// contractFilters are the parts of the contract that can be looked at alone.
var contractFilters = []struct {
	name, label string
	holds       func(lineView) bool
}{
	{"", "All", func(lineView) bool { return true }},
	{"documented", "Documented", certain("documented")},
	{"twice", "Documented differently", certain("twice and differently")},
	{"observed", "Observed", certain("observed")},
	{"assumed", "Assumed", certain("assumed")},
	{"settable", "With a switch", func(l lineView) bool { return l.Setting != nil }},
	{"changed", "Changed here", func(l lineView) bool { return l.Setting != nil && l.Setting.Changed() }},
}

func certain(name string) func(lineView) bool {
	return func(l lineView) bool { return slices.Contains(l.Certainty, name) }
}

func (c *console) contractForm(v *visit, r *http.Request) answer {
	return c.showContract(v, r, url.Values{}, nil)
}

// showContract shows the contract; given is what was filled in, wrong what is wrong with it.
func (c *console) showContract(v *visit, r *http.Request, given url.Values, wrong map[string]string) answer {
	page := &contractPage{Filter: r.FormValue("show"), Profile: c.opts.Profile, Wrong: wrong}
	doc := newContractDocument(c.opts.Profile, c.rules.Load())
	holds := contractFilters[0].holds
	for _, f := range contractFilters {
		out := contractFilter{Name: f.name, Label: f.label}
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
		if holds(l) || l.Setting != nil && wrong[l.Setting.Name] != "" {
			page.add(l, given)
		}
	}
	return c.page(v, r, "contract.html", &consoleView{Title: "Contract", Page: page})
}

func (p *contractPage) add(l lineView, given url.Values) {
	if n := len(p.Subjects); n == 0 || p.Subjects[n-1].Title != withCode(l.Subject) {
		p.Subjects = append(p.Subjects, contractSubject{ID: fmt.Sprintf("subject-%d", n+1), Title: withCode(l.Subject)})
	}
	line := contractLine{lineView: l, Sentence: withCode(l.Says), Reason: withCode(l.Fixed), Doubt: withCode(strings.TrimLeft(l.note, ",;: "))}
	if s := l.Setting; s != nil {
		line.Given, line.Wrong = s.Value, p.Wrong[s.Name]
		if given.Has(s.Name) && s.Type != "boolean" {
			line.Given = given.Get(s.Name)
		}
	}
	last := &p.Subjects[len(p.Subjects)-1]
	last.Lines = append(last.Lines, line)
}

// withCode shows what stands between backquotes as code.
func withCode(text string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(text, "`") {
		part = template.HTMLEscapeString(part)
		if i%2 == 1 {
			part = "<code>" + part + "</code>"
		}
		b.WriteString(part)
	}
	return template.HTML(b.String()) //nolint:gosec // it was escaped
}

// turnSettings takes the settings of one subject: all that the form names, or the one that its button puts back.
func (c *console) turnSettings(v *visit, r *http.Request) answer {
	wrong := map[string]string{}
	err := c.change(func(next *rules) error { return takeSettings(next, r.PostForm, wrong) })
	if len(wrong) > 0 {
		return c.showContract(v, r, r.PostForm, wrong)
	}
	if err != nil {
		return c.refusal(http.StatusBadRequest, "Refused", err.Error())
	}
	target := "contract?done=settings"
	if show := r.PostForm.Get("show"); show != "" {
		target += "&show=" + url.QueryEscape(show)
	}
	return redirect(http.StatusSeeOther, consolePath+target)
}

func takeSettings(next *rules, form url.Values, wrong map[string]string) error {
	if form.Get("back") == "all" {
		*next = *defaultRules()
		return nil
	}
	if name := form.Get("back"); name != "" {
		s, err := settingNamed(name)
		if err != nil {
			return err
		}
		return s.reset(next)
	}
	var first error
	for _, name := range form["setting"] {
		s, err := settingNamed(name)
		if err != nil {
			return err
		}
		value := strings.TrimSpace(form.Get(name))
		if s.kind() == "boolean" && value == "" {
			value = "false" // a box that is not ticked is not sent
		}
		if err := s.set(next, value); err != nil {
			wrong[name], first = "Give "+s.possible+".", err
		}
	}
	return first
}
