package conform

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Where the vendor is asked for what.
const (
	apiPrefix    = "/voice/api/"
	platformPath = "/restapi/oauth/token"
	exchangePath = "/api/auth/login/rc/accesstoken"
	refreshPath  = "/api/auth/token/refresh"
)

// step is something that happens in a scenario, or something that must be true by then. A *Problem is what the program
// did wrong, any other error what went wrong here.
type step func(*harness) error

func must(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return &Problem{Text: fmt.Sprintf(format, args...)}
}

func should(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return &Problem{Advisory: true, Text: fmt.Sprintf(format, args...)}
}

// succeeds runs the program, which has to get its answer.
func succeeds(which string) step {
	return func(s *harness) error {
		r, err := s.run(s.ctx)
		if err != nil {
			return err
		}
		return s.succeeded(which, r)
	}
}

func (s *harness) succeeded(which string, r *start) error {
	if r.Exit != 0 {
		return &Problem{Text: which + " " + r.ended()}
	}
	return must(s.answered(r), "%s ended with exit code 0, but no call of the API was answered", which)
}

// ended says in words how a run ended.
func (e *Execution) ended() string {
	how := fmt.Sprintf("ended with exit code %d", e.Exit)
	switch {
	case e.TimedOut:
		how = "did not end in time"
	case e.Exit < 0:
		how = "was killed"
	}
	if e.Stderr != "" {
		how += ": " + e.Stderr
	}
	return how
}

// survives runs the program on a bad day. It may fail, but it may not take what is no answer for one.
func survives(which string) step {
	return func(s *harness) error {
		r, err := s.run(s.ctx)
		switch {
		case err != nil:
			return err
		case r.TimedOut:
			return &Problem{Text: which + " " + r.ended()}
		case r.Exit == 0:
			return s.succeeded(which, r)
		}
		return nil
	}
}

// watched runs the program for some time and then ends it: to wait is one of the things it may do.
func watched(d time.Duration) step {
	return func(s *harness) error {
		ctx, cancel := context.WithTimeout(s.ctx, d)
		defer cancel()
		_, err := s.run(ctx)
		return err
	}
}

// later moves the vendor's clock. The program's does not move.
func later(d time.Duration) step {
	return func(s *harness) error {
		s.box.Advance(d)
		return nil
	}
}

// fault orders a bad day at a path, as POST /_sandbox/faults takes it.
func fault(path, rest string) step {
	return func(s *harness) error { return s.control("faults", fmt.Sprintf(`{"path":%q,%s}`, path, rest)) }
}

// travel is how long an answer may be on its way. Programs count from when they have it.
const travel = 500 * time.Millisecond

// quiet finds requests to a path that came too early after a 429, and waits until the vendor may be asked again.
func quiet(path string, d time.Duration, verdict func(bool, string, ...any) error) step {
	return func(s *harness) error {
		visits := s.watch.all()
		at := slices.IndexFunc(visits, func(v visit) bool { return v.status == http.StatusTooManyRequests })
		if at < 0 {
			return &Problem{Text: "it never asked for what the vendor was going to refuse"}
		}
		early := 0
		for _, v := range visits[at+1:] {
			if strings.HasPrefix(v.path, path) && v.at.Sub(visits[at].at) < d {
				early++
			}
		}
		s.wait(d + travel - time.Since(visits[at].at))
		return verdict(early == 0, "it asked again %d times within the %s it was told to wait", early, d)
	}
}

// lastRun judges the last run alone.
func lastRun(check func(n func(method, path string) int) error) step {
	return func(s *harness) error {
		e := s.runs[len(s.runs)-1]
		return check(func(method, path string) (n int) {
			for _, r := range e.Requests {
				if r.Method == method && strings.HasPrefix(r.Path, path) {
					n++
				}
			}
			return n
		})
	}
}

// reuses finds logins, exchanges and refreshes in a run that needed none.
func reuses(verdict func(bool, string, ...any) error) step {
	return lastRun(func(n func(string, string) int) error {
		asked := n(http.MethodPost, platformPath) + n(http.MethodPost, exchangePath) + n(http.MethodPost, refreshPath)
		return verdict(asked == 0, "it asked for tokens although those of the run before were good: keep them between runs")
	})
}

// refreshes finds runs that needed a refresh and did more.
func refreshes(s *harness) error {
	return lastRun(func(n func(string, string) int) error {
		if err := should(n(http.MethodPost, platformPath) == 0, "it logged in where a refresh would do"); err != nil {
			return err
		}
		return should(n(http.MethodPost, exchangePath) == 0, "it exchanged the RingCentral token where a refresh would do")
	})(s)
}

// noVerdicts lets the vendor judge all runs. What it says about secrets and names has scenarios of its own.
func noVerdicts(s *harness) error {
	return s.objected(func(verdict string) bool { return !slices.Contains(ownScenario, verdict) })
}
