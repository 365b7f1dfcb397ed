package apicmd_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apicmd"
)

// listed are the rows of a list, and the requests that got them.
func listed(t *testing.T, size int, key string, answer func(page string) string) (rows, asked []string, err error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		fmt.Fprint(w, answer(r.URL.Query().Get("page")))
	}))
	defer server.Close()
	err = (&apicmd.Lister{Client: server.Client()}).Each(t.Context(), server.URL+"/x?flatten=true", size, key, func(page []json.RawMessage) error {
		for _, row := range page {
			rows = append(rows, string(row))
		}
		return nil
	})
	return rows, asked, err
}

func TestAListIsAskedForPagesOnlyWhereItsDescriptionHasThem(t *testing.T) {
	many := "[" + strings.Repeat(`{"id":1},`, 200) + `{"id":2}]`
	rows, asked, err := listed(t, 0, "id", func(string) string { return many })
	if err != nil || len(rows) != 201 || !slices.Equal(asked, []string{"/x?flatten=true"}) {
		t.Errorf("%d rows with %q (%v)", len(rows), asked, err)
	}
	if _, asked, _ := listed(t, 100, "id", func(string) string { return many }); len(asked) < 2 || !strings.Contains(asked[0], "maxRows=100") { // the control
		t.Errorf("a list with pages was asked for with %q", asked)
	}
}

func TestRowsOfPagesAreToldApartByTheirKey(t *testing.T) {
	pages := map[string]string{
		"0": `[{"id":1,"calls":1},{"id":2,"calls":1}]`, "1": `[{"id":2,"calls":2},{"id":3,"calls":1}]`,
		"2": `[{"calls":1},{"calls":1}]`, "3": `[{"calls":1},{"id":null,"calls":7}]`, "4": "[]",
	}
	for key, want := range map[string]string{
		"id": `{"id":1,"calls":1} {"id":2,"calls":1} {"id":3,"calls":1} {"calls":1} {"calls":1} {"id":null,"calls":7}`,
		"":   `{"id":1,"calls":1} {"id":2,"calls":1} {"id":2,"calls":2} {"id":3,"calls":1} {"calls":1} {"calls":1} {"id":null,"calls":7}`, // the control
	} {
		rows, _, err := listed(t, 2, key, func(page string) string { return pages[page] })
		if got := strings.Join(rows, " "); err != nil || got != want {
			t.Errorf("key %q: %s (%v), want %s", key, got, err, want)
		}
	}
}

func TestAnErrorInPlaceOfAListSaysWhatTheVendorSays(t *testing.T) {
	_, _, err := listed(t, 0, "", func(string) string { return `{"errorCode":"x.y","generalMessage":"no list today"}` })
	if err == nil || !strings.Contains(err.Error(), "x.y no list today") {
		t.Error(err)
	}
}
