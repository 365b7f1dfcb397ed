package contract

import "time"

// Values of ringcxRefreshReuse: what becomes of a RingCX refresh token that was used before.
const (
	ReuseReject = "reject"
	ReuseRevoke = "revoke-family"
	ReuseAccept = "accept"
)

var accessFacts = []fact{
	{
		says: "It lives {} and is a JWT with `exp`", certainty: documented | observed, sources: "A, E",
		setting: lasting("ringcxTokenTTL", 5*time.Minute, time.Second, Year, func(r *Rules) *time.Duration { return &r.RingCXTokenTTL }),
	},
	{
		says: "It also has `iat`", certainty: assumed, note: "; without it the SDK takes five minutes",
		setting: deciding("ringcxIssuedAt", true, func(r *Rules) *bool { return &r.RingCXIssuedAt }),
	},
	{
		says: "Its signature: ES256, RS256 or EdDSA", certainty: assumed, note: "; the SDK does not look",
		fixed: "the key is made at the start: `ringcx sandbox --algorithm`",
	},
	{
		says: "Its issuer `iss` is {}", certainty: assumed, note: "; the SDK does not look",
		setting: saying("ringcxIssuer", "https://ringcx-sandbox.invalid", func(r *Rules) *string { return &r.RingCXIssuer }),
	},
	{
		says: "Its audience `aud` is {}", certainty: assumed, note: "; the SDK does not look",
		setting: saying("ringcxAudience", "ringcx", func(r *Rules) *string { return &r.RingCXAudience }),
	},
	{
		says:      "`plat` is the platform id; `lapp` says where the sign-in was: ADMIN, AGENT, ANALYTICS; `xauth` is an X-Auth-Token",
		certainty: observed, sources: "E",
	},
	{
		says: "`xauth` is a token like that of a legacy login, for one hour; each refresh is a use of it", certainty: observed | assumed,
		note: ": that it is there is observed", sources: "E",
		setting: deciding("ringcxXauthClaim", true, func(r *Rules) *bool { return &r.XAuthClaim }),
	},
	{
		says: "Clock skew granted when its end is checked: {}", certainty: assumed,
		setting: lasting("ringcxClockSkew", 0, 0, time.Hour, func(r *Rules) *time.Duration { return &r.RingCXClockSkew }),
	},
	{
		says: "It works until it ends, also after logout; it cannot be revoked", certainty: assumed,
		setting: deciding("ringcxLogoutEndsAccess", false, func(r *Rules) *bool { return &r.RingCXLogoutEndsAccess }),
	},
	{
		says: "RingCX tokens outlive the RingCentral session they came from", certainty: assumed,
		setting: deciding("sessionEndTakesRingcx", false, func(r *Rules) *bool { return &r.SessionEndTakesRingCX }),
	},
}

var refreshFacts = []fact{
	{
		says:      "Form with `refresh_token`; the answer is that of the exchange with a new `refreshToken`, to be saved for the next time",
		certainty: documented, sources: "A",
	},
	{says: "The same in the query", certainty: observed, sources: "B (internal part)"},
	{
		says: "The old refresh token is dead at once, and using it again harms nobody else; or that ends everything of the same " +
			"sign-in; or it goes on working",
		certainty: assumed, note: "; the SDK never sends one twice",
		setting: choosing("ringcxRefreshReuse", func(r *Rules) *string { return &r.RingCXRefreshReuse }, ReuseReject, ReuseRevoke, ReuseAccept),
	},
	{
		says: "A refresh token lives {}", certainty: assumed,
		setting: lasting("ringcxRefreshTTL", 7*Day, time.Second, Year, func(r *Rules) *time.Duration { return &r.RingCXRefreshTTL }),
	},
	{
		says: "The answer to a token that is not valid: {} with a JSON error", certainty: assumed,
		setting: status("ringcxRefreshStatus", 401, func(r *Rules) *int { return &r.RingCXRefreshStatus }),
	},
	{
		says: "`DELETE /api/auth/logout/{refreshToken}` ends a refresh token", certainty: documented, sources: "B (internal part)",
	},
	{
		says: "… and answers {} for one that is unknown", certainty: assumed,
		setting: counting("ringcxLogoutStatus", 401, 200, 599, func(r *Rules) *int { return &r.RingCXLogoutStatus }),
	},
	{
		says: "Logout, `token/validate` and `password/requestreset` answer the text {}", certainty: documented | assumed,
		note: ": that it is a text is documented", sources: "B",
		setting: saying("ringcxDoneText", "true", func(r *Rules) *string { return &r.RingCXDoneText }),
	},
}
