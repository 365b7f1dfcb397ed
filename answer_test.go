package ringcx_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
)

// oddities are values that a field may have that nothing depends on.
var oddities = []string{
	`null`, `true`, `false`, `0`, `-1`, `1e999`, `-1e999`, `1e-12`, `0.5`, `9007199254740993`, `123456789012345678901234567890`, `""`, `" "`, `"NaN"`, `"Infinity"`,
	`"-3600"`, `"soon"`, `"0x10"`, `"2026-11-24T00:00:00Z"`, `[]`, `[[]]`, `["ReadAccounts"]`, `[null]`, `[{"mainAccountId":[]}]`, `{}`, `{"seconds":3600}`, `"\u0000\ud800"`,
}

// unneeded are the fields of an answer besides its tokens.
var unneeded = []string{
	"expires_in", "refresh_token_expires_in", "token_type", "tokenType", "scope", "owner_id", "endpoint_id", "mainAccountId", "accounts", "agentDetails", "adminId",
	"loginHashcode", "error", "errors", "errorCode", "message", "details", "Access_Token", "ACCESSTOKEN", "AuthToken", "RefreshToken", "",
}

// with is an answer that holds tokens and one field more.
func with(field, value string) string {
	return `{"` + field + `":` + value + `,"access_token":"a","accessToken":"a","authToken":"a","refresh_token":"r","refreshToken":"r","` + field + `":` + value + `}`
}

