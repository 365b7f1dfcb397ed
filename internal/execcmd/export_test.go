package execcmd

// Environ is what the tests see of it.
var Environ = environ
