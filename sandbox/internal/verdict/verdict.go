// Package verdict is what the sandbox says of misuse that it sees: the words, what each means, and what helps.
package verdict

// Verdicts: what a vendor would frown at, word for word. Tests of other programs compare them. docs/sandbox.md says what
// each means and what helps. No program that does as the vendor documents gets one, but for the last, which is about the
// sandbox.
const (
	Replay         = "refresh token replayed"
	Sixth          = "sixth request in a minute"
	Excess         = "request over the limit"
	Penalty        = "request inside a penalty"
	TokenURL       = "token in a URL"
	PasswordURL    = "password in a URL"
	WrongKind      = "RingCentral token used as RingCX token"
	Secret         = "secret in the body"
	UserAgent      = "missing User-Agent"
	Header         = "Authorization header where RingCX wants a cookie"
	CodeTwice      = "authorization code used twice"
	PKCE           = "PKCE missing"
	PublicBasic    = "Basic header of an app without a secret"
	ExchangePolled = "fourth exchange in a row while the token was good"
	LoginPolled    = "sixth login in a row while the token was good"
	ExpiredAgain   = "expired token sent again and again"
	Plain          = "request without TLS"
	OldTLS         = "TLS below 1.2"
	ServerName     = "Host is not the TLS server name"
	OtherVendor    = "path of the other vendor"
	NotEmulated    = "operation that the sandbox does not emulate"
)

// Word is a verdict in other words. docs/sandbox.md has the same.
type Word struct{ Verdict, Meaning, Help string }

// All are all verdicts, with what each means and what helps.
var All = []Word{
	{
		Replay,
		"a refresh token came again after it was spent, and after its grace",
		"save the new one before it is used; let one process renew for all",
	},
	{Sixth, "over the limit of five: logins of an app, exchanges of a user in an app", "keep tokens until they end; count"},
	{Excess, "over a limit that is larger than five", "spread the calls"},
	{Penalty, "a request before Retry-After was over, which starts the penalty anew", "wait, in all processes"},
	{TokenURL, "a token, assertion or code verifier in a query, where logs and proxies keep it", "send it in a header or a form"},
	{PasswordURL, "a password in a query", "send it in a form"},
	{WrongKind, "the token of the login where that of the exchange belongs", "exchange it first"},
	{Secret, "client_secret in a form; the vendor documents the header", "send client ID and secret as HTTP Basic"},
	{PublicBasic, "the vendor takes it for an unknown client", "send client_id in the form, and no header"},
	{UserAgent, "a request without a name", "send MyApp/1.0"},
	{Header, "summaries are read with the cookie access_token", "send the cookie"},
	{CodeTwice, "the session that the code gave has ended", "redeem it once; keep what it gave"},
	{PKCE, "an app without a secret sent no code challenge, or no verifier for it", "send both"},
	{
		ExchangePolled,
		"four exchanges after one login, by the same User-Agent; the tokens before were used, had most of their life left, and were neither refused nor refreshed: the client exchanges before each call",
		"keep the token",
	},
	{
		LoginPolled,
		"the same with JWT logins of a user in an app, where five are sessions side by side that the vendor allows; a logout ends the series",
		"keep the token",
	},
	{ExpiredAgain, "an expired RingCX token for the fifth time, a minute or more after the first", "renew after a 401"},
	{
		Plain,
		"a request to a host of the vendor, or to an HTTPS port, in clear text: the token in it has been shown to everybody on the way",
		"use https",
	},
	{
		OldTLS,
		"assumed: the vendor does not speak it, as public servers do not any more; the sandbox answers 400",
		"a newer TLS library",
	},
	{ServerName, "over HTTP/1.1 the Host header names another server than the connection was made to", "set neither by hand"},
	{
		OtherVendor,
		"a path of RingCX at the platform's host, or the other way round",
		"two base addresses: RC_SERVER_URL, RINGCX_SERVER_URL",
	},
	{
		NotEmulated,
		"about the sandbox, not about the program: the vendor describes what was called, and the sandbox has not got it; the answer is 501",
		"try it at the vendor",
	},
}

// Help is what helps against a verdict; "" if there is none of this name.
func Help(verdict string) string {
	for _, w := range All {
		if w.Verdict == verdict {
			return w.Help
		}
	}
	return ""
}
