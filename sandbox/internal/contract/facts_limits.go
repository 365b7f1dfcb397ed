package contract

import "time"

// Bounds of what a limit can be; 0 stands for none.
const mostRequests = 1_000_000

func limiting(name string, initial int, at func(*Rules) *int) *Setting {
	return counting(name, initial, 0, mostRequests, at)
}

// How Retry-After says when to come again.
const (
	RetrySeconds = "seconds"
	RetryDate    = "date"
	RetryAbsent  = "absent"
)

// What requests are counted by.
const (
	ByApp        = "app"
	ByAppAndUser = "app-and-user"
	ByUserAndApp = "user-and-app"
	ByUser       = "user"
	ByAccount    = "account"
)

var limitFacts = []fact{
	{
		says: "Token requests, revocations and user info: {} in a window; 0 is no limit", certainty: documented, sources: "C, D",
		setting: limiting("authLimit", 5, func(r *Rules) *int { return &r.AuthLimit }),
	},
	{
		says: "Account and extension information (group Light): {} in a window, by app and user; 0 is no limit", certainty: documented, sources: "C, D",
		setting: limiting("lightLimit", 50, func(r *Rules) *int { return &r.LightLimit }),
	},
	{
		says: "Permissions of a user and lists of extensions (group Medium): {} in a window, by app and user; 0 is no limit", certainty: documented, sources: "C, D",
		setting: limiting("mediumLimit", 40, func(r *Rules) *int { return &r.MediumLimit }),
	},
	{
		says: "Presence of a whole account (group Heavy): {} in a window, by app and user; 0 is no limit", certainty: documented, sources: "C, D",
		setting: limiting("heavyLimit", 10, func(r *Rules) *int { return &r.HeavyLimit }),
	},
	{
		says: "The window slides, and lasts {}; it is the same for RingCX", certainty: documented, sources: "A, C",
		setting: lasting("limitWindow", time.Minute, time.Second, Day, func(r *Rules) *time.Duration { return &r.LimitWindow }),
	},
	{
		says: "The Auth group is counted by app (the latest notice), or by app and user (the older guide). The SDK keeps the " +
			"stricter one for each of its lineages",
		certainty: documented | differently, sources: "C, H",
		setting: choosing("authLimitCountedBy", func(r *Rules) *string { return &r.AuthLimitCountedBy }, ByApp, ByAppAndUser),
	},
	{
		says: "Penalty of {}, restarted by each request inside it", certainty: documented, sources: "C",
		setting: lasting("limitPenalty", time.Minute, 0, Day, func(r *Rules) *time.Duration { return &r.LimitPenalty }),
	},
	{
		says:      "`X-Rate-Limit-Group`, `-Limit`, `-Remaining`, `-Window`; 429 with the body `{\"errorCode\":\"CMN-301\",…}`",
		certainty: documented | observed, sources: "C, F",
	},
	{
		says: "`Retry-After` with it, in seconds; a date, or none, is possible too", certainty: documented | observed, sources: "C, E, F",
		setting: choosing("platformRetryAfter", func(r *Rules) *string { return &r.PlatformRetryAfter }, RetrySeconds, RetryDate, RetryAbsent),
	},
	{says: "Without `Retry-After`: at least 30 seconds; the vendor's clients take 60", certainty: documented | observed, sources: "C, E"},
	{says: "Failed requests count; those of an unknown client do not", certainty: observed, sources: "F"},
}

