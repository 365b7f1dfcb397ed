// Package e2e tests what is built here from the outside, with programs of others: the pages of the sandbox in Chromium, its
// servers with the clients that other people publish, and the command's login in a browser. It is a module of its own, so
// that nobody else downloads or compiles the browser's protocol.
//
//	cd e2e && go test ./...
//
// Without Chromium, Node.js, or what scripts/need.sh and scripts/clients.sh install, the tests that need it are skipped.
package e2e
