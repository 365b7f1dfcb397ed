package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// A test mounts the vendors, points its client at them, and moves their clock.
func Example() {
	vendor, err := sandbox.New(&sandbox.Options{TokenTTL: 90 * time.Second})
	if err != nil {
		panic(err)
	}
	web := httptest.NewServer(vendor)
	defer web.Close()

	resp, err := web.Client().Get(web.URL + "/voice/api/v1/admin/accounts")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode == http.StatusUnauthorized)

	vendor.Advance(2 * time.Minute)
	for _, r := range vendor.Requests() {
		fmt.Println(r.Method, r.Path, r.Status, r.Verdicts)
	}
	// Output:
	// true
	// GET /voice/api/v1/admin/accounts 401 []
}