// says is a vendor whose every answer is body, of that media type and status.
func says(t *testing.T, status int, media, body string) *ringcx.Config {
	t.Helper()
	return answering(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = []string{media}
		if media == "" {
			w.Header()["Content-Type"] = nil
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// wantTokens wants each way to bring its tokens, and a token that lives a while.
func wantTokens(t *testing.T, what string, c *ringcx.Config) {
	t.Helper()
	for way, f := range ways(c) {
		token, err := f(t)
		if err != nil {
			t.Errorf("%s, %s: a token that arrived is thrown away: %v", way, what, err)
			continue
		}
		if token.AccessToken != "a" || way != "legacy" && token.RefreshToken != "r" || token.TokenType == "" {
			t.Errorf("%s, %s: %#v", way, what, *token)
		}
		if life := token.Expiry.Sub(token.Obtained); life < time.Second || life > 20*365*24*time.Hour {
			t.Errorf("%s, %s: the token lives %s", way, what, life)
		}
	}
}

func TestNoTokenIsThrownAwayForAFieldThatIsNotNeeded(t *testing.T) {
	for _, field := range unneeded {
		var body string
		c := answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		for _, value := range oddities {
			body = with(field, value)
			wantTokens(t, field+" is "+value, c)
		}
	}
	for _, value := range []string{`null`, `7`, `true`, `[]`, `{"a":1}`, `""`} { // no refresh token is no reason to throw the other one away
		for way, f := range ways(says(t, 200, "", `{"access_token":"a","accessToken":"a","authToken":"a","refresh_token":`+value+`,"refreshToken":`+value+`}`)) {
			if token, err := f(t); err != nil || token.AccessToken != "a" || token.RefreshToken != "" {
				t.Errorf("%s, the refresh token is %s: %v, %v", way, value, token, err)
			}
		}
	}
	wantTokens(t, "nothing else", says(t, 200, "application/json", with("expires_in", "60")))
}

func TestFieldsThatAreWhatTheyShouldBeAreRead(t *testing.T) {
	for value, want := range map[string]time.Duration{
		`60`: time.Minute, `"60"`: time.Minute, `" 60 "`: time.Minute, `6e1`: time.Minute, `60.5`: time.Minute + time.Second/2,
		`null`: 5 * time.Minute, `[60]`: 5 * time.Minute, `-60`: 5 * time.Minute, `1e999`: 5 * time.Minute, `"NaN"`: 5 * time.Minute, `true`: 5 * time.Minute,
	} {
		for way, f := range ways(says(t, 200, "application/json", with("expires_in", value))) {
			token, err := f(t)
			if way == "legacy" {
				continue // it does not say
			}
			if err != nil || token.Expiry.Sub(token.Obtained) != want {
				t.Errorf("%s, expires_in %s: %v, %v", way, value, token, err)
			}
		}
	}
	token, err := ways(says(t, 201, "", `{"authToken":"a","accounts":[7,{"mainAccountId":21000}]}`))["legacy"](t)
	if err != nil || token.MainAccountID != "21000" {
		t.Errorf("%v, %v", token, err)
	}
}

// The claims of a token are such fields, too.
func TestOddClaimsOfATokenFallBackToTheAnswer(t *testing.T) {
	for claims, want := range map[string]time.Duration{
		`{"iat":1000,"exp":1120}`: 2 * time.Minute, `{"iat":"1000","exp":"1120"}`: 2 * time.Minute,
		`{"iat":1000,"exp":[]}`: time.Minute, `{"iat":null,"exp":1120}`: time.Minute, `{"iat":1000,"exp":1000}`: time.Minute, `{"iat":1000,"exp":1e300}`: time.Minute, `[]`: time.Minute,
	} {
		access := jwtOf(claims)
		body := `{"accessToken":"` + access + `","expires_in":60}`
		token, err := says(t, 200, "application/json", body).Exchange(t.Context(), &ringcx.Token{AccessToken: "rc"})
		if err != nil || token.Expiry.Sub(token.Obtained) != want {
			t.Errorf("%s: %v, %v", claims, token, err)
		}
	}
}

func TestAMediaTypeIsComparedAsAType(t *testing.T) {
	body := with("expires_in", "60")
	for _, media := range []string{
		"", "application/json", "APPLICATION/JSON", "application/json;charset=UTF-8", "application/json ; charset=\"utf-8\"; profile=html", "application/json; charset",
		"application/vnd.html+json", "application/problem+json", "text/plain", "application/octet-stream", "text/html", "not a type",
	} {
		wantTokens(t, media, says(t, 200, media, body))
		wantTokens(t, media+" with a byte order mark", says(t, 200, media, "\ufeff"+body))
	}
	// The control: pages are no answers, whatever they are called.
	for _, media := range []string{"", "application/json", "Text/HTML; charset=utf-8", "TEXT/HTML", "application/xhtml+xml"} {
		for _, page := range []string{"<!DOCTYPE html><title>Hello</title>", "\ufeff<html>", strings.Repeat("\n", 100) + "<HTML lang=de>"} {
			for way, f := range ways(says(t, 200, media, page)) {
				if _, err := f(t); err == nil || !strings.Contains(err.Error(), "web page") {
					t.Errorf("%s, %s: %v", way, media, err)
				}
			}
		}
	}
	if _, err := ways(says(t, 200, "TEXT/HTML", "please wait"))["login"](t); err == nil || !strings.Contains(err.Error(), "web page") {
		t.Error(err)
	}
}

func TestAnErrorThatCallsItselfASuccessIsThatError(t *testing.T) {
	for name, c := range map[string]struct{ body, code, want string }{
		"OAuth envelope":  {`{"error":"invalid_grant","errors":[{"errorCode":"OAU-213","message":"Token not found"}],"error_description":"Token not found"}`, "OAU-213", "Token not found"},
		"OAuth alone":     {`{"error":"invalid_client","error_description":"Bad ` + refreshValue + `"}`, "invalid_client", "Bad "},
		"API envelope":    {`{"errorCode":"CMN-401","message":"needs [ReadAccounts]"}`, "CMN-401", "needs [ReadAccounts]"},
		"RingCX object":   {`{"errorCode":"access.denied.exception","generalMessage":"No permission","details":"why"}`, "access.denied.exception", "No permission: why"},
		"byte order mark": {"\ufeff" + `{"errorCode":"CMN-401","message":"m"}`, "CMN-401", "m"},
		"odd array":       {`{"errorCode":"CMN-401","message":"m","errors":{"a":1}}`, "CMN-401", "m"},
		"odder array":     {`{"errors":[1,null,{"errorCode":"CMN-401","message":"m"}],"access_token":null,"accessToken":"","authToken":7}`, "CMN-401", "m"},
	} {
		for way, f := range ways(says(t, 200, "application/json", c.body)) {
			_, err := f(t)
			var e *ringcx.Error
			if !errors.As(err, &e) || e.Code != c.code || !strings.Contains(e.Message, c.want) || e.Temporary() || way == "refresh" && strings.Contains(err.Error(), refreshValue) {
				t.Errorf("%s, %s: %v", name, way, err)
			}
		}
	}
	for _, code := range []string{"CMN-301", "CMN-310", "CMN-201", "unknown.exception"} {
		_, err := ways(says(t, 200, "", `{"errorCode":"`+code+`","message":"m"}`))["login"](t)
		var e *ringcx.Error
		if !errors.As(err, &e) || e.Code != code || !e.Temporary() {
			t.Errorf("%s: %v", code, err)
		}
	}
	if err := says(t, 200, "", `{"error":"invalid_client"}`).Revoke(t.Context(), &ringcx.Token{AccessToken: "a"}); err == nil {
		t.Error("a revocation that was refused is taken for done")
	}
	// The control: what names no error is none of the vendor's.
	for _, body := range []string{`{}`, `{"error":null}`, `{"error":false,"message":"fine"}`, `{"errorCode":0,"message":"fine"}`, `{"errors":[]}`, `{"error":{"code":"x"}}`, `{"data":{"accessToken":"a","access_token":"a","authToken":"a"}}`, `{"accessToken":["a"],"access_token":{"a":1},"authToken":5}`} {
		for way, f := range ways(says(t, 200, "application/json", body)) {
			var e *ringcx.Error
			if _, err := f(t); !errors.As(err, &e) || e.Code != "" || !strings.Contains(e.Message, "token") {
				t.Errorf("%s, %s: %v", way, body, err)
			}
		}
	}
	if err := says(t, 200, "", ``).Revoke(t.Context(), &ringcx.Token{AccessToken: "a"}); err != nil {
		t.Error(err)
	}
}

func TestAWholeAnswerIsTakenThoughItsConnectionBreaks(t *testing.T) {
	cut := func(body string) *ringcx.Config {
		return answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(body)+5))
			_, _ = io.WriteString(w, body)
		})
	}
	wantTokens(t, "cut after the end", cut(with("scope", `"x"`)))
	for way, f := range ways(cut(strings.TrimSuffix(with("scope", `"x"`), "}"))) {
		if _, err := f(t); err == nil || !strings.Contains(err.Error(), "broke off") {
			t.Errorf("%s: %v", way, err)
		}
	}
}

