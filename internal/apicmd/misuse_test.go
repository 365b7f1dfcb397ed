package apicmd_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/usage"
)

const (
	dialGroups = "/voice/api/v1/admin/accounts/1/dialGroups"
	campaigns  = dialGroups + "/5/campaigns"
)

// call is a call with fields of -f, or of -F where they begin with a colon.
func call(args string, fields ...string) *apicmd.Call {
	c := &apicmd.Call{Args: strings.Fields(args), PageSize: 100}
	for _, f := range fields {
		if typed, ok := strings.CutPrefix(f, ":"); ok {
			c.TypedFields = append(c.TypedFields, typed)
		} else {
			c.Fields = append(c.Fields, f)
		}
	}
	return c
}

func TestWhatIsNotAsDescribedIsRefusedWithItsPlaceAndWhatWouldDo(t *testing.T) {
	r := newRecorder(t)
	for _, c := range []struct {
		call          *apicmd.Call
		problem, hint string
	}{
		{call("getCampaignList", "accountId=1", "dialGroupId=5", "maxRows=ten"), `maxRows takes a whole number, not "ten"`, "--unchecked"},
		{call("getCampaignList", "accountId=1", "dialGroupId=5", "maxRows=1.0"), `maxRows takes a whole number, not "1.0"`, ""},
		{call("getCampaignList", "accountId=1", "dialGroupId=5", "maxRows=3000000000"), "maxRows takes a whole number", ""},
		{call("getCampaignList", "accountId=1", "dialGroupId=5", ":maxRows=true"), "maxRows takes a whole number", ""},
		{call("getCampaignList", "accountId=1", "dialGroupId=five"), `dialGroupId takes a whole number, not "five"`, "The ID of a dial group"},
		{call("GET " + dialGroups + "/five/campaigns"), `dialGroupId takes a whole number, not "five"`, ""},
		{call("GET " + campaigns + "?maxRows=ten"), `maxRows takes a whole number`, ""},
		{call("GET " + campaigns + "?maxrows=10"), `getCampaignList has no parameter "maxrows"`, "did you mean maxRows?"},
		{call("GET "+campaigns, "dialGroupId=6"), "the path has dialGroupId already", ""},
		{call("getCampaignList", "accountId=1"), "getCampaignList needs dialGroupId", "-f dialGroupId=…"},
		{call("getCampaign"), "getCampaign needs accountId, dialGroupId and campaignId", "-f accountId=… -f dialGroupId=…"},
		{call("getCampaigns"), `"getCampaigns" is not an operation`, "did you mean getCampaign, getCampaignsUsingPhoneId or getCampaignList?"},
		{call("POST "+dialGroups, "dialGroupNam=x"), `createDialGroup has no parameter or field "dialGroupNam"`, "did you mean dialGroupName"},
		{call("POST "+dialGroups, "dialMode=POWER"), "the body needs dialGroupName", ""},
		{call("POST "+dialGroups, "dialGroupName=x", "dialMode=powr"), `dialMode has no value "powr"`, "did you mean POWER? one of PREVIEW, CLICK_TO_TALK,"},
		{call("POST "+dialGroups, "dialGroupName=x", "isActive=yes"), `isActive takes true or false, not "yes"`, "Whether it is switched on"},
		{call("POST "+dialGroups, "dialGroupName=x", "isActive=true false"), `isActive takes true or false, not "true false"`, ""},
		{call("POST "+dialGroups, "dialGroupName=x", ":isActive=1"), `isActive takes true or false, not 1`, ""},
		{call("POST "+dialGroups, "dialGroupName=x", "permissions=READ", "permissions=reed"), `permissions has no value "reed"`, "did you mean READ?"},
		{call("POST "+dialGroups, "dialGroupName=x", `:permissions=["READ",5]`), `permissions[1] takes one of a few words, not 5`, ""},
		{call("POST "+dialGroups, "dialGroupName=x", "dialGroupName=y"), `the field "dialGroupName" is given twice`, ""},
		{call("POST "+dialGroups, "dialGroupName=x", `:campaigns=[{},{"campaignDispositions":[{},{"campaign":true}]}]`), "campaigns[1].campaignDispositions[1].campaign takes an object, not true", ""},
		{call("POST "+dialGroups, "dialGroupName=x", "campaigns[].campaignNam=x"), `campaigns[] has no field "campaignNam"`, "campaignName"},
		{call("POST "+dialGroups, "dialGroupName=x", "campaigns.campaignName=x"), "campaigns is a list", "-f campaigns[]"},
		{call("POST "+dialGroups, "dialGroupName=x", "isActive.deep=x"), "isActive has no fields: it is true or false", ""},
		{call("POST "+dialGroups, "dialGroupName[]=x"), "dialGroupName is no list", ""},
		{call("POST "+dialGroups, "a[0]=x"), `the field "a[0]" is not named as fields are`, ""},
		{call("POST "+campaigns, "campaignName=x", "dialGroup=5"), "dialGroup takes an object", ""},
		{call("POST "+campaigns, "campaignName=x", "endDate=tomorrow"), `endDate takes a time with an offset without colon, such as "2026-01-31T08:30:00.000+0000", not "tomorrow"`, ""},
		{call("POST " + dialGroups), "createDialGroup needs a body", "'ringcx api createDialGroup --help'"},
		{call("GET "+dialGroups, "a=b"), `has no parameter "a"`, ""},
		{call("DELETE "+campaigns+"/7", "campaignName=x"), `deleteCampaign has no parameter "campaignName"`, ""},
		{call("loginAgent", "username=x"), "loginAgent needs password", "-F password=@FILE"},
		{call("uploadAudioFile", "accountId=1"), "", "--input FILE"},
		{call("createDialGroup", "accountId=1/2", "dialGroupName=x"), "accountId", ""},
	} {
		_, err := r.run(t, c.call)
		var misuse *usage.Error
		if !errors.As(err, &misuse) || !strings.Contains(misuse.Problem, c.problem) || !strings.Contains(misuse.Remedy, c.hint) {
			t.Errorf("%q %q %q: %v\n%s\nwant %s\n%s", c.call.Args, c.call.Fields, c.call.TypedFields, err, usage.Hint(err), c.problem, c.hint)
		}
	}
	if len(r.seen) > 0 {
		t.Errorf("%d requests were sent", len(r.seen))
	}
}

