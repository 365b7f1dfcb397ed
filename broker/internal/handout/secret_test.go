package handout_test

import (
	"net/http"
	"testing"

	"github.com/ringcx-go/ringcx/broker/internal/handout"
)

func TestARequestShowsOneSecretOrIsNotUnderstood(t *testing.T) {
	for _, c := range []struct {
		header http.Header
		secret string
		ok     bool
	}{
		{http.Header{}, "", true},
		{http.Header{"Authorization": {"Bearer k"}}, "k", true},
		{http.Header{"Authorization": {"bearer  k"}}, "k", true},
		{http.Header{"Authorization": {"Basic bmFtZTprJTJGMQ=="}}, "k/1", true},
		{http.Header{"X-Auth-Token": {"k"}}, "k", true},
		{http.Header{"Cookie": {"a=b; access_token=k"}}, "k", true},
		{http.Header{"Authorization": {"Bearer k"}, "X-Auth-Token": {"k"}}, "k", true},
		{http.Header{"Authorization": {"Bearer k"}, "X-Auth-Token": {"l"}}, "", false},
		{http.Header{"Authorization": {"Bearer k", "Bearer l"}}, "", false},
		{http.Header{"X-Auth-Token": {"k", "l"}}, "", false},
		{http.Header{"Authorization": {"Bearer "}}, "", false},
		{http.Header{"Authorization": {"k"}}, "", false},
		{http.Header{"Authorization": {"Basic %%"}}, "", false},
		{http.Header{"Authorization": {"Digest k"}}, "", false},
	} {
		_, secret, ok := handout.Secret(&http.Request{Header: c.header})
		if secret != c.secret || ok != c.ok {
			t.Errorf("%q: %q, %v", c.header, secret, ok)
		}
	}
}
