package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestTheConsoleShowsTheContractWithAControlForEverySetting(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	page := d.page("contract")
	lines := d.v.contract()
	for _, l := range lines {
		if l.Setting != nil {
			wantText(t, page, `id="set-`+l.Setting.Name+`"`, `name="setting" value="`+l.Setting.Name+`"`)
		}
	}
	wantText(t, page, "Exchange: <code>POST /api/auth/login/rc/accesstoken</code>", "No switch:", "source A")
	wantNoText(t, page, "Put back", "Changed. Default", "ZgotmplZ")
}

func TestTheContractCanBeLookedAtByCertainty(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	wantText(t, d.page("contract?show=documented"), "set-exchangeLimit")
	wantNoText(t, d.page("contract?show=documented"), "set-ringcxRefreshTTL")
	wantText(t, d.page("contract?show=assumed"), "set-ringcxRefreshTTL")
	wantNoText(t, d.page("contract?show=assumed"), `id="set-exchangeLimit"`)
	wantText(t, d.page("contract?show=twice"), "set-authLimitCountedBy")
	wantText(t, d.page("contract?show=changed"), "There is nothing of this kind")
}

func TestSettingsAreChosenAndPutBackInTheConsole(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	page := d.do("contract", "contract", "show", "assumed", "setting", "ringcxRefreshTTL", "ringcxRefreshTTL", "2h",
		"setting", "ringcxRefreshReuse", "ringcxRefreshReuse", "accept", "setting", "ringcxIssuedAt")
	wantText(t, page, "were changed", `value="ringcxRefreshTTL" aria-label="Put back ringcxRefreshTTL"`, "Default: <code>168h</code>")
	got := d.v.settings()
	if got["ringcxRefreshTTL"] != "2h" || got["ringcxRefreshReuse"] != "accept" || got["ringcxIssuedAt"] != false {
		t.Errorf("in force: %v", got)
	}
	if n := strings.Count(d.page("contract?show=changed"), `class="changed"`); n != 3 {
		t.Errorf("%d are marked as changed", n)
	}
	d.do("contract", "contract", "back", "ringcxRefreshTTL")
	if got := d.v.settings(); got["ringcxRefreshTTL"] != "168h" || got["ringcxRefreshReuse"] != "accept" {
		t.Errorf("after one was put back: %v", got)
	}
	d.do("contract", "contract", "back", "all")
	wantText(t, d.page("contract?show=changed"), "There is nothing of this kind")
}

func TestTheConsoleListsNoTokensOfASignInThatEnded(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{Settings: map[string]string{"ringcxRefreshReuse": "revoke-family"}})
	_, refresh := d.v.cx()
	next := d.v.cxRefresh(refresh).want(http.StatusOK).json()
	access := str(next, "accessToken")
	ending := "…" + access[len(access)-6:]
	wantText(t, d.page("sessions"), ending)
	d.v.cxRefresh(refresh).want(http.StatusUnauthorized)
	wantNoText(t, d.page("sessions"), ending)
	wantText(t, d.inspect(str(next, "refreshToken")), "ended with the sign-in")
	wantText(t, d.inspect(access), "Jwt verification fails")
}

func TestAValueThatCannotBeIsMarkedAndNothingChanges(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	r := d.submit("contract", "contract", "setting", "exchangeLimit", "exchangeLimit", "9",
		"setting", "ringcxLimitPenalty", "ringcxLimitPenalty", `"><script>`).want(http.StatusUnprocessableEntity)
	wantText(t, r.body, "Nothing was changed", `id="wrong-ringcxLimitPenalty"`, "Give a duration from 0s to 24h, in whole seconds.",
		`value="&#34;&gt;&lt;script&gt;"`, `name="exchangeLimit" autocomplete="off" value="9"`)
	if got := d.v.settings()["exchangeLimit"]; got != 5.0 {
		t.Errorf("the limit is %v", got)
	}
	d.submit("contract", "contract", "setting", "nothing").want(http.StatusBadRequest)
	d.submit("contract", "contract", "back", "nothing").want(http.StatusBadRequest)
}
