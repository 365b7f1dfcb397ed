// Package sandbox is both vendor servers in one http.Handler: the RingCentral platform (OAuth, account, extension)
// and RingCX (token exchange, refresh, REST reads). RingCX has no vendor test environment; this one needs no account.
//
// A test mounts a Server on httptest and points any client at it, in any language:
//
//	vendor, err := sandbox.New(nil)
//	web := httptest.NewServer(vendor)
//	demo := vendor.Demo() // client ID, secret and JWT of the demo app, and what a browser login needs
//
// Every path of both vendors is served on the one address, and any Host is accepted, so the platform URL and the
// RingCX URL are the same. What the vendor documents happens: lifetimes, rotation with its grace, the cap of five
// sessions, request limits with their penalty, error bodies. Every behaviour is a line of one table, the contract, which
// docs/protocol.md is printed from: how sure it is, its source, and where the vendor could do otherwise, a setting.
// Options.Settings chooses at the start, POST /_sandbox/switches later. What is "assumed" no client should depend on.
//
// Tests steer the server through Advance, Requests and Reset, or over HTTP under /_sandbox/ (clock, requests, faults,
// switches, contract, reset, snapshot, namespaces, state, env, apps, accounts, users, credentials, jwks). Those paths are
// neither limited nor logged.
//
// People have a developer console at /console/, where they create apps and JWT credentials, watch requests and tokens,
// and turn the controls. It answers this machine only, or whoever knows Options.ConsolePassword.
//
// The vendors' paths are for everybody, under any name and for single-page apps of any origin. What steers the server is
// not: it answers to names that no web page can have, see Options.Hosts, to no page of another origin, and with a password
// only to who sends it as HTTP Basic. A page of another origin begins no namespace, nor does a browser that does not say
// for which page it asks, as browsers do over TLS and to loopback addresses; POST /_sandbox/namespaces begins one first.
// Such pages and browsers make a few hundred entries in the log, then one more each two seconds. In the log only, pages
// at this machine count as the user's own.
//
// Of wrong passwords each address has five a minute; the addresses that never sent the right one have thirty together, and
// so have the others, which strangers therefore cannot keep out. All users of this machine are one address.
//
// Bad days come one by one (POST /_sandbox/faults) or as a seeded share of all requests (Options.Hostile). What a vendor
// would frown at is a verdict in the log, which changes no answer. docs/sandbox.md lists faults and verdicts.
//
// People sign in, too: /restapi/oauth/authorize leads a browser to a sign-in page and a consent page, and from there to
// a redirect URI of the app, with a code. Demo has an app for programs on a desk and one for servers.
//
// Everything is in memory, unless Options.Keeper keeps it; package datafile has one that is a file. A namespace is a whole
// sandbox inside another, for test suites that share a process.
//
// Not emulated: writes and most resources of the RingCX API, and the limits on those.
//
// Nothing here is a secret: every credential is demo data. Serve it on loopback.
package sandbox