var cxLimitFacts = []fact{
	{
		says: "{} exchanges in a window; 0 is no limit", certainty: documented, note: " since June 2026", sources: "A",
		setting: limiting("exchangeLimit", 5, func(r *Rules) *int { return &r.ExchangeLimit }),
	},
	{
		says: "What an exchange is counted by: user and app, app, or account", certainty: assumed,
		setting: choosing("exchangeLimitCountedBy", func(r *Rules) *string { return &r.ExchangeLimitCountedBy }, ByUserAndApp, ByApp, ByAccount),
	},
	{
		says: "An exchange whose RingCentral token is not valid counts for nobody", certainty: assumed,
		fixed: "there is nobody that it could be counted by",
	},
	{
		says: "Penalty of an exchange too many: {}, restarted by each request inside it", certainty: assumed, note: ", as on the platform",
		setting: lasting("ringcxLimitPenalty", time.Minute, 0, Day, func(r *Rules) *time.Duration { return &r.RingCXLimitPenalty }),
	},
	{
		says: "{} refreshes of a RingCX token in a window, by user; 0 is no limit", certainty: assumed,
		note:    ": none is documented. A 429 is obeyed like any other",
		setting: limiting("ringcxRefreshLimit", 0, func(r *Rules) *int { return &r.RingCXRefreshLimit }),
	},
	{
		says: "{} requests in a window (the \"standard\" rate) for users and summaries; 0 is no limit. So also documented, and not " +
			"emulated: active calls, audit logs, transcripts, recordings, real-time data, phone numbers, cloud routing, remote HTTP, " +
			"subscriptions, media control",
		certainty: documented, note: " since July 2026", sources: "A",
		setting: limiting("apiLimit", 120, func(r *Rules) *int { return &r.APILimit }),
	},
	{
		says: "What these are counted by: user or account", certainty: assumed,
		setting: choosing("apiLimitCountedBy", func(r *Rules) *string { return &r.APILimitCountedBy }, ByUser, ByAccount),
	},
	{
		says: "Penalty of one too many of these: {}", certainty: assumed, note: "; recorded once is `Retry-After: 1`", sources: "F",
		setting: lasting("apiLimitPenalty", 0, 0, Day, func(r *Rules) *time.Duration { return &r.APILimitPenalty }),
	},
	{
		says: "The 429 of RingCX is the text `rate`; or its JSON error", certainty: observed, note: " once, on another path", sources: "F",
		setting: choosing("ringcxRateBody", func(r *Rules) *string { return &r.RingCXRateBody }, "text", "json"),
	},
	{
		says:      "`Retry-After` with it: when a request would be let in, in seconds; a date, or none, is possible too",
		certainty: observed, note: " once, as seconds", sources: "F",
		setting: choosing("ringcxRetryAfter", func(r *Rules) *string { return &r.RingCXRetryAfter }, RetrySeconds, RetryDate, RetryAbsent),
	},
	{
		says: "`X-Rate-Limit-…` headers with limited requests, in the group `auth` or `standard`", certainty: assumed, note: ", as on the platform",
		setting: deciding("ringcxLimitHeaders", true, func(r *Rules) *bool { return &r.RingCXLimitHeaders }),
	},
	{
		says: "Logins with a password are not limited; or like exchanges, by user name", certainty: assumed, note: ": no limit is documented",
		setting: deciding("limitPasswordLogins", false, func(r *Rules) *bool { return &r.LimitPasswordLogins }),
	},
}

var errorFacts = []fact{
	{
		says:      "OAuth endpoints: `{\"error\",\"errors\":[{\"errorCode\",\"message\"}],\"error_description\"}`, nearly always with 400",
		certainty: documented | observed, sources: "D, F",
	},
	{says: "API endpoints: `{\"errorCode\",\"message\",\"errors\":[…]}`, or the array alone", certainty: documented | observed, sources: "D, F"},
	{
		says: "The codes with 405 (CMN-120), 413 (CMN-413) and 415 (CMN-415); or CMN-101 for all", certainty: assumed,
		setting: choosing("transportCodes", func(r *Rules) *string { return &r.TransportCodes }, ByStatus, "CMN-101"),
	},
	{says: "`GET /restapi` and `/restapi/v1.0` tell versions without a token; headers name a server (`RoutingKey`)", certainty: observed, sources: "F"},
	{says: "`RCRequestId` in the headers names the request for the vendor's support", certainty: observed, sources: "F"},
	{says: "5xx and timeouts say nothing about the token: repeat later, delete nothing", certainty: documented, sources: "C"},
}
