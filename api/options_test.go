package api_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ringcx-go/ringcx/api"
)

func TestAnOptionThatIsZeroIsLeftOutUnlessZeroIsToBeSent(t *testing.T) {
	var asked []string
	client := api.New(&http.Client{Transport: network(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r.URL.RawQuery)
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("true"))}, nil
	})}, "")
	for _, reassign := range []int{0, 7, api.Zero} {
		if err := client.Users.Delete(t.Context(), 5, api.UsersDeleteOptions{ReassignUserID: reassign}); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"", "reassignUserId=7", "reassignUserId=0"}; !slices.Equal(asked, want) {
		t.Errorf("asked %q", asked)
	}
}

func TestADeletionIsDoneIfTheAnswerSaysSoOrIsWhatWasDeleted(t *testing.T) {
	r := record(t)
	tags := r.client().Account(account).DNCLists
	for answer, want := range map[string]bool{"true": true, "false": false, "": true, `"true"`: true, `{"dncTagId":7,"tag":"a"}`: true, `{"id":"7"}`: true} {
		r.answer = answer
		if got, err := tags.DeleteTag(t.Context(), 7); err != nil || got != want {
			t.Errorf("%q: %v, %v", answer, got, err)
		}
	}
	for answer, want := range map[string]string{
		`{"success":false,"message":"cannot be deleted"}`: "cannot be deleted", `{"status":"ERROR","error":"in use"}`: "in use",
		`{"errorCode":500,"message":"no"}`: "500", `{"error":{"code":"x","message":"y"}}`: "x: y", `[]`: "does not say", `{}`: "does not say",
		`{"dncTagId":8}`: "does not say", `{"deleted":7}`: "does not say",
	} {
		r.answer = answer
		if got, err := tags.DeleteTag(t.Context(), 7); got || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v", answer, got, err)
		}
		err := r.client().Users.Delete(t.Context(), 7, api.UsersDeleteOptions{}) // whose answer is not described
		if (err != nil) != (want != "does not say") {
			t.Errorf("%q: %v", answer, err)
		}
	}
	r.answer = `{"valid":false}` // a question is answered, or it is not
	if got, err := r.client().SignIn.IsTokenValid(t.Context(), "t"); err == nil {
		t.Errorf("an object is taken for %v", got)
	}
}

func TestAListInAFieldIsReadPageAfterPage(t *testing.T) {
	pages := []string{`{"records":[{"authConfigId":"a"},{"authConfigId":"b"}]}`, `{"records":[{"authConfigId":"c"}],"more":1}`, `{}`}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.FormValue("page"))
		_, _ = io.WriteString(w, pages[page])
	}))
	defer server.Close()
	var ids []string
	configs := api.New(server.Client(), server.URL).Account(account).AuthConfigs
	for c, err := range configs.ListAll(t.Context(), api.AuthConfigsListOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, c.AuthConfigID)
	}
	if !slices.Equal(ids, []string{"a", "b", "c"}) {
		t.Errorf("read %q", ids)
	}
}

func TestEachPageOfASearchByAFileIsAskedForWithTheFile(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, _, err := r.FormFile("file")
		if err != nil {
			t.Error(err)
			return
		}
		text, err := io.ReadAll(file)
		asked = append(asked, r.URL.Query().Get("page")+" "+string(text))
		if err != nil || len(asked) == 3 {
			_, _ = io.WriteString(w, "[]")
			return
		}
		_, _ = io.WriteString(w, `[{"leadId":`+strconv.Itoa(len(asked))+`}]`)
	}))
	defer server.Close()
	leads := api.New(server.Client(), server.URL).Account(account).Leads
	n := 0
	for lead, err := range leads.SearchByPhoneListAll(t.Context(), &api.File{Content: strings.NewReader("555\n")}, api.LeadsSearchByPhoneListOptions{}) {
		if n++; err != nil || lead.LeadID != n {
			t.Fatal(lead.LeadID, err)
		}
	}
	if want := []string{" 555\n", "1 555\n", "2 555\n"}; n != 2 || !slices.Equal(asked, want) {
		t.Errorf("asked %q", asked)
	}
	broken := errors.New("the disk is gone")
	for _, err := range leads.SearchByPhoneListAll(t.Context(), &api.File{Content: iotest.ErrReader(broken)}, api.LeadsSearchByPhoneListOptions{}) {
		if !errors.Is(err, broken) {
			t.Error(err)
		}
	}
	if len(asked) != 3 {
		t.Error("a file that cannot be read is sent")
	}
}
