package conform

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// This file has the steps that interfere in the middle of a run or behind the program's back, and those that look for
// secrets.

// expiresAtFirstCall moves the vendor's clock when the first call of the API arrives.
func expiresAtFirstCall(s *harness) error {
	s.watch.on(http.MethodGet, []string{apiPrefix}, func() { s.box.Advance(expired) })
	return nil
}

// killedAtRenewal runs the program and kills it when it asks for a token. The vendor does what it was asked to.
func killedAtRenewal(s *harness) error {
	running := make(chan *start, 1)
	over := s.watch.on(http.MethodPost, []string{platformPath, exchangePath, refreshPath}, func() {
		r := <-running
		_ = killGroup(r.cmd) // it may have ended by itself
		<-r.done
	})
	r, err := s.launch(s.ctx)
	if err != nil {
		return err
	}
	running <- r
	<-r.done
	if s.watch.disarm() {
		return &Problem{Text: "the run after the token expired asked for no new one: it " + r.ended()}
	}
	<-over
	s.noteRequests(r)
	return nil
}

// overlap is how long the first of two copies is held at its first call for the second one to have begun.
const overlap = 2 * time.Second

// twoCopies runs the program twice at the same time. The first call is held until the other copy calls too, so that both
// have read what is stored, or does nothing because it waits for the first.
func twoCopies(s *harness) error {
	from := len(s.watch.all())
	s.watch.on(http.MethodGet, []string{apiPrefix}, func() {
		for held := time.Duration(0); held < overlap; held += overlap / 100 {
			if s.watch.count(from, http.MethodGet, apiPrefix) > 1 || !s.wait(overlap/100) {
				return
			}
		}
	})
	defer s.watch.disarm()
	copies := make([]*start, 2)
	for i := range copies {
		r, err := s.launch(s.ctx)
		if err != nil {
			return err
		}
		defer func() { <-r.done }()
		copies[i] = r
	}
	for i, r := range copies {
		<-r.done
		if err := s.succeeded(fmt.Sprintf("copy %d of two", i+1), r); err != nil {
			return err
		}
	}
	return nil
}

// limitedUntil has the next login answered 429 with a date in Retry-After.
func limitedUntil(d time.Duration) step {
	return func(s *harness) error {
		date := s.box.Now().Add(d).UTC().Format(http.TimeFormat)
		return fault(platformPath, fmt.Sprintf(`"kind":"retry-after","retryAfter":%q`, date))(s)
	}
}

// sessionsEnd ends all sessions at RingCentral, as an administrator does. The tokens of RingCX are none of them.
func sessionsEnd(s *harness) error {
	demo := s.box.Demo()
	for secret, what := range s.watch.known() {
		if what != platformToken {
			continue
		}
		body := strings.NewReader(url.Values{"token": {secret}}.Encode())
		req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, s.url+"/restapi/oauth/revoke", body)
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth(demo.ClientID, demo.ClientSecret)
		if err := s.ask(req); err != nil {
			return err
		}
	}
	return nil
}

// credentialsEnd revokes the JWT.
func credentialsEnd(s *harness) error {
	var claims struct {
		ID string `json:"jti"`
	}
	_, rest, _ := strings.Cut(s.box.Demo().JWT, ".")
	payload, _, _ := strings.Cut(rest, ".")
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err == nil {
		err = json.Unmarshal(text, &claims)
	}
	if err != nil {
		return fmt.Errorf("read the JWT: %w", err)
	}
	req, err := http.NewRequestWithContext(s.ctx, http.MethodDelete, s.url+"/_sandbox/credentials/"+claims.ID, nil)
	if err != nil {
		return err
	}
	return s.ask(req)
}

// givesUp runs the program where no request can bring a token. It has to say so, and to leave the vendor alone.
func givesUp(which string) step {
	return func(s *harness) error {
		r, err := s.run(s.ctx)
		switch {
		case err != nil:
			return err
		case r.TimedOut, r.Exit == 0:
			return &Problem{Text: which + " " + r.ended() + ", although nothing could bring a token"}
		}
		return lastRun(func(n func(string, string) int) error {
			return must(n(http.MethodPost, platformPath) <= 2, "%s sent the login %d times, and was refused each time", which, n(http.MethodPost, platformPath))
		})(s)
	}
}

// loggedInOnce finds logins that were repeated because the answer took its time.
func loggedInOnce(s *harness) error {
	n := s.watch.count(0, http.MethodPost, platformPath)
	return should(n <= 1, "it sent the login %d times", n)
}

// noSecrets looks for secrets in what was printed, and lets the vendor judge what was sent.
func noSecrets(s *harness) error {
	if err := s.objected(func(verdict string) bool { return slices.Contains(aboutSecrets, verdict) }); err != nil {
		return err
	}
	for secret, what := range s.watch.known() {
		for _, e := range s.runs {
			may := s.opts.PrintsToken && what == accessToken
			if strings.Contains(e.stdoutText, secret) && !may {
				return &Problem{Text: "it printed " + what + " to its standard output"}
			}
			if strings.Contains(e.stderrText, secret) {
				return &Problem{Text: "it printed " + what + " to its standard error"}
			}
		}
	}
	return nil
}

// namesItself finds requests without a User-Agent.
func namesItself(s *harness) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.objections {
		if o.verdict == noUserAgent {
			return should(false, "%s %s came without a User-Agent", o.about.Method, o.about.Path)
		}
	}
	return nil
}
