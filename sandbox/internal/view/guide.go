package view

import (
	"fmt"
	"net/http"
	"strconv"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
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

func (v *Guide) main(p *Page) h.Node {
	return h.Group{
		h.H1(h.Text("Guide")),
		h.P(
			h.Text("The life of a RingCX access token, step by step, with real requests that the sandbox sends to itself. They are in the "),
			h.A(h.Href("/console/requests"), h.Text("requests")), h.Text(", too."),
		),
		h.Iff(v.Failed != nil, func() h.Node { return v.Failed.failed() }),
		h.Ol(h.Class("steps"), h.Map(v.Steps, func(s Step) h.Node { return v.step(p, &s) })),
		v.production(),
		h.If(v.Next != 1, p.inline("/console/guide", button("second", "Begin anew", h.ID("restart"), h.Name("step"), h.Value("restart")))),
	}
}

func (e *Exchange) failed() h.Node {
	help := h.Node(h.Text("See below, then try again, or begin anew."))
	if e.Status == http.StatusTooManyRequests {
		help = h.Group{
			h.Text("The limit was reached: "), h.A(h.Href("/console/controls"), h.Text("move the clock")), h.Text(" by a minute, then try again."),
		}
	}
	return h.Div(h.Class("problem"), h.Role("alert"),
		h.P(h.Text("That was not the answer that the step is about. "), help),
		h.Pre(h.TabIndex("0"), h.Text(e.Answer)),
	)
}

func (v *Guide) step(p *Page, s *Step) h.Node {
	n := strconv.Itoa(s.Number)
	return h.Li(h.ID("step-"+n), h.If(s.Next, h.AriaCurrent("step")),
		h.Section(h.AriaLabelledBy("title-"+n),
			h.H2(h.ID("title-"+n), h.Text(n+". "+s.Title), h.If(s.Done != nil, h.Group{markup.Space, tag(true, "done")})),
			h.P(h.Text(s.About)),
			h.Iff(s.Done != nil, func() h.Node {
				return h.Group{
					h.H3(h.Text("Request")), h.Pre(h.TabIndex("0"), h.Text(s.Done.Request)),
					h.H3(h.Text("Answer")), h.Pre(h.TabIndex("0"), h.Class("answer"), h.Text(s.Done.Answer)),
					h.P(h.Class("then"), h.Text(s.Then)),
				}
			}),
			s.snippets(),
			h.If(s.Next, p.inline("/console/guide", h.Button(h.ID("next"), h.Name("step"), h.Value(n),
				h.If(v.Failed != nil, h.Text("Try again: ")), h.Text(s.Title)))),
		),
	)
}

func (s *Step) snippets() h.Node {
	if len(s.Snippets) == 0 {
		return nil
	}
	out := h.Group{h.H3(h.Text("The same in your language"))}
	for i, code := range s.Snippets {
		out = append(out, h.Details(h.Name(fmt.Sprintf("snippets-%d", s.Number)),
			h.Summary(h.Text(code.Language)),
			block(fmt.Sprintf("snippet-%d-%d", s.Number, i), fmt.Sprintf("step %d in %s", s.Number, code.Language), code.Code),
		))
	}
	return out
}

func (v *Guide) production() h.Node {
	return h.Section(h.AriaLabelledBy("production"),
		h.H2(h.ID("production"), h.Textf("%d. The way to production", len(v.Steps)+1)),
		h.P(h.Text("The program stays as it is: only addresses and credentials change.")),
		h.Ol(
			h.Li(h.Text("Create an app at developers.ringcentral.com: REST API App, the auth flow of your program, the permission Read Accounts. "+
				"Who may use it has an account with RingCX.")),
			h.Li(h.Text("Create a JWT credential there for the user that the program stands for, or register the redirect URI of the program.")),
			h.Li(
				h.Text("Give the program the addresses of production: "), code("RC_SERVER_URL=https://platform.ringcentral.com"), h.Text(" and "),
				code("RINGCX_SERVER_URL=https://ringcx.ringcentral.com"), h.Text(", and the client ID, secret and JWT of that app. "), code("ringcx"),
				h.Text(" takes these addresses if it is told none."),
			),
			h.Li(h.Text("Take the variables of the sandbox away, and let the program have a store of its own: tokens of the sandbox mean nothing there.")),
			h.Li(h.Text("Look at the "), h.A(h.Href("/console/requests?verdicts=1"), h.Text("verdicts")),
				h.Text(" first: each is something that the vendor may refuse.")),
		),
	)
}
