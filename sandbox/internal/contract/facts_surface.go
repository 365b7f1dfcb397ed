package contract

import "time"

var identityFacts = []fact{
	{
		says:      "`scope` of the authorize request may hold `openid`, `email` and `profile`; `nonce` comes back in the `id_token`",
		certainty: documented, sources: "D",
	},
	{
		says:      "`id_token` (RS256, by a key of `/restapi/oauth/jwks`) comes with the answer to a code, if `openid` was asked for",
		certainty: documented, sources: "D",
	},
	{
		says:      "Its claims: `iss`, `sub` (the user), `aud` (the app), `exp`, `iat`, `auth_time`, `jti`, `nonce`, `account_id`; `email` and `email_verified`, `given_name` and `family_name`",
		certainty: documented, sources: "D",
	},
	{
		says: "The last four come with the scopes `email` and `profile` only", certainty: assumed, note: ", after OpenID Connect",
		fixed: "a client that asks for what it reads notices nothing",
	},
	{
		says: "It lives {}", certainty: assumed, note: ", like the access token beside it",
		setting: lasting("idTokenTTL", time.Hour, time.Second, Day, func(r *Rules) *time.Duration { return &r.IDTokenTTL }),
	},
	{
		says: "A refresh brings none, and the three scopes are no permissions: they stand in no answer, and narrow nothing", certainty: assumed,
		fixed: "the scope of an answer is documented as the app's permissions",
	},
	{says: "User info says the same, without being asked for scopes", certainty: documented, sources: "D"},
}

var surfaceFacts = []fact{
	{
		says:      "`GET /.well-known/entry-points/initial?clientId=…` before a login and `…/external` with its token: where the servers are; the second says `Discovery-Tag`",
		certainty: observed, sources: "E",
	},
	{
		says: "Of the vendor's other products only video is named there, which its SDK cannot do without; and nothing listens at that address", certainty: assumed,
		fixed: "the sandbox has no other products",
	},
	{
		says: "An app that does not exist: 400 CMN-101", certainty: assumed,
		fixed: "no client that works asks for one",
	},
	{
		says:      "`discovery=true` in an authorize request brings `token_uri` and `discovery_uri` with the code",
		certainty: observed, sources: "E",
	},
	{
		says:      "`POST /restapi/oauth/wstoken`: `uri`, `ws_access_token`, `expires_in` (60); needs the permission WebSocket, which the console calls WebSocketsSubscriptions. Nothing listens at the address",
		certainty: documented | observed, sources: "D, E",
	},
	{
		says:      "`POST /restapi/oauth/introspect`, for apps with the permission Interoperability: `active`, `scope`, `client_id`, `token_type`, `exp`, `iat`, `sub`, `account_id`, `session_id`",
		certainty: observed, note: " in the vendor's SDK until July 2024", sources: "E",
	},
	{
		says: "… it knows access tokens only, says `{\"active\":false}` of all others, and to ask is a use", certainty: assumed, note: ", after RFC 7662",
		fixed: "who asks got the token from somebody who uses it",
	},
	{
		says:      "`GET /restapi/oauth/session-info`: `client_id`, `scope`, `sub`, `account_id`, `session_id`; when the session ends only where that is limited, which no account of the sandbox does",
		certainty: observed, note: " in the vendor's SDK until July 2024", sources: "E",
	},
	{
		says:      "`GET /restapi/v1.0/client-info`: how the platform sees the app. The vendor's SDK finds out by it whether somebody is logged in",
		certainty: observed, sources: "E",
	},
	{
		says: "… it needs no permission, and belongs to the group Light", certainty: assumed,
		fixed: "the vendor's SDK asks for it in every app",
	},
	{
		says:      "`GET …/extension/~/authz-profile` and `…/authz-profile/check?permissionId=…`: what a user may do; needs the permission Read Accounts",
		certainty: documented, sources: "D",
	},
	{
		says: "… which asks for no permission of the user", certainty: assumed,
		fixed: "a program learns from it what it may do",
	},
	{
		says:      "A call needs a permission of the app and one of the user, who has those of a role: the account `ReadCompanyInfo`, the extension `ReadExtensions`",
		certainty: documented, sources: "C, D",
	},
	{
		says:      "A user without it: 403 CMN-408, \"In order to call this API endpoint, user needs to have [ReadCompanyInfo] permission\"",
		certainty: documented, note: "; the envelope is that of CMN-401, assumed", sources: "C",
	},
	{
		says: "… after the app: an app without its permission is told CMN-401, whoever the user is", certainty: assumed,
		fixed: "either way both have to be put right",
	},
	{
		says:      "`roles` of the extension names the role: 1 is Super Admin, 5 is Standard",
		certainty: documented, note: " are the roles, assumed their ids", sources: "D",
	},
	{
		says: "What the roles give: eight permissions to a Super Admin, six to a Standard user, and to one without API access the use of apps alone", certainty: assumed,
		fixed: "the vendor has hundreds, and every account makes roles of its own",
	},
	{
		says: "`GET …/account/~/extension` lists the extensions of the account, for the permissions Read Accounts and `ReadExtensions`: `records`, " +
			"`paging`, `navigation`; `page` from 1, `perPage` 100; `extensionNumber`, `email`, `type` and `status` choose",
		certainty: documented, sources: "D",
	},
	{
		says:      "`GET …/extension/~/presence` and, for all, `…/account/~/presence`, for the permissions Read Presence and `ReadPresenceStatus`",
		certainty: documented, sources: "D",
	},
	{
		says: "… everybody is available and on no call; who is disabled is offline. `perPage` has at most 1000; a page behind the last is empty", certainty: assumed,
		fixed: "nobody calls in the sandbox",
	},
}

var originFacts = []fact{
	{
		says:      "Every answer of the platform says `Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers`",
		certainty: observed, sources: "F",
	},
	{
		says:      "`Access-Control-Expose-Headers` does not name `Retry-After`: a page cannot read how long it has to wait",
		certainty: observed, sources: "E",
	},
	{
		says:  "Pages of every origin may call both vendors, without cookies (`Access-Control-Allow-Origin: *`); which other headers they may read",
		fixed: "single-page apps work at the vendor, or they would not be one of its kinds of apps", certainty: assumed,
	},
	{
		says: "A preflight counts against no limit, and may be remembered for half an hour", certainty: assumed,
		fixed: "it says nothing of whom it is for",
	},
	{
		says: "The sign-in pages, the sandbox's control plane and its console are closed to other origins", certainty: assumed,
		fixed: "a page from anywhere could steer the sandbox otherwise",
	},
}
