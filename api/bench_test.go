package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/api"
)

// plainUser is a user as a program without this package would have it, with the fields of [api.User].
type plainUser struct {
	Children                []plainUser `json:"children"`
	CreationDate            string      `json:"creationDate"`
	Email                   string      `json:"email"`
	Enabled                 bool        `json:"enabled"`
	EngageUserName          string      `json:"engageUserName"`
	EnvID                   string      `json:"envID"`
	FirstName               string      `json:"firstName"`
	FullName                string      `json:"fullName"`
	LastName                string      `json:"lastName"`
	ParentPath              string      `json:"parentPath"`
	PhoneNumber             string      `json:"phoneNumber"`
	PhoneNumberE164         string      `json:"phoneNumberE164"`
	PhoneNumbersI18nEnabled bool        `json:"phoneNumbersI18nEnabled"`
	RCAccountID             string      `json:"rcAccountId"`
	RCUserID                int64       `json:"rcUserId"`
	RegionalSettings        struct {
		CountryName  string `json:"countryName"`
		TimezoneName string `json:"timezoneName"`
	} `json:"regionalSettings"`
	Roles           []string `json:"roles"`
	RootUser        bool     `json:"rootUser"`
	UserID          int      `json:"userId"`
	UserManagedByRC bool     `json:"userManagedByRC"`
	UserName        string   `json:"userName"`
}

// BenchmarkUsers reads a list of 100 users as programs without this package do, and with it; the third changes and writes them too.
func BenchmarkUsers(b *testing.B) {
	var list []string
	for i := range 100 {
		list = append(list, fmt.Sprintf(`{"children":[],"creationDate":"2026-01-31T08:30:00.000+0000","email":"ann.%d@example.com","enabled":true,`+
			`"firstName":"Ann","fullName":"Ann Example %d","lastName":"Example","parentPath":"/1/2/%d","phoneNumber":"5551230%d","rcAccountId":"15300002",`+
			`"rcUserId":63000%d,"regionalSettings":{"countryName":"USA","timezoneName":"US/Eastern"},"roles":["USER","MANAGE_USERS"],"rootUser":false,`+
			`"userId":%d,"userManagedByRC":true,"userName":"ann.%d@example.com","permissions":[],"laterField":{"a":1}}`, i, i, i, i, i, i, i))
	}
	body := "[" + strings.Join(list, ",") + "]"
	client := &http.Client{Transport: network(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
	})}
	users := api.New(client, "").Users
	b.Run("encoding-json", func(b *testing.B) {
		for b.Loop() {
			req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, api.Production+"/voice/api/v1/admin/users", nil)
			if err != nil {
				b.Fatal(err)
			}
			resp, err := client.Do(req)
			if err != nil {
				b.Fatal(err)
			}
			var all []plainUser
			if err := json.NewDecoder(resp.Body).Decode(&all); err != nil || len(all) != 100 {
				b.Fatal(err)
			}
			_ = resp.Body.Close()
		}
	})
	b.Run("api", func(b *testing.B) {
		for b.Loop() {
			if all, err := users.List(b.Context(), api.UsersListOptions{}); err != nil || len(all) != 100 || all[0].CreationDate.IsZero() {
				b.Fatal(err)
			}
		}
	})
	b.Run("api-written", func(b *testing.B) {
		all, err := users.List(b.Context(), api.UsersListOptions{})
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			all[7].CreationDate = all[7].CreationDate.Add(time.Second)
			if _, err := api.As[[]api.User](all); err != nil {
				b.Fatal(err)
			}
		}
	})
}
