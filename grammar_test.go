package ringcx_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"github.com/ringcx-go/ringcx"
)

// ways are the requests whose answers hold tokens, with the fields the tokens are in.
func ways(c *ringcx.Config) map[string]func(*testing.T) (*ringcx.Token, error) {
	return map[string]func(*testing.T) (*ringcx.Token, error){
		"login": func(t *testing.T) (*ringcx.Token, error) { return c.JWT(jwtValue).Renew(t.Context(), nil) },
		"code": func(t *testing.T) (*ringcx.Token, error) {
			return c.AuthorizationCode("code", "http://127.0.0.1/", "verifier").Renew(t.Context(), nil)
		},
		"exchange": func(t *testing.T) (*ringcx.Token, error) {
			return c.Exchange(t.Context(), &ringcx.Token{AccessToken: "rc"})
		},
		"refresh": func(t *testing.T) (*ringcx.Token, error) {
			return c.Refresh(t.Context(), &ringcx.Token{RefreshToken: refreshValue})
		},
		"direct": func(t *testing.T) (*ringcx.Token, error) {
			return c.RingCXPassword("u", "p", "").Renew(t.Context(), nil)
		},
		"legacy": func(t *testing.T) (*ringcx.Token, error) {
			return c.LegacyPassword("u", "p", false).Renew(t.Context(), nil)
		},
	}
}

// tokens is a configuration of a vendor whose every answer holds these.
func tokens(t *testing.T, access, refresh string) *ringcx.Config {
	t.Helper()
	body, err := json.Marshal(map[string]string{"access_token": access, "accessToken": access, "authToken": access, "refresh_token": refresh, "refreshToken": refresh})
	if err != nil {
		t.Fatal(err)
	}
	return answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) })
}

func TestWhatCannotBeATokenIsNoAnswer(t *testing.T) {
	for _, access := range []string{
		"", " ", "=", "==", "a b", " a", "a ", "a\tb", "a\r\nX-Evil: 1", "a\n", "a\x00", "a\x7f", "\u00e4", "a\u202e", "a\u200b", `"a"`, "a,b", "a;b", "a=b", "=a", "a%20", "a:b", "{a}", "a\\b",
	} {
		for name, f := range ways(tokens(t, access, "r")) {
			if name == "legacy" && access != "" && !strings.ContainsAny(access, " \t\r\n\x00\x7f\u00e4\u202e\u200b") {
				continue // the grammar of X-Auth-Token is wider
			}
			token, err := f(t)
			var e *ringcx.Error
			if token != nil || !errors.As(err, &e) || e.StatusCode != http.StatusOK || e.Hint() == "" || access != "" && len(access) > 3 && strings.Contains(err.Error(), access) {
				t.Errorf("%s: the access token %q is taken: %v", name, access, err)
			}
		}
	}
	for _, refresh := range []string{"a\r\nb", "a\x00", "\u00e4", "a\x7f", "\u202e"} {
		for name, f := range ways(tokens(t, "a", refresh)) {
			if _, err := f(t); err == nil && name != "legacy" {
				t.Errorf("%s: the refresh token %q is taken", name, refresh)
			}
		}
	}
	// The control: all that the grammars allow.
	for _, access := range []string{"a", "A0-._~+/", "a=", "a==", "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.x-y_z"} {
		for name, f := range ways(tokens(t, access, "any ~!\"text\\")) {
			if token, err := f(t); err != nil || token.AccessToken != access || name != "legacy" && token.RefreshToken != "any ~!\"text\\" {
				t.Errorf("%s: the access token %q is not taken: %v", name, access, err)
			}
		}
	}
	if token, err := ways(tokens(t, "aws80:c2353445-bc74-af1a-2850-1d55a371c0a9", ""))["legacy"](t); err != nil {
		t.Errorf("%v, %v", token, err)
	}
}

func TestARefreshWhoseAnswerHoldsNoTokenIsAsIfItHadBeenLost(t *testing.T) {
	r := &ringcx.Record{RingCX: &ringcx.Stored{AccessToken: "a", RefreshToken: refreshValue}}
	_, err := ways(tokens(t, "two words", "r"))["refresh"](t)
	now, n := r.RingCX.Obtained, ringcx.NewNeed(0, "", false, true)
	r.Begin(ringcx.Refresh, now)
	r.Fail(ringcx.Refresh, err, &n, now, now)
	if next, _ := ringcx.Plan(r, now, n); next == ringcx.Refresh || r.Doubtful == "" {
		t.Errorf("next is %q: the refresh token may be spent", next)
	}
}

