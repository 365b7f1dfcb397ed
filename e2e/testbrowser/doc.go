// Package testbrowser drives a real browser, so that tests meet web pages as people do: with a keyboard, a pointer, a
// dark room and a telephone.
package testbrowser
