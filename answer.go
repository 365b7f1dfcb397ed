package ringcx

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// answer holds the fields of a JSON object from the vendor. Of an answer with tokens nothing but the tokens has to be what
// it should be: whatever else is missing, or of another type, takes its default, so that no token is lost for it.
type answer map[string]json.RawMessage

// readAnswer reads a JSON object; what is none has no fields.
func readAnswer(body []byte) answer {
	var a answer
	if json.Unmarshal(body, &a) != nil {
		return nil
	}
	return a
}

// readTokens is readAnswer for an answer to a token request. Of one that is no JSON as a whole it reads what came before that
// shows, if that is an object with something behind it, or holds both tokens.
func readTokens(body []byte) answer {
	if a := readAnswer(body); a != nil {
		return a
	}
	a := answer{}
	d := json.NewDecoder(bytes.NewReader(body))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil
	}
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err == nil {
			err = d.Decode(&value)
		}
		if err != nil {
			break
		}
		a[name.(string)] = value //nolint:forcetypeassert // the decoder sees to it
	}
	end, err := d.Token()
	if whole := err == nil && end == json.Delim('}'); whole || a.holdsToken() && a.secret("refresh_token")+a.secret("refreshToken") != "" {
		return a
	}
	return nil
}

// secret is a field that is a string, and "" else. A number is no token.
func (a answer) secret(name string) string {
	var s string
	if json.Unmarshal(a[name], &s) != nil {
		return ""
	}
	return s
}

// text is a field that is a string, or a number as it is written there; "" else.
func (a answer) text(name string) string {
	if raw := a[name]; len(raw) > 0 && (raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9') {
		return string(raw)
	}
	return a.secret(name)
}

// number is a field that is a number, or a string that holds one; 0 else. It may be infinite, or none (NaN).
func (a answer) number(name string) float64 {
	n, _ := strconv.ParseFloat(strings.TrimSpace(a.text(name)), 64) // what is none is 0
	return n
}

// first is the first object in a field that is an array.
func (a answer) first(name string) answer {
	var all []json.RawMessage
	_ = json.Unmarshal(a[name], &all) // else there is none
	for _, raw := range all {
		if first := readAnswer(raw); first != nil {
			return first
		}
	}
	return nil
}

// holdsToken tells answers that bring an access token, whatever else they say.
func (a answer) holdsToken() bool {
	return a.secret("access_token") != "" || a.secret("accessToken") != "" || a.secret("authToken") != ""
}

// code is how the vendor names an error, in either of its envelopes; "": it names none.
func (a answer) code() string {
	return firstOf(a.first("errors").text("errorCode"), a.text("errorCode"), a.text("error"))
}

// isError tells errors, also those that come with the status of a success.
func (a answer) isError() bool {
	code := a.code()
	return code != "" && code != "0" && !a.holdsToken()
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// isHTML tells a web page. JSON that a server calls one is none.
func isHTML(resp *http.Response, body []byte) bool {
	text := strings.TrimSpace(string(body))
	start := strings.ToLower(text[:min(len(text), 16)])
	if strings.HasPrefix(start, "<!doctype") || strings.HasPrefix(start, "<html") {
		return true
	}
	media := mediaType(resp.Header)
	return (media == "text/html" || media == "application/xhtml+xml") && !strings.HasPrefix(start, "{")
}