func TestTokensThatCameBeforeDamageAreTaken(t *testing.T) {
	const both = `"access_token":"a","accessToken":"a","refresh_token":"r","refreshToken":"r"`
	for _, body := range []string{
		`{` + both + "}\x00", `{` + both + `};`, `{` + both + `}<!-- 12 ms -->`, `{` + both + `}{}`, " \n\ufeff{" + both + `}`,
		`{` + both + `,"scope":"\x"}`, `{` + both + `,"expires_in":NaN}`, `{` + both + `,}`, `{` + both + `,"expi`, `{` + both,
		`{` + both + `,"details":` + strings.Repeat("[", 11000) + strings.Repeat("]", 11000) + `}`,
	} {
		c := says(t, 200, "application/json", body)
		all := ways(c)
		delete(all, "legacy") // whose answers have other fields
		for way, f := range all {
			if token, err := f(t); err != nil || token.AccessToken != "a" || token.RefreshToken != "r" {
				t.Errorf("%s, %.60s: %v, %v", way, body, token, err)
			}
		}
	}
	for _, body := range []string{ // the refresh token that is not there may be the only one that works
		`{"access_token":"a","accessToken":"a","refresh_token":"r`, `{"access_token":"a","accessToken":"a",`, `{"refresh_token":"r","refreshToken":"r","access_token":"a`,
		`<p>{` + both + `}`, `[{` + both + `}]`, `{`, `{"a":"\x","b":1}`, `{1:2}`, `{` + both[:18] + `,1:2`,
	} {
		for way, f := range ways(says(t, 200, "application/json", body)) {
			if token, err := f(t); err == nil {
				t.Errorf("%s, %s: %v", way, body, token)
			}
		}
	}
}

func TestALineageGoesOnWithOddAnswers(t *testing.T) {
	odd := `"expires_in":[],"refresh_token_expires_in":"x","scope":["a"],"owner_id":{},"token_type":null,"tokenType":[],"mainAccountId":true,"error":null`
	asks := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asks++
		_, _ = fmt.Fprintf(w, "\ufeff{%s,\"access_token\":\"a%d\",\"accessToken\":\"b%d\",\"refreshToken\":\"r%d\"}", odd, asks, asks, asks)
	}))
	defer server.Close()
	c := &ringcx.Config{ClientID: "id", Endpoint: ringcx.Endpoint{RingCentral: server.URL, RingCX: server.URL}}
	store := new(ringcx.Memory)
	s := c.NewSession(c.JWT(jwtValue), &ringcx.SessionOptions{Store: store, Key: "k", Inline: true})
	first := mustToken(t, s)
	s.Invalidate(first)
	if second := mustToken(t, s); first.AccessToken != "b2" || second.AccessToken != "b3" || storedToken(t, store, "k", "ringcx", "refresh_token") != "r3" || asks != 3 {
		t.Errorf("%v, %v, %d requests", first, second, asks)
	}
}

func FuzzNothingBesidesTheTokensOfAnAnswerMatters(f *testing.F) {
	for i, value := range oddities {
		f.Add(unneeded[i%len(unneeded)], []byte(value))
	}
	f.Fuzz(func(t *testing.T, field string, value []byte) {
		name, err := json.Marshal(field)
		if err != nil || !json.Valid(value) {
			return
		}
		switch field {
		case "access_token", "refresh_token", "accessToken", "refreshToken", "authToken":
			return
		}
		wantTokens(t, field, inMemory(with(string(name[1:len(name)-1]), string(value))))
	})
}

// inMemory is a vendor without a network.
func inMemory(body string) *ringcx.Config {
	return &ringcx.Config{ClientID: "client", HTTPClient: &http.Client{Transport: wire(body)}}
}

type wire string

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(w))), Request: r}, nil
}
