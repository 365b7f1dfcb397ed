package e2e_test

import (
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// onTerminal runs a program on a terminal of so many columns, and returns what it wrote there.
func onTerminal(t *testing.T, columns uint16, cmd *exec.Cmd) string {
	t.Helper()
	ours, theirs, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ours.Close() }()
	if err := pty.Setsize(ours, &pty.Winsize{Rows: 50, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, theirs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = theirs.Close()
	seen, _ := io.ReadAll(ours) // some systems call the end of the program an error
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, seen)
	}
	return string(seen)
}

var (
	style   = regexp.MustCompile(`\x1b\[([0-9;]*)m`)
	unknown = regexp.MustCompile(`[^\P{C}\n]`) // controls, and what else has no shape
)

// styleClasses are the styles that the command and a prompt have, by the parameters of their SGR sequences.
var styleClasses = map[string]string{"1": "bold", "2": "faint", "1;32": "prompt", "31": "red", "32": "green", "34": "blue", "1;36": "step"}

// screen is what a terminal shows of what was written on it, as HTML. It knows styles and lines that are written anew; what
// else there may be is an error.
func screen(written string) (string, error) {
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(written, "\r\n", "\n")) {
		if at := strings.LastIndex(line, "\r\x1b[K"); at >= 0 {
			line = line[at+len("\r\x1b[K"):]
		}
		lines = append(lines, line)
	}
	out := new(strings.Builder)
	text := strings.Join(lines, "")
	for len(text) > 0 {
		at := style.FindStringSubmatchIndex(text)
		if at == nil {
			at = []int{len(text), len(text), len(text), len(text)}
		}
		out.WriteString(html.EscapeString(text[:at[0]]))
		parameters, class := text[at[2]:at[3]], styleClasses[text[at[2]:at[3]]]
		switch {
		case at[0] == len(text):
		case parameters == "" || parameters == "0":
			out.WriteString("</span>")
		case class == "":
			return "", fmt.Errorf("the style %q is not known", parameters)
		default:
			out.WriteString(`<span class="` + class + `">`)
		}
		text = text[at[1]:]
	}
	if odd := unknown.FindString(out.String()); odd != "" {
		return "", fmt.Errorf("%q is not known", odd)
	}
	return out.String(), nil
}

func TestAScreenShowsWhatATerminalDoes(t *testing.T) {
	for written, want := range map[string]string{
		"a <b>\r\nc\r\n":                        "a &lt;b&gt;\nc\n",
		"\x1b[1;32m$\x1b[m x\r\n":               `<span class="prompt">$</span> x` + "\n",
		"\r\x1b[Kpage 1 …\r\x1b[Kdone\r\nx\r\n": "done\nx\n",
	} {
		if got, err := screen(written); err != nil || got != want {
			t.Errorf("%q is shown as %q, %v", written, got, err)
		}
	}
	for _, written := range []string{"\x1b[35mx\x1b[m", "\x1b[2Jx", "a\rb", "\a"} {
		if got, err := screen(written); err == nil {
			t.Errorf("%q is shown as %q", written, got)
		}
	}
}

func TestATerminalHasAWidth(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "test -t 1 && stty size")
	cmd.Env = os.Environ()
	if got := onTerminal(t, 96, cmd); got != "50 96\r\n" {
		t.Errorf("it is %q", got)
	}
}
