// Package ringcx gives a Go program a RingCX access token that is always good.
//
// A RingCX access token is obtained in two steps: a login to RingCentral, then an exchange of the RingCentral token
// for a RingCX one. It lives five minutes, its refresh token changes with every use, and the vendor counts logins and
// exchanges: five a minute, with a penalty for asking again too early. A [Session] takes care of all of it:
//
//	cfg := &ringcx.Config{ClientID: id, ClientSecret: secret}
//	session := cfg.NewSession(cfg.JWT(jwt), nil)
//	resp, err := session.Client().Get("https://ringcx.ringcentral.com/voice/api/v1/admin/accounts")
//
// # Ways in
//
// A login is a [Grant]: [Config.JWT] for programs that run by themselves, [Config.AuthorizationCode] for people who sign
// in at RingCentral's page, [Config.RingCXPassword] and [Config.LegacyPassword] for users without a RingCentral login. A
// permanent [APIToken] needs no login, and goes into [Config.Client]. Each has an example that runs.
//
// # What a Session promises
//
// A refresh token is saved before the access token that came with it is used, and is spent once by all programs that
// share a [Store]. Tokens are renewed before they end, by one caller for all, and while the old token works a renewal
// that fails is nobody's problem. A request that is answered 401 is sent once more with a new token. The vendor's
// limits and its Retry-After are kept across goroutines, processes and restarts. Secrets go to the vendor's hosts and
// to the Store; they are never printed, not even with %+v.
//
// Hosts are compared as origins: scheme, host without regard to case, port with its default. No redirect to another
// one is followed, neither with a token nor with a body. Tokens travel over TLS, except to this machine, which no proxy
// and no name server stands before, and to the one host that Config.AllowHTTP names.
//
// # Choosing a Store
//
// By default a session lives in memory. Programs that run more than once, or more than one at a time, share a lineage
// of tokens through a Store, for example [github.com/ringcx-go/ringcx/store/file]:
//
//	session := cfg.NewSession(cfg.JWT(jwt), &ringcx.SessionOptions{Store: &file.Store{Dir: "/var/lib/app/ringcx"}})
//
// A lineage is found by hosts, app and credential, or by a SessionOptions.Key. A [Grant] of the program's own says whom it
// stands for, see [Identified], or comes with a Key: in a Store, a session that could be anybody's fails every call.
//
// # Trying it
//
// The vendor has no test environment for RingCX. Package [github.com/ringcx-go/ringcx/ringcxtest] starts an emulator
// of both vendor servers inside a test; the command "ringcx sandbox" starts it for any program.
package ringcx
