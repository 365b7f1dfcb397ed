package broker_test

import (
	"net/http"
	"testing"

	"github.com/ringcx-go/ringcx/broker"
)

// respelt are other spellings of /voice/api/v1/admin/users, of paths of account 7 and of what the platform has about credentials, each of
// which some server takes for the usual one.
var respelt = []string{
	"/voice/api/v1/admin/USERS", "/voice/api/V1/admin/users", "/voice/api/v1/admin/%55SERS", "/voice/api/v1/Admin/Users/", "/voice/api/v1/admin/users.json",
	"/voice/api/v1/admin/Users.JSON", "/voice/api/v1/admin/users%20", "/voice/api/v1/admin/%20users", "/voice/api/v1/admin/users.", "/voice/api/v1/admin/users%C2%A0",
	"/voice/api/v1/admin/accounts/07/dialGroups", "/voice/api/v1/admin/accounts/%2B7/dialGroups", "/voice/api/v1/admin/accounts/+7/dialGroups",
	"/voice/api/v1/admin/accounts/%207/dialGroups", "/voice/api/v1/admin/accounts/0x7/dialGroups", "/voice/api/v1/admin/accounts/0X07/dialgroups",
	"/voice/api/v1/admin/accounts/%EF%BC%97/dialGroups", "/voice/api/v1/admin/accounts/7/DialGroups", "/voice/api/v1/admin/accounts/07/DIALGROUPS",
	"/voice/api/v1/admin/accounts/7.json", "/voice/api/v1/admin/accounts/7/dialGroups.xml",
	"/voice/api/v1/admin/accounts/07/undescribed", "/voice/api/v1/admin/accounts/0x7/undescribed.json", "/voice/api/v1/undescribed/%2B007", "/voice/api/v1/undescribed/7.json",
	"/voice/api/v1/admin/accounts/7/realTimeData/agent", "/voice/api/v1/admin/accounts/07/realTimeData/agent",
	"/restapi/v1.0/account/~/device/1/sip-info.json", "/restapi/v1.0/account/~/device/1/SIP-info%20", "/restapi/oauth.json/x", "/restapi/oauth%20/token", "/restapi/oauth./token",
}

func TestNoOtherSpellingOfAPathPassesADenial(t *testing.T) {
	denials := map[string][]broker.Rule{
		"operations": {{Deny: true, Operation: "listAllUsers"}, {Deny: true, Account: "7"}},
		"paths":      {{Deny: true, Path: "/voice/api/v1/admin/users"}, {Deny: true, Path: "/voice/api/v1/admin/accounts/7/**"}, {Deny: true, Path: "/voice/api/v1/undescribed/7"}},
		"spelt":      {{Deny: true, Path: "/voice/api/v1/admin/USERS"}, {Deny: true, Account: "07"}},
	}
	for name, rules := range denials {
		t.Run(name, func(t *testing.T) {
			p, _ := startTapped(t, func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/restapi/oauth/token" || r.URL.Path == "/api/auth/login/rc/accesstoken" {
					return false
				}
				w.WriteHeader(http.StatusNoContent)
				return true
			}, func(o *broker.Options) {
				o.Rules = append(rules, broker.Rule{Path: "/voice/**"}, broker.Rule{Path: "/restapi/**"})
			})
			for _, target := range append(respelt, "/voice/api/v1/admin/users", "/voice/api/v1/admin/accounts/7/dialGroups") {
				if allowed, why := p.broker.May("worker", "", http.MethodGet, target); allowed {
					t.Errorf("%s may: %s", target, why)
				}
				if status := p.raw(t, p.get(target)); !refuses(status) {
					t.Errorf("%s is answered %d", target, status)
				}
			}
			for _, target := range []string{
				"/voice/api/v1/admin/accounts/8/dialGroups", "/voice/api/v1/admin/accounts/70/dialGroups/1", "/voice/api/v1/undescribed/users.json", "/voice/api/v1/undescribed/+15550100",
				"/voice/api/v1/admin/users/1", "/restapi/v1.0/account/~/extension/~/greeting/1.mp3",
			} {
				if allowed, why := p.broker.May("worker", "", http.MethodGet, target); !allowed {
					t.Errorf("%s may not: %s", target, why)
				}
			}
		})
	}
}
