package terminal

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Narrator shows a story made of requests: each request and answer as it happens, with secrets shortened.
type Narrator struct {
	out    io.Writer // what say writes passes to a terminal as it is
	colour bool
	width  int  // columns of the terminal, 0 if it is none or unknown
	Brief  bool // only the first line of each
	step   int
	base   http.RoundTripper
	Last   Sample // what was asked and answered last
}

// Sample is one request and its answer.
type Sample struct {
	Request, ContentType, Body string
	Status                     int
}

// Narrator is one that tells on standard output, with colours where the terminal has them.
func (t *Terminal) Narrator() *Narrator {
	n := &Narrator{out: Trusted(t.Stdout), colour: t.Colours(), base: http.DefaultTransport}
	if t.OutTerminal {
		n.width = t.Columns()
	}
	return n
}

// Paint is a text in one line in a style, or without it where there are no colours.
func (n *Narrator) Paint(as Style, s string) wording.Painted {
	if s = wording.Printable(s); n.colour {
		s = as.on(s)
	}
	return wording.Painted(s)
}

// Say writes a line. The format is ours; of the values only what is painted is written as it is.
func (n *Narrator) Say(format string, args ...any) {
	text := fmt.Sprintf(format+"\n", wording.Shown(args)...)
	if n.width > 0 && n.width < env.Narrow {
		text = fold(text, n.width)
	}
	_, _ = io.WriteString(n.out, text)
}

// Chapter begins the next step of the story.
func (n *Narrator) Chapter(title string) {
	n.step++
	n.Say("\n%s", n.Paint(styleStep, fmt.Sprintf("%d. %s", n.step, title)))
}

// Holds says what is true now, or fails.
func (n *Narrator) Holds(ok bool, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if ok {
		n.Say("   %s %s", n.Paint(StyleOK, "✓"), text)
		return nil
	}
	n.Say("   %s %s", n.Paint(StyleBad, "✗"), text)
	return fmt.Errorf("step %d did not hold: %s", n.step, text)
}

// RoundTrip makes the narrator a witness of every request.
func (n *Narrator) RoundTrip(req *http.Request) (*http.Response, error) {
	var form []byte
	if req.Body != nil {
		var err error
		if form, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(form))
	}
	n.Say("   %s %s %s", n.Paint(StyleAsk, "→"), req.Method, req.URL.RequestURI())
	if auth := req.Header.Get("Authorization"); auth != "" && !n.Brief {
		kind, value, _ := strings.Cut(auth, " ")
		n.detail("Authorization: " + kind + " " + Shorten(value))
	}
	if len(form) > 0 && !n.Brief {
		n.detail(shortenForm(string(form)))
	}
	resp, err := n.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	n.Last = Sample{req.Method + " " + req.URL.Path, resp.Header.Get("Content-Type"), string(body), resp.StatusCode}
	mark := n.Paint(StyleOK, "←")
	if resp.StatusCode >= 400 {
		mark = n.Paint(StyleBad, "←")
	}
	n.Say("   %s %d %s", mark, resp.StatusCode, n.Last.ContentType)
	if !n.Brief {
		n.detail(ShortenJSON(n.Last.Body))
	}
	return resp, nil
}

const (
	detailIndent = 5
	detailWidth  = 92
	detailLines  = 3
)

// detail is indented, broken after commas and spaces where there are any, and bounded: three lines tell enough.
func (n *Narrator) detail(text string) {
	runes, width := []rune(text), detailWidth
	if n.width > 0 {
		width = max(20, min(width, n.width-detailIndent-2)) // with room for an ellipsis
	}
	for line := 1; len(runes) > 0 && line <= detailLines; line++ {
		end := min(len(runes), width)
		for i := end; i < len(runes) && i > width/2; i-- {
			if strings.ContainsRune(", &", runes[i-1]) {
				end = i
				break
			}
		}
		part := string(runes[:end])
		if runes = runes[end:]; line == detailLines && len(runes) > 0 {
			part += " …"
		}
		n.Say("     %s", n.Paint(StyleDetail, part))
	}
}

// Shorten leaves enough of a secret to tell it from another.
func Shorten(s string) string {
	if len(s) <= 12 {
		return "…"
	}
	return s[:4] + "…" + s[len(s)-4:]
}

var (
	secretJSON = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`"(access_token|refresh_token|accessToken|refreshToken|rcAccessToken|id_token)":\s*"([^"]*)"`)
	})
	secretForm = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(assertion|refresh_token|rcAccessToken|token)=([^&]*)`)
	})
)

// ShortenJSON is an answer in one line, with its tokens shortened.
func ShortenJSON(s string) string {
	s = secretJSON().ReplaceAllStringFunc(s, func(m string) string {
		g := secretJSON().FindStringSubmatch(m)
		return fmt.Sprintf("%q:%q", g[1], Shorten(g[2]))
	})
	return strings.Join(strings.Fields(s), " ")
}

func shortenForm(s string) string {
	return secretForm().ReplaceAllStringFunc(s, func(m string) string {
		g := secretForm().FindStringSubmatch(m)
		return g[1] + "=" + Shorten(g[2])
	})
}
