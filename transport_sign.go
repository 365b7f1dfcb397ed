package ringcx

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
)

// signedRequest is a request and what signing adds to it, which are made in one piece because every call of the API makes them.
type signedRequest struct {
	http.Request
	authorization [1]string
}

// signed is req with a token, which goes to no host but those of transport_hosts.go. It shares with req what neither changes. A userAgent is for a request that has none.
func signed(req *http.Request, token *Token, last *lastBearer, userAgent string) *http.Request {
	made := &signedRequest{Request: *req}
	out := &made.Request
	if out.Header = maps.Clone(req.Header); out.Header == nil {
		out.Header = make(http.Header)
	}
	for name, values := range req.Header {
		if cap(values) > len(values) {
			out.Header[name] = slices.Clip(values)
		}
	}
	if rest, ok := strings.CutPrefix(req.URL.Path, "/voice/api/"); ok && token.Idle > 0 {
		u := *req.URL
		u.Path, u.RawPath = "/api/"+rest, strings.TrimPrefix(req.URL.RawPath, "/voice")
		out.URL = &u
	}
	switch {
	case token.TokenType == authTokenType:
		out.Header.Set(authTokenType, token.AccessToken)
	case wantsCookie(req.URL.Path):
		dropCookie(out.Header, "access_token")
		out.AddCookie(&http.Cookie{Name: "access_token", Value: token.AccessToken}) //nolint:gosec // of a request, which has no attributes
	default:
		made.authorization[0] = last.value(token.AccessToken)
		out.Header["Authorization"] = made.authorization[:] // of this request alone: its base may overwrite it
	}
	if userAgent != "" && req.Header.Get("User-Agent") == "" {
		out.Header.Set("User-Agent", userAgent)
	}
	return out
}

// authorization is a header with a token, which most requests have like the one before.
type authorization struct{ token, value string }

// lastBearer remembers the last one.
type lastBearer struct{ p atomic.Pointer[authorization] }

func (l *lastBearer) value(token string) string {
	last := l.p.Load()
	if last == nil || last.token != token {
		last = &authorization{token, "Bearer " + token}
		l.p.Store(last)
	}
	return last.value
}

// dropCookie takes the cookies of a name out of a request, as a jar may have put in one with an older token: servers take the first.
func dropCookie(h http.Header, name string) {
	var kept []string
	for _, line := range h["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			if key, _, _ := strings.Cut(pair, "="); strings.TrimSpace(key) != name && strings.TrimSpace(pair) != "" {
				kept = append(kept, strings.TrimSpace(pair))
			}
		}
	}
	if h.Del("Cookie"); kept != nil {
		h.Set("Cookie", strings.Join(kept, "; "))
	}
}

// wantsCookie tells the two operations that look for the token in a cookie, and do not accept it in a header: the
// summaries for agents and of automatic dialogues, /voice/api/v1/summary/accounts/…/segments/…/{agent|auto}.
func wantsCookie(path string) bool {
	rest, ok := strings.CutPrefix(path, "/voice/api/v1/summary/accounts/")
	if !ok {
		return false
	}
	parts := strings.Split(rest, "/")
	return len(parts) == 4 && parts[1] == "segments" && (parts[3] == "agent" || parts[3] == "auto")
}
