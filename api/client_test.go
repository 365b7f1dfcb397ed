package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/api"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// network is one without a wire, so that time can be virtual.
type network func(*http.Request) (*http.Response, error)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) { return n(r) }

func response(status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

func over(n network) *api.Client { return api.New(&http.Client{Transport: n}, "") }

// busy refuses so many requests with status 429, and notes when they came.
type busy struct {
	refusals int
	header   []string
	at       []time.Duration
	bodies   []string
	start    time.Time
}

func (b *busy) RoundTrip(r *http.Request) (*http.Response, error) {
	b.at = append(b.at, time.Since(b.start))
	if r.Body != nil {
		data, _ := io.ReadAll(r.Body)
		b.bodies = append(b.bodies, string(data))
	}
	if len(b.at) <= b.refusals {
		return response(429, "rate", b.header...), nil
	}
	return response(200, `{"userId":5}`), nil
}

func TestStatus429IsWaitedOutWhereTheCallMayBeRepeated(t *testing.T) {
	calls := map[string]struct {
		call    func(context.Context, *api.Client) error
		repeats bool
	}{
		"a read": {func(ctx context.Context, c *api.Client) error { _, err := c.Users.Get(ctx, 5); return err }, true},
		"a PUT": {func(ctx context.Context, c *api.Client) error {
			_, err := c.Users.Update(ctx, 5, api.AdminUserRequest{UserName: "a"})
			return err
		}, true},
		"a search by POST": {func(ctx context.Context, c *api.Client) error {
			_, err := c.Account("1").Leads.Search(ctx, api.CampaignLeadSearchCriteria{}, api.LeadsSearchOptions{})
			if err != nil && !strings.Contains(err.Error(), "429") {
				err = nil // the answer is no list
			}
			return err
		}, true},
		"a creation": {func(ctx context.Context, c *api.Client) error {
			_, err := c.Users.Create(ctx, api.AdminUserRequest{}, api.UsersCreateOptions{})
			return err
		}, false},
		"an action by PUT": {func(ctx context.Context, c *api.Client) error {
			_, err := c.Account("1").Leads.Act(ctx, api.LeadActionPauseLeads, api.LeadManagerRequest{})
			return err
		}, false},
		"an upload": {func(ctx context.Context, c *api.Client) error {
			_, err := c.Account("1").Leads.SearchByPhoneList(ctx, &api.File{Content: strings.NewReader("1")}, api.LeadsSearchByPhoneListOptions{})
			return err
		}, false},
		"what is not described": {func(ctx context.Context, c *api.Client) error { return c.Do(ctx, "POST", "/x", nil, nil) }, false},
		"a read of what is not": {func(ctx context.Context, c *api.Client) error { return c.Do(ctx, "GET", "/x", nil, nil) }, true},
	}
	for name, c := range calls {
		synctest.Test(t, func(t *testing.T) {
			b := &busy{refusals: 2, header: []string{"Retry-After", "7"}, start: time.Now()}
			err := c.call(t.Context(), api.New(&http.Client{Transport: b}, ""))
			var refused *api.Error
			switch {
			case !c.repeats && (!errors.As(err, &refused) || refused.Status != 429 || refused.RetryAfter != 7*time.Second || len(b.at) != 1):
				t.Errorf("%s was sent at %v: %v", name, b.at, err)
			case c.repeats && (err != nil || fmt.Sprint(b.at) != "[0s 7s 14s]"):
				t.Errorf("%s was sent at %v: %v", name, b.at, err)
			}
			for _, body := range b.bodies {
				if body != b.bodies[0] {
					t.Errorf("%s was sent with %q", name, b.bodies)
				}
			}
		})
	}
}

func TestOperationsAreRepeatedOnlyIfTheirDescriptionSaysThatTheyReadOrSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &busy{refusals: 1 << 20, header: []string{"Retry-After", "1"}}
		c := api.New(&http.Client{Transport: b}, "")
		acts := 0
		for _, op := range offered() {
			var body *apispec.Body
			want := 5
			if len(op.Bodies) > 0 {
				body = &op.Bodies[0]
			}
			if op.Effect == apispec.Acts || body != nil && body.Type.Name == "file" {
				want = 1
				acts++
			}
			b.at, b.start = nil, time.Now()
			m := methodOf(t, c, op.Section, op.Name)
			m.Call(plan(t, op, body, m, false).args)
			if len(b.at) != want {
				t.Errorf("%s was sent %d times", op.ID, len(b.at))
			}
		}
		if acts < 90 {
			t.Errorf("only %d operations act", acts)
		}
	})
}

