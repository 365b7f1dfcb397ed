package sandbox

// verdictWord is a verdict in other words. docs/sandbox.md has the same.
type verdictWord struct{ Verdict, Meaning, Help string }

// verdictWords are all verdicts, with what each means and what helps.
var verdictWords = []verdictWord{
	{
		verdictReplay,
		"a refresh token came again after it was spent, and after its grace",
		"save the new one before it is used; let one process renew for all",
	},
	{verdictSixth, "over the limit of five: logins of an app, exchanges of a user in an app", "keep tokens until they end; count"},
	{verdictExcess, "over a limit that is larger than five", "spread the calls"},
	{verdictPenalty, "a request before Retry-After was over, which starts the penalty anew", "wait, in all processes"},
	{verdictTokenURL, "a token, assertion or code verifier in a query, where logs and proxies keep it", "send it in a header or a form"},
	{verdictPasswordURL, "a password in a query", "send it in a form"},
	{verdictWrongKind, "the token of the login where that of the exchange belongs", "exchange it first"},
	{verdictSecret, "client_secret in a form; the vendor documents the header", "send client ID and secret as HTTP Basic"},
	{verdictPublicBasic, "the vendor takes it for an unknown client", "send client_id in the form, and no header"},
	{verdictUserAgent, "a request without a name", "send MyApp/1.0"},
	{verdictHeader, "summaries are read with the cookie access_token", "send the cookie"},
	{verdictCodeTwice, "the session that the code gave has ended", "redeem it once; keep what it gave"},
	{verdictPKCE, "an app without a secret sent no code challenge, or no verifier for it", "send both"},
	{
		verdictExchangePolled,
		"four exchanges after one login, by the same User-Agent; the tokens before were used, had most of their life left, and were neither refused nor refreshed: the client exchanges before each call",
		"keep the token",
	},
	{
		verdictLoginPolled,
		"the same with JWT logins of a user in an app, where five are sessions side by side that the vendor allows; a logout ends the series",
		"keep the token",
	},
	{verdictExpiredAgain, "an expired RingCX token for the fifth time, a minute or more after the first", "renew after a 401"},
	{
		verdictPlain,
		"a request to a host of the vendor, or to an HTTPS port, in clear text: the token in it has been shown to everybody on the way",
		"use https",
	},
	{
		verdictOldTLS,
		"assumed: the vendor does not speak it, as public servers do not any more; the sandbox answers 400",
		"a newer TLS library",
	},
	{verdictServerName, "over HTTP/1.1 the Host header names another server than the connection was made to", "set neither by hand"},
	{
		verdictOtherVendor,
		"a path of RingCX at the platform's host, or the other way round",
		"two base addresses: RC_SERVER_URL, RINGCX_SERVER_URL",
	},
	{
		verdictNotEmulated,
		"about the sandbox, not about the program: the vendor describes what was called, and the sandbox has not got it; the answer is 501",
		"try it at the vendor",
	},
}

// helpAgainst is what helps against a verdict.
func helpAgainst(verdict string) string {
	for _, w := range verdictWords {
		if w.Verdict == verdict {
			return w.Help
		}
	}
	return ""
}