func TestWhatIsNotAsDescribedIsSentIfItIsWished(t *testing.T) {
	r := newRecorder(t)
	for _, c := range []struct {
		call      *apicmd.Call
		uri, body string
	}{
		{call("GET "+campaigns, "maxRows=ten", "what=ever"), campaigns + "?maxRows=ten&what=ever", ""},
		{call("GET " + dialGroups + "/five/campaigns?x=y"), dialGroups + "/five/campaigns?x=y", ""},
		{call("POST "+dialGroups, "dialMode=NEW", "isActive=yes", "new.deep[]=x", ":n=1.50"), dialGroups, `{"dialMode":"NEW","isActive":"yes","n":1.50,"new":{"deep":["x"]}}`},
		{call("POST " + dialGroups), dialGroups, ""},
	} {
		c.call.Unchecked = true
		if _, err := r.run(t, c.call); err != nil {
			t.Errorf("%q: %v", c.call.Args, err)
			continue
		}
		if uri, body := r.uris[len(r.uris)-1], r.bodies[len(r.bodies)-1]; uri != c.uri || body != c.body {
			t.Errorf("%q: %s %s, want %s %s", c.call.Args, uri, body, c.uri, c.body)
		}
	}
}

func TestWhatNobodyDescribesGoesAsItComes(t *testing.T) {
	r := newRecorder(t)
	for _, c := range []struct {
		call      *apicmd.Call
		uri, body string
	}{
		{call("GET /voice/new", "a.b=1", "a.b=2"), "/voice/new?a.b=1&a.b=2", ""},
		{call("POST /voice/new/{x}", "x=7", "a.b=1", `:c=[1.0]`), "/voice/new/7", `{"a.b":"1","c":[1.0]}`},
	} {
		if _, err := r.run(t, c.call); err != nil {
			t.Errorf("%q: %v", c.call.Args, err)
			continue
		}
		if uri, body := r.uris[len(r.uris)-1], r.bodies[len(r.bodies)-1]; uri != c.uri || body != c.body {
			t.Errorf("%q: %s %s, want %s %s", c.call.Args, uri, body, c.uri, c.body)
		}
	}
}

func TestTextsBecomeWhatTheFieldTakes(t *testing.T) {
	r := newRecorder(t)
	for _, c := range []struct {
		fields []string
		body   string
	}{
		{[]string{"campaignName=5", "isActive=1", "machineDetect=true", "seedAbandonRate=1.50"}, `{"campaignName":"5","isActive":1,"machineDetect":true,"seedAbandonRate":1.50}`},
		{[]string{"dialGroup.id=5", "permissions=READ"}, `{"dialGroup":{"id":5},"permissions":["READ"]}`},
		{[]string{"permissions=READ", "permissions[]=UPDATE"}, `{"permissions":["READ","UPDATE"]}`},
		{[]string{"campaignDispositions[].dispositionId=1", "campaignDispositions[].dispositionId=2"}, ""},
		{[]string{"endDate=2026-01-31T08:30:00Z", "startDate=2026-01-31T08:30:00.5-05:00"}, `{"endDate":"2026-01-31T08:30:00.000+0000","startDate":"2026-01-31T08:30:00.500-0500"}`},
		{[]string{":campaignName=null", ":permissions=[]"}, `{"campaignName":null,"permissions":[]}`},
		{[]string{"campaignName=@/etc/hostname", "campaignDesc=<&>"}, `{"campaignDesc":"<&>","campaignName":"@/etc/hostname"}`},
	} {
		_, err := r.run(t, call("POST "+campaigns, c.fields...))
		if c.body == "" {
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", c.fields, err)
		} else if body := r.bodies[len(r.bodies)-1]; body != c.body {
			t.Errorf("%q: %s, want %s", c.fields, body, c.body)
		}
	}
}

