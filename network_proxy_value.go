package ringcx

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ProxyProblems says what is wrong with the variables that package net/http takes its proxy from, a sentence that begins
// with the name of the variable for each: it passes over what it cannot read without a word. No sentence holds a user or a
// password. getenv is asked for the variables, as os.Getenv is.
func ProxyProblems(getenv func(string) string) []string {
	var all []string
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY"} {
		name, value := variable(getenv, name)
		if problem := proxyProblem(value); problem != "" {
			all = append(all, name+" "+problem)
		}
	}
	_, secure := variable(getenv, "HTTPS_PROXY")
	if name, value := variable(getenv, "ALL_PROXY"); value != "" && secure == "" {
		all = append(all, name+" is not read: HTTPS_PROXY is")
	}
	return append(all, noProxyProblems(getenv)...)
}

// variable is a variable under the first of its two names that is set. The name is as given if neither is.
func variable(getenv func(string) string, name string) (string, string) {
	if getenv != nil {
		for _, n := range []string{name, strings.ToLower(name)} {
			if value := getenv(n); value != "" {
				return n, value
			}
		}
	}
	return name, ""
}

const lacksEscapes = "has a user or a password with a character that must be percent-encoded"

// proxyProblem tells what is wrong with the address of a proxy, "" if nothing is. What it says holds nothing of it but the
// scheme.
func proxyProblem(value string) string {
	scheme, rest, isURL := strings.Cut(value, "://")
	if !isURL {
		scheme, rest = "http", value
	}
	scheme = lower(scheme)
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	user, host := "", rest[:end]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		user, host = host[:at], host[at+1:]
	}
	_, invalid := url.Parse("http://" + user + "@host")
	switch tail := rest[end:]; {
	case value == "":
		return ""
	case strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return "holds a space, a line break or another character that no address has"
	case strings.ContainsAny(value[:1]+value[len(value)-1:], "\"'`"):
		return "has quotation marks around it"
	case !isURL && strings.HasPrefix(lower(value), "http") && strings.Contains(value, ":/"), !isURL && strings.HasPrefix(value, "/"):
		return "lacks the :// behind its scheme, or the scheme"
	case !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, scheme):
		return "begins with a scheme" + quotedScheme(scheme) + " that cannot be used: http, https, socks5 and socks5h can"
	case strings.Contains(tail, "@"), invalid != nil:
		return lacksEscapes
	case strings.HasSuffix(lower(tail), ".pac"), strings.HasSuffix(lower(tail), ".dat"):
		return "is the address of a file that tells of proxies (PAC), which is not read, and not of a proxy"
	case strings.Contains(rest, "://"), strings.ContainsAny(host, ",;="):
		return "is not the address of one proxy"
	case tail != "" && tail != "/":
		return "has more behind its host and port"
	}
	if problem := proxyHostProblem(host); problem != "" {
		return problem
	}
	if _, err := url.Parse("http://" + host); err != nil {
		return badHost
	}
	return ""
}

const badHost = "names a host that cannot be one"

// quotedScheme shows a scheme as far as it is one.
func quotedScheme(s string) string {
	if len(s) > 10 || s == "" || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789+.-") != "" {
		return ""
	}
	return " (" + s + ")"
}

func proxyHostProblem(hostport string) string {
	host, port := hostport, ""
	if i := strings.LastIndexByte(hostport, ':'); i > strings.LastIndexByte(hostport, ']') {
		host, port = hostport[:i], hostport[i+1:]
	}
	inner, open := strings.CutPrefix(host, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	ip, err := netip.ParseAddr(strings.Replace(inner, "%25", "%", 1))
	switch {
	case hostport == "", host == "" && isPort(port):
		return "names no host"
	case !isPort(port) && strings.Count(hostport, ":") == 1:
		return "has a port that is none"
	case open != closed, open && (err != nil || !ip.Is6()), !open && strings.Contains(host, ":"):
		return "has an IPv6 address that is not in square brackets, or more than one port"
	case !isPort(port):
		return "has a port that is none"
	case !open && !isHost(host) && isASCII(host):
		return badHost
	}
	return ""
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// noProxyProblems are the entries of NO_PROXY that match nothing, the first of them.
func noProxyProblems(getenv func(string) string) []string {
	const most = 3
	var all []string
	name, value := variable(getenv, "NO_PROXY")
	for entry := range strings.SplitSeq(value, ",") {
		entry = strings.TrimSpace(entry)
		if problem := noProxyProblem(entry); problem != "" && len(all) < most {
			all = append(all, name+" has "+quoted(entry)+", which "+problem)
		}
	}
	return all
}

// quoted shows an entry, if it cannot hold a password.
func quoted(entry string) string {
	if strings.Contains(entry, "@") {
		return "an entry with an @"
	}
	return `"` + clipped(entry) + `"`
}

// noProxyProblem tells why an entry of NO_PROXY matches nothing, "" if it can.
func noProxyProblem(entry string) string {
	if entry == "" || entry == "*" {
		return ""
	}
	if _, _, err := net.ParseCIDR(entry); err == nil {
		return ""
	}
	host, port, err := net.SplitHostPort(entry)
	if err != nil {
		host, port = entry, ""
	}
	name := strings.TrimPrefix(strings.TrimPrefix(host, "*"), ".")
	switch _, notIP := netip.ParseAddr(host); {
	case notIP == nil && (port == "" || isPort(port)):
		return ""
	case strings.ContainsFunc(entry, unicode.IsSpace), strings.Contains(entry, ";"):
		return "is more than one name: commas separate them"
	case strings.Contains(entry, "://"):
		return "matches nothing: a scheme does not belong there"
	case strings.Contains(entry, "/"):
		return "matches nothing: only a network such as 10.0.0.0/8 has a slash"
	case strings.HasPrefix(host, "*") && !strings.HasPrefix(host, "*."), strings.Contains(name, "*"):
		return "matches nothing: a star stands alone, or before a dot at the beginning"
	case strings.ContainsAny(host, "[]"):
		return "matches nothing: an address without a port has no brackets"
	case !isPort(port) || err == nil && port == "":
		return "matches nothing: it has a port that is none"
	case port != "" && port != "443" && port != "80":
		return "is for that port alone"
	case name == "" || isASCII(name) && !isHost(name):
		return "matches nothing: it is not the name of a host or domain"
	}
	return ""
}
