package sandbox_test

import (
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestTheConsoleSaysWhatIsInForce(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	wantText(t, d.page("sessions"), "At most 5 for a user in an app: one more ends the oldest", "live on", "one refresh, which gives another.",
		"nothing revokes them")
	d.take("1")
	d.take("2")
	wantText(t, d.page("guide"), "for 1 hour and a refresh token for 7 days", "lives 5 minutes", "5 in 1 minute are let in; then it refuses for 1 minute",
		"is dead from now on", "good for one use")
	wantText(t, d.page("controls"), "1 minute: a limit", "6 minutes: RingCX access", "61 minutes: RingCentral access", "8 days: RingCentral refresh")

	d.v.control("switches", `{"sessionCap":2,"sessionCapRefuses":true,"sessionEndTakesRingcx":true,"ringcxLogoutEndsAccess":true,
		"ringcxRefreshReuse":"revoke-family","accessTokenTTL":"2h","refreshTokenTTL":"24h","ringcxTokenTTL":"9s","exchangeLimit":3,
		"limitPenalty":"5m","ringcxLimitPenalty":"0s"}`)
	wantText(t, d.page("sessions"), "At most 2 for a user in an app: one more is refused", "end with it", "sends one twice ends all",
		"a logout, the end of the RingCentral session, a refresh token that is sent twice")
	wantText(t, d.page("guide"), "for 2 hours and a refresh token for 1 day", "lives 9 seconds", "3 in 1 minute are let in.")
	wantText(t, d.page("controls"), "5 minutes: a limit", "69 seconds: RingCX access", "121 minutes: RingCentral access", "2 days: RingCentral refresh")

	d.v.control("switches", `{"exchangeLimit":0,"ringcxRefreshReuse":"accept"}`)
	wantText(t, d.page("sessions"), "the one before works on")
	wantText(t, d.page("guide"), "does not limit these requests", "works on here", "good until it ends")
}

func TestADayThatBeginsInTheConsoleHasTheSeedOfTheSandbox(t *testing.T) {
	for want, opts := range map[string]sandbox.Options{"seed 1,": {}, "seed 7,": {Seed: 7}} {
		d := newDeveloper(t, opts)
		wantText(t, d.do("controls", "controls/hostile", "share", "0.5", "kinds", "delay"), want)
		d.v.control("faults", `{"hostile":0.5}`)
		wantText(t, d.page("controls"), want)
	}
}