func TestAFieldTakesTheTextInAFileIfItIsAskedTo(t *testing.T) {
	r, name := newRecorder(t), filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, []byte("p&ss\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := call("loginAgent", "username=a b", ":password=@"+name)
	shown, err := r.run(t, c)
	if err != nil || r.bodies[0] != "password=p%26ss&username=a+b" {
		t.Errorf("%v, %q", err, r.bodies)
	}
	if strings.Contains(shown, "p%26ss") || !strings.HasSuffix(shown, "\n\npassword=***&username=a+b\n") {
		t.Errorf("what is shown is\n%s", shown)
	}
	c = call("POST /voice/x", ":a=@-", ":b=@-")
	c.Stdin = strings.NewReader("x")
	if _, err := r.run(t, c); err == nil || !strings.Contains(err.Error(), "wanted twice") {
		t.Errorf("standard input is read twice: %v", err)
	}
	if _, err := r.run(t, call("POST /voice/x", ":a=@/nowhere")); err == nil {
		t.Error("a file that is not there is none")
	}
}

func TestSecretsAreNeitherShownNorRepeated(t *testing.T) {
	const secret = "hunter2-secret"
	r := newRecorder(t)
	r.status = 400
	for _, c := range []*apicmd.Call{
		call("loginAgent", "username=x", "password="+secret),
		call("POST /api/auth/login/agent", "username=x", "password="+secret),
		call("removeApiToken", "token="+secret),
		call("DELETE /api/v1/admin/token/" + secret),
		call("passwordReset", "token="+secret, "password="+secret),
		call("POST /voice/api/v1/admin/accounts/1/agentGroups/2/agents", "username=x", "password="+secret),
		call("POST /voice/api/v1/admin/accounts/1/agentGroups/2/agents", ":password=[\""+secret+"\"]"),
	} {
		shown, err := r.run(t, c)
		if strings.Contains(shown, secret) {
			t.Errorf("%q shows\n%s", c.Args, shown)
		}
		if err == nil || strings.Contains(err.Error()+usage.Hint(err), secret) {
			t.Errorf("%q: %v", c.Args, err)
		}
	}
}

func TestTheAccountIsAskedForIfThePathNeedsIt(t *testing.T) {
	r, asked := newRecorder(t), 0
	know := func(id string, err error) func() (string, error) {
		return func() (string, error) { asked++; return id, err }
	}
	c := call("getCampaignList", "dialGroupId=5")
	c.Account = know("77", nil)
	if _, err := r.run(t, c); err != nil || r.uris[0] != "/voice/api/v1/admin/accounts/77/dialGroups/5/campaigns" || asked != 1 {
		t.Errorf("%v, %q, asked %d times", err, r.uris, asked)
	}
	for _, c := range []*apicmd.Call{call("getCampaignList", "dialGroupId=5", "accountId=1"), call("getAllAccounts"), call("GET " + campaigns)} {
		c.Account = know("77", nil)
		if _, err := r.run(t, c); err != nil || asked != 1 {
			t.Errorf("%q: %v, asked %d times", c.Args, err, asked)
		}
	}
	c = call("getCampaignList", "dialGroupId=5")
	c.Account = know("", errors.New("nobody has logged in"))
	if err := c.Prepare(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := c.Show(t.Context(), r.URL, "", &b); err != nil || !strings.Contains(b.String(), "/accounts/{accountId}/dialGroups/5/") {
		t.Errorf("%v, %s", err, b.String())
	}
}

func FuzzWhatFieldsMakeIsJSONThatIsAcceptedAgain(f *testing.F) {
	for _, one := range [][2]string{
		{"campaignName", "x"},
		{"dialGroup.id", "5"},
		{"permissions", "READ"},
		{"campaignDispositions[].disposition", "x"},
		{"endDate", "2026-01-31"},
		{"monSched", "08301700"},
		{"seedAbandonRate", "-1e5"},
		{"campaignDispositions[]", "{}"},
		{"recordingSettings.x[][].y", "\x00"},
	} {
		f.Add(one[0], one[1], false)
		f.Add(one[0], one[1], true)
	}
	op, _ := apispec.Find("createCampaign")
	f.Fuzz(func(t *testing.T, name, value string, typed bool) {
		if typed && strings.HasPrefix(value, "@") {
			return
		}
		one := name + "=" + value
		if typed {
			one = ":" + one
		}
		c := call("POST "+campaigns, one)
		if err := c.Prepare(); err != nil {
			var misuse *usage.Error
			if !errors.As(err, &misuse) {
				t.Fatalf("%q: %v", one, err)
			}
			return
		}
		body := apicmd.BodyOf(c)
		if !json.Valid(body) {
			t.Fatalf("%q makes %q", one, body)
		}
		again := &apicmd.Call{Operation: op, Input: "-", Stdin: bytes.NewReader(body), Fields: []string{"accountId=1", "dialGroupId=5"}, PageSize: 100}
		if err := again.Prepare(); err != nil || !bytes.Equal(apicmd.BodyOf(again), body) {
			t.Fatalf("%q makes %s, which is refused: %v", one, body, err)
		}
	})
}