func TestAnAPITokenThatBreaksAHeaderIsRefused(t *testing.T) {
	for _, text := range []string{"aws80:1\n", " aws80:1", "aws80:1\r\nX-Evil: 1", "aws80: 1", "aws80:\u00e4", "aws80:\x00", "\u202e", "aws80:1\x7f"} {
		token, err := ringcx.APIToken(text).Token(t.Context())
		if token != nil || !errors.Is(err, ringcx.ErrLoginRequired) || strings.Contains(err.Error(), "aws80") {
			t.Errorf("%q is taken: %v", text, err)
		}
	}
	if token, err := ringcx.APIToken("aws80:c2353445-bc74").Token(t.Context()); err != nil || token.AccessToken != "aws80:c2353445-bc74" {
		t.Errorf("%v, %v", token, err)
	}
}

// hidden is what must not reach a terminal: escape sequences, controls, direction marks, what cannot be seen, what ends lines.
const hidden = "\x1b[31m\x00\a\b\r\n\x7f\u0085\u009b\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u2028\u2029\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\ufe0f\u115f\u3164\U000e0041\U000e0001\ue000"

func wantVisible(t *testing.T, what, s string) {
	t.Helper()
	for _, r := range s {
		if !unicode.IsPrint(r) || unicode.In(r, unicode.Cf, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
			t.Errorf("%s: %q", what, s)
			return
		}
	}
}

func TestWhatOutsidersSayIsHarmlessInErrors(t *testing.T) {
	body, err := json.Marshal(map[string]any{"error": "x" + hidden, "errors": []map[string]string{{"errorCode": "OAU" + hidden, "message": "ärger \u6f22 🙂" + hidden}}, "details": hidden})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"JSON": body, "text": []byte("no" + hidden), "bytes": []byte("\xff\xfe\x9b31m no")} {
		c := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["RCRequestId"] = []string{"id\u202e\u009b\xff"}
			w.Header().Set("RCRequestId", "id\u202e\u009b\xff")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write(text)
		})
		for what, f := range ways(c) {
			_, err := f(t)
			var e *ringcx.Error
			if !errors.As(err, &e) {
				t.Fatalf("%s, %s: %v", name, what, err)
			}
			wantVisible(t, name, err.Error()+e.Message+e.Code+e.RequestID)
			if name == "JSON" && !strings.Contains(err.Error(), "ärger 漢 🙂") {
				t.Errorf("what can be read is gone: %s", err)
			}
		}
	}
	wantVisible(t, "an error of a Grant's own", (&ringcx.Error{Op: "x", Message: hidden, Code: hidden, RequestID: hidden}).Error())
}

func TestWhatOutsidersSayIsHarmlessInTokensAndStatus(t *testing.T) {
	var v map[string]any
	answer := map[string]any{
		"access_token": "a", "accessToken": "b", "expires_in": 3600, "scope": "ReadAccounts" + hidden, "owner_id": "1" + hidden, "token_type": "Bearer" + hidden,
		"tokenType": hidden, "mainAccountId": "2" + hidden, "agentDetails": []any{map[string]any{"username": "Ada " + hidden, "more\u202e": "\U0001f642 ü"}},
	}
	body, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	raw := strings.NewReplacer(`\u007f`, "\x7f", `\u2028`, "\u2028").Replace(string(body)) // as it may come, without escapes
	c := answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, raw) })
	s := c.NewSession(c.JWT(jwtValue), nil)
	token := mustToken(t, s)
	wantVisible(t, "details", string(token.Details))
	if err := json.Unmarshal(token.Details, &v); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(v["agentDetails"]); got != fmt.Sprint(answer["agentDetails"]) {
		t.Errorf("details mean something else now: %q", got)
	}
	st := status(t, s)
	wantVisible(t, "status", st.Scope+st.UserID+st.MainAccountID+st.Failure+token.MainAccountID+token.TokenType)
	if !strings.HasPrefix(st.Scope, "ReadAccounts") || !strings.HasPrefix(st.MainAccountID, "2") {
		t.Errorf("%+v", st)
	}
}

func TestWhatAnOlderVersionStoredIsHarmlessInStatus(t *testing.T) {
	record, err := json.Marshal(map[string]any{
		"version": 1, "ringcx": map[string]any{"access_token": "a", "main_account_id": "2" + hidden},
		"ringcentral": map[string]any{"access_token": "b", "scope": "ReadAccounts" + hidden, "owner_id": "1" + hidden},
		"failure":     map[string]any{"op": "exchange", "message": "no" + hidden, "code": "x" + hidden, "request_id": hidden},
	})
	if err != nil {
		t.Fatal(err)
	}
	store := new(ringcx.Memory)
	if err := store.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error { return save(record) }); err != nil {
		t.Fatal(err)
	}
	st := status(t, (&ringcx.Config{ClientID: "id"}).NewSession(nil, &ringcx.SessionOptions{Store: store, Key: "k"}))
	if !strings.HasPrefix(st.MainAccountID, "2") || !strings.HasPrefix(st.Scope, "ReadAccounts") || !strings.Contains(st.Failure, "no") {
		t.Fatalf("%+v", st)
	}
	wantVisible(t, "status", st.Scope+st.UserID+st.MainAccountID+st.Failure)
}