func TestWaitsForStatus429HaveAnEnd(t *testing.T) {
	get := func(ctx context.Context, b *busy) error {
		_, err := api.New(&http.Client{Transport: b}, "").Users.Get(ctx, 5)
		return err
	}
	for name, c := range map[string]struct {
		busy    busy
		timeout time.Duration
		want    string // when requests were sent
	}{
		"without a header":       {busy{refusals: 99}, time.Hour, "[0s 1s 3s 7s 15s]"},
		"a date":                 {busy{refusals: 1, header: []string{"Retry-After", "Sat, 01 Jan 2000 00:00:09 GMT"}}, time.Hour, "[0s 9s]"},
		"longer than is waited":  {busy{refusals: 1, header: []string{"Retry-After", "301"}}, time.Hour, "[0s]"},
		"longer than numbers go": {busy{refusals: 1, header: []string{"Retry-After", "99999999999999"}}, time.Hour, "[0s]"},
		"longer than any number": {busy{refusals: 1, header: []string{"Retry-After", "99999999999999999999999"}}, time.Hour, "[0s]"},
		"longer than there is":   {busy{refusals: 1, header: []string{"Retry-After", "7"}}, 5 * time.Second, "[0s]"},
		"nonsense and a default": {busy{refusals: 1, header: []string{"Retry-After", "soon"}}, time.Hour, "[0s 1s]"},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), c.timeout)
			defer cancel()
			c.busy.start = time.Now()
			err := get(ctx, &c.busy)
			if got := fmt.Sprint(c.busy.at); got != c.want {
				t.Errorf("%s: sent at %s", name, got)
			}
			if c.busy.refusals >= len(c.busy.at) && !strings.Contains(err.Error(), "429") {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2*time.Second, cancel)
		b := &busy{refusals: 1, header: []string{"Retry-After", "60"}, start: time.Now()}
		if err := get(ctx, b); !errors.Is(err, context.Canceled) || time.Since(b.start) != 2*time.Second {
			t.Errorf("after %v: %v", time.Since(b.start), err)
		}
	})
}

func TestErrorsTellWhatWasRefused(t *testing.T) {
	r := record(t)
	r.status, r.answer = 400, `{"errorCode":"active.calls.agent.not.logged.in","generalMessage":"The supplied data is not valid",`+
		`"details":"Unable to make call:\nnot logged in","validationErrors":[{"attributeName":"userName","message":"is taken","value":"ann"}]}`
	_, err := r.client().Users.Get(t.Context(), 5)
	const want = "api: GET /voice/api/v1/admin/users/5: 400 Bad Request: active.calls.agent.not.logged.in: The supplied data is not valid: " +
		"Unable to make call: not logged in; userName: is taken"
	var refused *api.Error
	if err == nil || err.Error() != want || !errors.As(err, &refused) || len(refused.Invalid) != 1 {
		t.Errorf("%v", err)
	}
	for body, message := range map[string]string{
		"Jwt is expired": "Jwt is expired", `"EvPlatform not found"`: `"EvPlatform not found"`, "": "", "{": "", `{"message":5}`: "", `{"message":"gone"}`: "gone",
	} {
		r.answer = body
		if _, err := r.client().Users.Get(t.Context(), 5); !errors.As(err, &refused) || refused.Message != message {
			t.Errorf("%q is %v", body, err)
		}
	}
	r.contentType, r.answer = "text/html", "<html>a page</html>"
	if _, err := r.client().Users.Get(t.Context(), 5); strings.Contains(err.Error(), "page") {
		t.Error(err)
	}
}

// TestNoErrorHasASecret lets the server say all that it was sent, and the network too.
func TestNoErrorHasASecret(t *testing.T) {
	const secret = "s3cr3t of+ours"
	echo := func(r *http.Request) (*http.Response, error) {
		body := ""
		if r.Body != nil {
			data, _ := io.ReadAll(r.Body)
			body = string(data)
		}
		said := strings.ReplaceAll(r.URL.String()+" "+body, `"`, "'")
		return response(400, `{"generalMessage":"`+said+`","details":"`+said+`"}`), nil
	}
	broken := func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") }
	for name, n := range map[string]network{"refused": echo, "no network": broken} {
		c := over(n)
		_, err := c.APITokens.Delete(t.Context(), secret)
		calls := []error{err}
		_, err = c.Account("1").Agents.Create(t.Context(), 5, api.AgentRequest{Password: secret, Username: "shown"})
		calls = append(calls, err)
		for _, err := range calls {
			if err == nil || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("%s: %v", name, err)
			}
			if err != nil && name == "refused" && !strings.Contains(err.Error(), "(secret)") {
				t.Errorf("the server did not say the secret: %v", err)
			}
		}
	}
}

