package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// profile is the vendor as one state of its documentation describes it: the table with other values.
type profile struct {
	Name   string            `json:"name"`
	Says   string            `json:"says"`
	Values map[string]string `json:"values"` // never null
}

// DefaultProfile is the vendor as it is documented today.
const DefaultProfile = "ringcx"

// profiles are those that a server can be started with.
var profiles = []profile{
	{DefaultProfile, "as documented today, at ringcx.ringcentral.com", map[string]string{}},
	{
		"engage", "as documented earlier, at engage.ringcentral.com: without limits on exchanges and on RingCX reads, which were " +
			"first written down in June and July 2026; with token requests counted by app and user, as before the notice of " +
			"2025/26; and without grace for a used refresh token, as in the API reference before the guide of March 2025",
		map[string]string{
			"exchangeLimit": "0", "apiLimit": "0", "authLimitCountedBy": ByAppAndUser, "graceAfterUse": "0s", "graceUnused": "0s",
		},
	},
}

// ForProfile gives the defaults with the values of a profile. The error says which profiles there are.
func ForProfile(name string) (*Rules, error) {
	r := Defaults()
	i := slices.IndexFunc(profiles, func(p profile) bool { return p.Name == name })
	if i < 0 {
		names := make([]string, 0, len(profiles))
		for _, p := range profiles {
			names = append(names, p.Name)
		}
		return nil, fmt.Errorf("there is no profile %q; there are %s", wording.Clip(name), strings.Join(names, " and "))
	}
	return &r, r.Apply(profiles[i].Values)
}
