package view

import (
	"fmt"
	"net/http"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Guide is how far somebody has come in the guide.
type Guide struct {
	Steps  []Step
	Failed *Exchange // the last try, if it was not what the step is about
	Next   int       // number of the next step; 0: all are done
}

// Step is one step of a token's life.
type Step struct {
	Number   int
	Title    string
	About    string
	Then     string
	Done     *Exchange
	Next     bool
	Snippets []Snippet
}

// Exchange is a request that was made, and what came back.
type Exchange struct {
	Request, Answer string
	Status          int
}

// Snippet is a program that makes a call, and prints the status and the body of the answer.
type Snippet struct{ Language, Code string }

func (v *Guide) main(p *Page) g.Node {
	return g.Group{
		h.H1(g.Text("Guide")),
		h.P(
			g.Text("The life of a RingCX access token, step by step, with real requests that the sandbox sends to itself. They are in the "),
			h.A(h.Href("/console/requests"), g.Text("requests")), g.Text(", too."),
		),
		g.Iff(v.Failed != nil, func() g.Node { return v.Failed.failed() }),
		h.Ol(h.Class("steps"), g.Map(v.Steps, func(s Step) g.Node { return v.step(p, &s) })),
		v.production(),
		g.If(v.Next != 1, p.inline("/console/guide", button("second", "Begin anew", h.ID("restart"), h.Name("step"), h.Value("restart")))),
	}
}

func (e *Exchange) failed() g.Node {
	help := g.Node(g.Text("See below, then try again, or begin anew."))
	if e.Status == http.StatusTooManyRequests {
		help = g.Group{
			g.Text("The limit was reached: "), h.A(h.Href("/console/controls"), g.Text("move the clock")), g.Text(" by a minute, then try again."),
		}
	}
	return h.Div(h.Class("problem"), h.Role("alert"),
		h.P(g.Text("That was not the answer that the step is about. "), help),
		h.Pre(h.TabIndex("0"), g.Text(e.Answer)),
	)
}

func (v *Guide) step(p *Page, s *Step) g.Node {
	n := strconv.Itoa(s.Number)
	return h.Li(h.ID("step-"+n), g.If(s.Next, h.Aria("current", "step")),
		h.Section(h.Aria("labelledby", "title-"+n),
			h.H2(h.ID("title-"+n), g.Text(n+". "+s.Title), g.If(s.Done != nil, g.Group{markup.Space, tag(true, "done")})),
			h.P(g.Text(s.About)),
			g.Iff(s.Done != nil, func() g.Node {
				return g.Group{
					h.H3(g.Text("Request")), h.Pre(h.TabIndex("0"), g.Text(s.Done.Request)),
					h.H3(g.Text("Answer")), h.Pre(h.TabIndex("0"), h.Class("answer"), g.Text(s.Done.Answer)),
					h.P(h.Class("then"), g.Text(s.Then)),
				}
			}),
			s.snippets(),
			g.If(s.Next, p.inline("/console/guide", h.Button(h.ID("next"), h.Name("step"), h.Value(n),
				g.If(v.Failed != nil, g.Text("Try again: ")), g.Text(s.Title)))),
		),
	)
}

func (s *Step) snippets() g.Node {
	if len(s.Snippets) == 0 {
		return nil
	}
	out := g.Group{h.H3(g.Text("The same in your language"))}
	for i, code := range s.Snippets {
		out = append(out, h.Details(h.Name(fmt.Sprintf("snippets-%d", s.Number)),
			h.Summary(g.Text(code.Language)),
			block(fmt.Sprintf("snippet-%d-%d", s.Number, i), fmt.Sprintf("step %d in %s", s.Number, code.Language), code.Code),
		))
	}
	return out
}

func (v *Guide) production() g.Node {
	return h.Section(h.Aria("labelledby", "production"),
		h.H2(h.ID("production"), g.Textf("%d. The way to production", len(v.Steps)+1)),
		h.P(g.Text("The program stays as it is: only addresses and credentials change.")),
		h.Ol(
			h.Li(g.Text("Create an app at developers.ringcentral.com: REST API App, the auth flow of your program, the permission Read Accounts. "+
				"Who may use it has an account with RingCX.")),
			h.Li(g.Text("Create a JWT credential there for the user that the program stands for, or register the redirect URI of the program.")),
			h.Li(
				g.Text("Give the program the addresses of production: "), code("RC_SERVER_URL=https://platform.ringcentral.com"), g.Text(" and "),
				code("RINGCX_SERVER_URL=https://ringcx.ringcentral.com"), g.Text(", and the client ID, secret and JWT of that app. "), code("ringcx"),
				g.Text(" takes these addresses if it is told none."),
			),
			h.Li(g.Text("Take the variables of the sandbox away, and let the program have a store of its own: tokens of the sandbox mean nothing there.")),
			h.Li(g.Text("Look at the "), h.A(h.Href("/console/requests?verdicts=1"), g.Text("verdicts")),
				g.Text(" first: each is something that the vendor may refuse.")),
		),
	)
}
