package serve

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/localtls"
	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/sandbox"
)

// Talk is where a sandbox tells people what it does.
type Talk struct {
	Stderr     io.Writer
	Terminal   bool        // Stderr is a terminal, on which requests are shown as they happen
	Verbose    bool        // they are shown in any case
	Background func() bool // the terminal is another program's now, which is not to be disturbed; nil: never
}

// backgrounded says whether somebody does something else in the terminal now, who is not to be disturbed.
func (t *Talk) backgrounded() bool { return t.Terminal && t.Background != nil && t.Background() }

// quietly writes to Stderr, unless that is a terminal in which somebody does something else.
type quietly struct{ *Talk }

// Write implements io.Writer.
func (q quietly) Write(p []byte) (int, error) {
	if q.backgrounded() && !q.Verbose {
		return len(p), nil
	}
	return q.Stderr.Write(p)
}

// request shows a request to people, never its secrets: the log holds none.
func (t *Talk) request(r sandbox.Request) {
	if !t.Verbose && (!t.Terminal || t.backgrounded()) {
		return
	}
	line := fmt.Sprintf("%s  %d  %-6s %s", r.Time.Local().Format(time.TimeOnly), r.Status, r.Method, r.Path)
	if r.Namespace != "" {
		line += "  (" + r.Namespace + ")"
	}
	if r.Fault != "" {
		line += "  (spoiled: " + r.Fault + ")"
	}
	if len(r.Verdicts) > 0 {
		line += "  ! " + strings.Join(r.Verdicts, ", ")
	}
	fmt.Fprintln(t.Stderr, wording.Printable(line))
}

// announce says where the sandbox is, and what is in force there: that of its file or snapshot, which flags may not have
// changed.
func (s *process) announce(url string, now inForce, notes []string) {
	say := func(format string, args ...any) {
		fmt.Fprintln(s.Talk.Stderr, wording.Printable(fmt.Sprintf(format, args...)))
	}
	stop := "Ctrl-C"
	if s.Talk.backgrounded() { // where it would reach another program
		stop = fmt.Sprintf("'kill %d'", os.Getpid())
	}
	say("RingCX sandbox on %s, tokens live %s. Stop it with %s.", url, wording.Span(now.tokenTTL), stop)
	if s.Data != "" {
		say("Everything is kept in %s.", s.Data)
		if s.Snapshot != "" {
			say("It begins with %s, and has forgotten what was kept; without --snapshot it would go on.", s.Snapshot)
		}
	}
	if host, _, _ := net.SplitHostPort(s.At.Listen); !meansHere(host) {
		if s.Sandbox.ConsolePassword == "" {
			say("Other machines can reach it, and it trusts everybody.")
			say("Its console stays closed to them: --console-password-file opens it.")
		} else {
			say("Other machines can reach it. Its console and /_sandbox/ ask everybody for the password.")
		}
	}
	if len(s.At.Hosts) > 0 {
		say("It is also known as %s.", strings.Join(s.At.Hosts, ", "))
	}
	if now.hostile > 0 {
		say("It is a hostile day: %.6g %% of the requests are spoiled.", 100*now.hostile)
	}
	if s.At.TLSDir != "" {
		say("Its clients have to trust %s.", localtls.TrustFile(s.At.TLSDir, s.At.VendorNames))
	}
	for _, note := range notes {
		say("%s", note)
	}
	say("Console: %s/console/", url)
	if s.WriteEnv != "" {
		say("In another shell:  . %s && ringcx login --jwt", shell.Path(s.WriteEnv))
		return
	}
	args := s.At.envFlags(url)
	say("In another shell:  eval \"$(ringcx sandbox env%s)\" && ringcx login --jwt", args)
	say("In a browser:      eval \"$(ringcx sandbox env%s --app native)\" && ringcx login", args)
}
