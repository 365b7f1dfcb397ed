package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
)

// narrator shows a story made of requests: each request and answer as it happens, with secrets shortened.
type narrator struct {
	out    io.Writer // what say writes passes to a terminal as it is
	colour bool
	width  int  // columns of the terminal, 0 if it is none or unknown
	brief  bool // only the first line of each
	step   int
	base   http.RoundTripper
	last   sample // what was asked and answered last
}

// sample is one request and its answer.
type sample struct {
	request, contentType, body string
	status                     int
}

func (a *app) narrator() *narrator {
	n := &narrator{out: trusted(a.Stdout), colour: a.colours(), base: http.DefaultTransport}
	if a.OutTerminal {
		n.width = a.columns()
	}
	if n.colour {
		understandStyles(os.Stdout)
	}
	return n
}

// painted is text in which what came from outside is harmless, and which has our colours.
type painted string

func (n *narrator) paint(as style, s string) painted {
	if s = printable(s); n.colour {
		s = as.on(s)
	}
	return painted(s)
}

// say writes a line. The format is ours; of the values only what is painted is written as it is.
func (n *narrator) say(format string, args ...any) {
	text := fmt.Sprintf(format+"\n", shown(args)...)
	if n.width > 0 && n.width < narrow {
		text = fold(text, n.width)
	}
	_, _ = io.WriteString(n.out, text)
}

func (n *narrator) chapter(title string) {
	n.step++
	n.say("\n%s", n.paint(styleStep, fmt.Sprintf("%d. %s", n.step, title)))
}

// holds says what is true now, or fails.
func (n *narrator) holds(ok bool, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if ok {
		n.say("   %s %s", n.paint(styleOK, "✓"), text)
		return nil
	}
	n.say("   %s %s", n.paint(styleBad, "✗"), text)
	return fmt.Errorf("step %d did not hold: %s", n.step, text)
}

// RoundTrip makes the narrator a witness of every request.
func (n *narrator) RoundTrip(req *http.Request) (*http.Response, error) {
	var form []byte
	if req.Body != nil {
		var err error
		if form, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(form))
	}
	n.say("   %s %s %s", n.paint(styleAsk, "→"), req.Method, req.URL.RequestURI())
	if auth := req.Header.Get("Authorization"); auth != "" && !n.brief {
		kind, value, _ := strings.Cut(auth, " ")
		n.detail("Authorization: " + kind + " " + shorten(value))
	}
	if len(form) > 0 && !n.brief {
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
	n.last = sample{req.Method + " " + req.URL.Path, resp.Header.Get("Content-Type"), string(body), resp.StatusCode}
	mark := n.paint(styleOK, "←")
	if resp.StatusCode >= 400 {
		mark = n.paint(styleBad, "←")
	}
	n.say("   %s %d %s", mark, resp.StatusCode, n.last.contentType)
	if !n.brief {
		n.detail(shortenJSON(n.last.body))
	}
	return resp, nil
}

const (
	detailIndent = 5
	detailWidth  = 92
	detailLines  = 3
)

// detail is indented, broken after commas and spaces where there are any, and bounded: three lines tell enough.
func (n *narrator) detail(text string) {
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
		n.say("     %s", n.paint(styleDetail, part))
	}
}

// shorten leaves enough of a secret to tell it from another.
func shorten(s string) string {
	if len(s) <= 12 {
		return "…"
	}
	return s[:4] + "…" + s[len(s)-4:]
}

var (
	secretJSON = regexp.MustCompile(`"(access_token|refresh_token|accessToken|refreshToken|rcAccessToken|id_token)":\s*"([^"]*)"`)
	secretForm = regexp.MustCompile(`(assertion|refresh_token|rcAccessToken|token)=([^&]*)`)
)

func shortenJSON(s string) string {
	s = secretJSON.ReplaceAllStringFunc(s, func(m string) string {
		g := secretJSON.FindStringSubmatch(m)
		return fmt.Sprintf("%q:%q", g[1], shorten(g[2]))
	})
	return strings.Join(strings.Fields(s), " ")
}

func shortenForm(s string) string {
	return secretForm.ReplaceAllStringFunc(s, func(m string) string {
		g := secretForm.FindStringSubmatch(m)
		return g[1] + "=" + shorten(g[2])
	})
}