func TestWhatCannotBePartOfAPathIsNotSent(t *testing.T) {
	r := record(t)
	c := r.client()
	for _, id := range []string{"", ".", "..", "a/b", `a\b`} {
		if _, err := c.Account(id).AgentGroups.List(t.Context(), api.AgentGroupsListOptions{}); err == nil || r.requests > 0 {
			t.Errorf("account %q: %v", id, err)
		}
	}
	r.answer = "[]"
	if _, err := c.Account("1 ?#%2f").AgentGroups.List(t.Context(), api.AgentGroupsListOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := r.request.RequestURI; got != "/voice/api/v1/admin/accounts/1%20%3F%23%252f/agentGroups" {
		t.Error(got)
	}
}

func TestWhatIsNotDescribedCanBeCalled(t *testing.T) {
	r := record(t)
	r.answer = `{"userId":5,"x":1}`
	var u api.User
	if err := r.client().Do(t.Context(), "PUT", "/voice/x%20y?a=1&b=2", map[string]any{"z": 1}, &u); err != nil || u.UserID != 5 {
		t.Fatal(err)
	}
	if got := r.request.Method + " " + r.request.RequestURI + " " + r.body; got != `PUT /voice/x%20y?a=1&b=2 {"z":1}` || marshal(t, u) != r.answer {
		t.Error(got, marshal(t, u))
	}
	for _, path := range []string{"voice", "/voice#a", "/voice?a=b#c", "/a\nb"} {
		if err := r.client().Do(t.Context(), "GET", path, nil, nil); err == nil || r.requests != 1 || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q was called: %v", path, err)
		}
	}
	if err := api.New(nil, r.URL+"/?x=1").Do(t.Context(), "GET", "/voice", nil, nil); err == nil || r.requests != 1 {
		t.Errorf("an address with a query was called: %v", err)
	}
	if err := r.client().Do(t.Context(), "POST", "/file", &api.File{Name: "a.csv", Content: strings.NewReader("x,y")}, nil); err != nil || !strings.Contains(r.body, "x,y") {
		t.Errorf("a file was sent as %q: %v", r.body, err)
	}
	var d api.Download
	if err := r.client().Do(t.Context(), "GET", "/file", nil, &d); err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(d); err != nil || string(data) != r.answer || d.Close() != nil {
		t.Errorf("%s %v", data, err)
	}
}

func TestProductionIsCalledUnlessAnotherHostIsNamed(t *testing.T) {
	for base, want := range map[string]string{
		"": "https://ringcx.ringcentral.com/voice/api/v1/admin/users/5", "http://127.0.0.1:8080/": "http://127.0.0.1:8080/voice/api/v1/admin/users/5",
	} {
		var got string
		c := api.New(&http.Client{Transport: network(func(r *http.Request) (*http.Response, error) {
			got = r.URL.String()
			return response(200, `{"userId":5}`), nil
		})}, base)
		if _, err := c.Users.Get(t.Context(), 5); err != nil || got != want {
			t.Errorf("%q calls %s: %v", base, got, err)
		}
	}
}

func TestAnAnswerOfAnotherFormIsAnError(t *testing.T) {
	r := record(t)
	for _, answer := range []string{"[]", "5", "<html>", `{"a":`, "true"} {
		r.answer = answer
		if u, err := r.client().Users.Get(t.Context(), 5); err == nil {
			t.Errorf("%s is %v", answer, u)
		}
	}
	for answer, want := range map[string]bool{"": true, "true": true, "false": false, `"true"`: true} {
		r.answer = answer
		if got, err := r.client().Users.SetActive(t.Context(), 5, api.ActiveState{}); err != nil || got != want {
			t.Errorf("%q is %t: %v", answer, got, err)
		}
	}
}

func TestAFileThatCannotBeReadFailsItsUpload(t *testing.T) {
	r := record(t)
	broken := errors.New("the disk is gone")
	_, err := r.client().Account("1").Leads.PreviewFile(t.Context(), 7, api.LeadFileTypeComma, &api.File{Content: iotest.ErrReader(broken)}, api.LeadsPreviewFileOptions{})
	if !errors.Is(err, broken) {
		t.Error(err)
	}
}
