package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// judgeSettings tells what the command was told wrongly.
func judgeSettings(f *Facts) []Finding {
	all := slices.Clone(f.unread)
	for _, c := range f.clashes {
		all = append(all, problem("variables-contradict", "unset "+c[1], "%s and %s name different things; %s counts", c[0], c[1], c[0]))
	}
	if f.fallback != "" && !slices.Contains(f.profiles, f.fallback) {
		all = append(all, problem("profile-missing", loginTo(f.fallback)+", or: ringcx profile use NAME",
			"the default profile %q is not there (there is %s)", f.fallback, wording.First(strings.Join(f.profiles, ", "), "none")))
	}
	if f.replaced {
		all = append(all, note("profile-shadowed", "unset RC_APP_CLIENT_SECRET, or run 'ringcx login --jwt' to store it",
			"the client secret in RC_APP_CLIENT_SECRET is used, not the one that profile %q holds", f.profile))
	}
	if len(f.unused) > 0 {
		all = append(all, note("variables-unused", "unset them, or leave out what names the profile, to use the account that they belong to",
			"profile %q is used as it is stored, and not what %s say", f.profile, strings.Join(f.unused, ", ")))
	}
	return all
}

func fineSettings(f *Facts) string {
	switch {
	case f.broker != nil:
		return "RINGCX_BROKER is set: profiles of this machine are used where one is named"
	case f.known:
		return "profile " + f.profile
	case slices.Contains(f.profiles, f.profile):
		return fmt.Sprintf("the account is that of %s, and not profile %s", f.source, f.profile)
	}
	return fmt.Sprintf("no profile %s yet", f.profile)
}

const (
	rightRingCentral = "https://platform.ringcentral.com"
	rightRingCX      = "https://ringcx.ringcentral.com"
)

// misnamed tells what is wrong with a host by its name alone; nil: nothing is known against it.
func misnamed(name, host string) *Finding {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	fix := "unset RC_SERVER_URL, or set it to " + rightRingCentral
	if name == "RingCX" {
		fix = "unset RINGCX_SERVER_URL, or set it to " + rightRingCX
	}
	wrong := func(id, text string) *Finding {
		f := problem(id, fix, "the %s server is set to %s, %s", name, host, text)
		return &f
	}
	platform := host == "platform.ringcentral.com" || host == "platform.ringcentral.biz" || host == "media.ringcentral.com"
	ringcx := host == "ringcx.ringcentral.com" || host == "engage.ringcentral.com"
	switch {
	case strings.HasSuffix(host, ".devtest.ringcentral.com"):
		return wrong("server-retired", "the vendor's sandbox, which was retired in 2025 and never had RingCX; try 'ringcx sandbox' instead")
	case host == "portal.vacd.biz", host == "portal.virtualacd.biz":
		return wrong("server-legacy", "a host of the legacy API, which has another login")
	case name == "RingCX" && platform, name == "RingCentral" && ringcx:
		return wrong("server-swapped", "which is a host of the other service")
	case host == "media.ringcentral.com":
		return wrong("server-wrong", "which serves recordings only")
	case slices.Contains([]string{
		"developers.ringcentral.com", "developer.ringcentral.com", "app.ringcentral.com", "service.ringcentral.com", "login.ringcentral.com",
		"www.ringcentral.com", "ringcentral.com",
	}, host):
		return wrong("server-wrong", "a web site for people, not the API")
	}
	return nil
}

// judgeServers tells servers that are not what they should be, by their names and by how they answer.
func judgeServers(f *Facts) []Finding {
	if !f.resolved {
		return nil
	}
	var all []Finding
	for _, s := range [][2]string{{"RingCentral", f.servers.RingCentral}, {"RingCX", f.servers.RingCX}} {
		u, err := url.Parse(s[1])
		if err != nil || f.password {
			continue
		}
		if wrong := misnamed(s[0], u.Hostname()); wrong != nil {
			all = append(all, *wrong)
		} else if u.Hostname() == "engage.ringcentral.com" {
			all = append(all, note("server-engage", "unset RINGCX_SERVER_URL, or set it to "+rightRingCX,
				"the RingCX server is engage.ringcentral.com, the older name; it works, but the vendor's documentation has moved to ringcx.ringcentral.com"))
		}
	}
	for _, c := range f.contacts {
		if c.err == nil && !f.password {
			all = append(all, c.impostor()...)
		}
	}
	return all
}

// impostor tells whether somebody else than the vendor's service answers.
func (c *contact) impostor() []Finding {
	expected := speaksPlatform
	if c.name == "RingCX" {
		expected = speaksRingCX
	}
	fix := "check " + c.variable + " and any proxy in between"
	switch {
	case c.status == http.StatusProxyAuthRequired, c.status == http.StatusNetworkAuthenticationRequired:
		return nil // judgeNetwork tells
	case c.status/100 == 3:
		return []Finding{problem("server-redirects", fix, "the %s server %s answers with a redirect, which no secret may follow", c.name, c.host)}
	case c.status >= 500:
		return []Finding{note("server-failing", "try again later; nothing stored is lost", "the %s server %s fails (%d)", c.name, c.host, c.status)}
	case c.answer == speaksHTML:
		return []Finding{problem("server-page", fix, "the %s server %s answers with a web page, not as the API does", c.name, c.host)}
	case c.answer == speaksOther:
		return []Finding{note("server-unknown", fix, "the %s server %s answers as nothing known does (%d)", c.name, c.host, c.status)}
	case c.answer != expected:
		return []Finding{problem("server-swapped", fix, "the %s server %s answers as %s does", c.name, c.host, c.answer)}
	}
	return nil
}

