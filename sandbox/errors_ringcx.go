package sandbox

import (
	"net/http"
	"strings"
)

// Errors of RingCX: a JSON object for most, plain text from the gateway in front of it for 401.

// cxError is the documented error object. Fields that only some sources show are left out.
func cxError(c *call, r *http.Request, status int, code, message string) answer {
	return jsonAnswer(status, struct {
		ErrorCode      string `json:"errorCode"`
		GeneralMessage string `json:"generalMessage"`
		Details        string `json:"details"`
		RequestURI     string `json:"requestUri"`
		Timestamp      int64  `json:"timestamp"`
	}{code, message, "", strings.TrimPrefix(r.URL.Path, "/voice") + " - " + r.Method, c.now.UnixMilli()})
}

func cxNotFound(c *call, r *http.Request) answer { // code assumed
	return cxError(c, r, http.StatusNotFound, "resource.not.found.exception",
		"The resource you have requested does not exist")
}

func cxForbidden(c *call, r *http.Request) answer {
	return cxError(c, r, http.StatusForbidden, "access.denied.exception",
		"You do not have permission to access this resource")
}

func cxBadRequest(c *call, r *http.Request) answer { // code assumed
	return cxError(c, r, http.StatusBadRequest, "invalid.request.exception", "The supplied data is not valid")
}

func cxUnauthorized(c *call, r *http.Request, message string) answer { // body assumed
	return cxError(c, r, http.StatusUnauthorized, "unauthorized.exception", message)
}

func cxWrongMethod(c *call, r *http.Request) answer { // body assumed
	return cxError(c, r, http.StatusMethodNotAllowed, "method.not.allowed.exception",
		"The method is not allowed for this resource")
}

// cxRateExceeded is the 429 of RingCX: a word, not the error object (observed once, on another path).
func cxRateExceeded() answer { return textAnswer(http.StatusTooManyRequests, "rate") }

// Texts of the gateway. Only the first is documented for RingCX; the others belong to the same gateway.
const (
	jwtExpired   = "Jwt is expired"
	jwtMissing   = "Jwt is missing"
	jwtMalformed = "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections"
	jwtForeign   = "Jwt issuer is not configured"
	jwtUnsigned  = "Jwt verification fails"
)

// gatewayRefusal is the 401 of the gateway, with its challenge.
func gatewayRefusal(r *http.Request, text string) answer {
	value := `Bearer realm="` + baseURL(r) + r.URL.EscapedPath() + `"`
	if text != jwtMissing {
		value += `, error="invalid_token"`
	}
	return textAnswer(http.StatusUnauthorized, text).with("WWW-Authenticate", value)
}

// baseURL is the address that r was sent to, as its sender knows it.
func baseURL(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	host := strings.Map(func(c rune) rune {
		if c <= ' ' || c == '"' || c == '\\' || c > '~' {
			return -1
		}
		return c
	}, r.Host)
	return scheme + "://" + host
}
