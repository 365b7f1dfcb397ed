// Command site writes the pages of this repository as a site: README and guides, docs/api.md, decisions, and one page a command.
// 'make site' runs it.
//
// The site is files alone. It can be served from any place or opened without a server, is searched in the browser, and asks no
// other host for anything, which its Content-Security-Policy holds browsers to.
//
// It is a module of its own, so that what renders Markdown is no dependency of who imports the SDK or builds the command.
package main
