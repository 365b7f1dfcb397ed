package console

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/guard"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

func (c *Console) contractForm(v *visit, r *http.Request) endpoint.Response {
	return c.showContract(v, r, url.Values{}, nil)
}

// showContract shows the contract; given is what was filled in, wrong what is wrong with it.
func (c *Console) showContract(v *visit, r *http.Request, given url.Values, wrong map[string]string) endpoint.Response {
	page := &view.Contract{Filter: r.FormValue("show"), Find: wording.Typed(r.FormValue("find")), Profile: c.Profile(), Wrong: wrong}
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
		if holds(l) && found(l, page.Find) || l.Setting != nil && wrong[l.Setting.Name] != "" {
			addLine(page, l, given)
		}
	}
	return c.page(v, r, &view.Page{Title: "Contract", Content: page})
}

// addLine adds a line below its heading.
func addLine(p *view.Contract, l contract.Line, given url.Values) {
	if n := len(p.Subjects); n == 0 || p.Subjects[n-1].Title != l.Subject {
		p.Subjects = append(p.Subjects, view.ContractSubject{ID: fmt.Sprintf("subject-%d", n+1), Title: l.Subject})
	}
	line := view.ContractLine{Line: l}
	if s := l.Setting; s != nil {
		line.Given, line.Wrong = s.Value, p.Wrong[s.Name]
		switch {
		case !slices.Contains(given["setting"], s.Name):
		case s.Type == "boolean":
			line.Given = given.Get(s.Name) == "true"
		default:
			line.Given = given.Get(s.Name)
		}
	}
	last := &p.Subjects[len(p.Subjects)-1]
	last.Lines = append(last.Lines, line)
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
	wrong := map[string]string{}
	before := c.Rules.Load()
	err := c.ChangeRules(func(next *contract.Rules) error { return takeSettings(next, r.PostForm, wrong) })
	if len(wrong) > 0 {
		return c.showContract(v, r, r.PostForm, wrong)
	}
	if err != nil {
		return c.refusal(http.StatusBadRequest, "Refused", err.Error())
	}
	q, place := url.Values{"done": {"settings"}}, firstChanged(before, c.Rules.Load())
	if place == "" {
		q.Set("done", "same")
	}
	for _, name := range []string{"show", "find"} {
		if value := r.PostForm.Get(name); value != "" {
			q.Set(name, value)
		}
	}
	if r.PostForm.Get("back") == "all" {
		place = ""
	}
	return endpoint.Redirect(http.StatusSeeOther, guard.ConsolePath+"contract?"+q.Encode()+place)
}

// firstChanged is the place on the page of the first setting whose value is another one; "" if none is.
func firstChanged(before, after *contract.Rules) string {
	was := contract.NewDocument("", before).Lines
	for i, l := range contract.NewDocument("", after).Lines {
		if l.Setting != nil && l.Setting.Value != was[i].Setting.Value {
			return "#set-" + l.Setting.Name
		}
	}
	return ""
}

func takeSettings(next *contract.Rules, form url.Values, wrong map[string]string) error {
	if form.Get("back") == "all" {
		*next = contract.Defaults()
		return nil
	}
	if name := form.Get("back"); name != "" {
		s, err := contract.FindSetting(name)
		if err != nil {
			return err
		}
		return s.Reset(next)
	}
	var first error
	for _, name := range form["setting"] {
		s, err := contract.FindSetting(name)
		if err != nil {
			return err
		}
		value := wording.Typed(form.Get(name))
		if s.Kind() == "boolean" && value == "" {
			value = "false" // a box that is not ticked is not sent
		}
		if was := form["was-"+name]; len(was) == 1 && was[0] == value {
			continue // somebody else may have changed it meanwhile
		}
		if err := s.Set(next, value); err != nil {
			wrong[name], first = "Give "+s.Possible+".", err
		}
	}
	return first
}
