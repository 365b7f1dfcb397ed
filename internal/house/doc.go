// Package house holds the tests of the house rules: which package may import which, how long a file or a function
// may be, what every exported name needs, and what the documents may link to.
//
// It has no code of its own. CONTRIBUTING.md lists the rules in plain words.
package house