func fineServers(f *Facts) string {
	if !f.resolved {
		return ""
	}
	if f.password {
		return "RingCX at " + f.servers.RingCX
	}
	if f.servers.RingCX == f.servers.RingCentral {
		return "RingCentral and RingCX at " + f.servers.RingCX
	}
	return fmt.Sprintf("RingCentral at %s, RingCX at %s", f.servers.RingCentral, f.servers.RingCX)
}

// judgeStore tells what keeps sessions from being read and written.
func judgeStore(f *Facts) []Finding {
	var misuse *usage.Error
	switch err := f.storeErr; {
	case err == nil:
	case f.store == "file" && len(Problems(judgeFiles(f))) > 0:
		return nil // told already
	case errors.As(err, &misuse):
		return []Finding{problem("store-setting", usage.Hint(err), "%s", err)}
	case errors.Is(err, context.DeadlineExceeded):
		return []Finding{problem("store-timeout", wording.First(usage.Hint(err), "see that the "+f.store+" store is there, unlocked and reachable, or choose RINGCX_STORE=file:DIR"),
			"the %s store did not answer within %s", f.store, wording.Span(storeLimit))}
	default:
		return []Finding{problem("store-unreachable", wording.First(usage.Hint(err), "choose another store with RINGCX_STORE"), "%s", err)}
	}
	var all []Finding
	for _, w := range f.warnings {
		all = append(all, note("store-durability", "", "%s", w))
	}
	return all
}

func fineStore(f *Facts) string {
	switch f.store {
	case "":
		return ""
	case "file":
		return "sessions are kept in files"
	}
	return "the " + f.store + " store answers"
}

// judgeSessions tells of sessions that the vendor ended by itself.
func judgeSessions(f *Facts) []Finding {
	st := f.status
	if st == nil || st.EvictedAt.IsZero() || f.now.Sub(st.EvictedAt) > 24*time.Hour {
		return nil
	}
	tell, outcome := note, "the JWT logged in again"
	if st.Next == "login required" {
		tell, outcome = problem, "a person has to log in again"
	}
	return []Finding{tell("session-evicted", "let all programs of this user and app share one store (RINGCX_STORE), and log out of what is not used",
		"the vendor forgot this session %s although its refresh token was unspent and had not ended: it keeps five for a user in an app, and a sixth login pushes the oldest out "+
			"(a copy of the store, or a revocation, looks the same); %s", wording.Ago(f.now, st.EvictedAt), outcome)}
}

func fineSessions(f *Facts) string {
	if f.status == nil || f.status.RingCentralRefreshExpiry.Before(f.now) {
		return ""
	}
	return "the RingCentral session lives " + wording.Span(f.status.RingCentralRefreshExpiry.Sub(f.now)) + " more without a login"
}

// judgeBudget tells whether the vendor's limits hold requests back, and who else uses them up.
func judgeBudget(f *Facts) []Finding {
	st := f.status
	if st == nil {
		return nil
	}
	var all []Finding
	tell := note
	if st.Next == "wait" {
		tell = problem
	}
	wait := "wait; every command of ringcx waits by itself"
	switch {
	case !st.QuietUntil.IsZero() && st.LastError != nil && st.LastError.StatusCode != 429:
		all = append(all, note("pause", wait, "nothing is sent until %s, after a failure of the vendor's server", clock(st.QuietUntil)))
	case !st.QuietUntil.IsZero():
		all = append(all, tell("penalty", wait+"; whoever asks before makes it longer", "the vendor's penalty is under way: nothing is sent until %s", clock(st.QuietUntil)))
	case st.Next == "wait" || st.LoginsLeft == 0 || st.ExchangesLeft == 0:
		until := ""
		if st.Next == "wait" {
			until = ", the next is sent at " + clock(st.NextAt)
		}
		all = append(all, tell("budget-used", wait, "the vendor's five requests a minute are used up%s: %s are left", until, RequestsLeft(st, " and ")))
	}
	others := st.OthersAt
	if f.probe != nil && f.probe.OthersAt.After(others) {
		others = f.probe.OthersAt
	}
	if !others.IsZero() && f.now.Sub(others) < time.Hour {
		all = append(all, problem("app-shared", "let all programs of this app share one store (RINGCX_STORE), or give each an app of its own",
			"another program uses the app %s without sharing this store: %s the vendor counted more requests than ringcx sent", f.clientID, wording.Ago(f.now, others)))
	}
	return all
}

func clock(t time.Time) string { return t.Local().Format(time.TimeOnly) }

func fineBudget(f *Facts) string {
	if f.status == nil {
		return ""
	}
	return RequestsLeft(f.status, " and ") + " are left in this minute"
}

// RequestsLeft is how many requests the vendor still allows in the minute.
func RequestsLeft(st *ringcx.Status, and string) string {
	count := func(n int, one string) string {
		if n != 1 {
			one += "s"
		}
		return fmt.Sprintf("%d %s", n, one)
	}
	return count(st.LoginsLeft, "login") + and + count(st.ExchangesLeft, "exchange")
}
