package sandbox

import (
	"net/http"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
)

// Errors of RingCX: a JSON object for most, plain text from the gateway in front of it for 401.

// cxError is the documented error object. Fields that only some sources show are left out.
func cxError(c *call, r *http.Request, status int, code, message string) answer {
	if !c.rules.RingCXErrorCode {
		code = ""
	}
	path := r.URL.Path
	if !c.rules.RingCXErrorFullPath {
		path = strings.TrimPrefix(path, "/voice")
	}
	return jsonAnswer(status, struct {
		ErrorCode      string `json:"errorCode,omitempty"`
		GeneralMessage string `json:"generalMessage"`
		Details        string `json:"details"`
		RequestURI     string `json:"requestUri"`
		Timestamp      int64  `json:"timestamp"`
	}{code, message, "", path + " - " + r.Method, c.now.UnixMilli()})
}

func cxNotFound(c *call, r *http.Request) answer { return cxNotFoundAs(c, r, http.StatusNotFound) }

func cxNotFoundAs(c *call, r *http.Request, status int) answer {
	return cxError(c, r, status, "resource.not.found.exception",
		"The resource you have requested does not exist")
}

func cxForbidden(c *call, r *http.Request) answer { return cxForbiddenAs(c, r, http.StatusForbidden) }

func cxForbiddenAs(c *call, r *http.Request, status int) answer {
	return cxError(c, r, status, "access.denied.exception",
		"You do not have permission to access this resource")
}

func cxBadRequest(c *call, r *http.Request) answer {
	return cxError(c, r, c.rules.RingCXMissingStatus, "invalid.request.exception", "The supplied data is not valid")
}

func cxUnauthorized(c *call, r *http.Request, message string) answer {
	return cxUnauthorizedAs(c, r, http.StatusUnauthorized, message)
}

func cxUnauthorizedAs(c *call, r *http.Request, status int, message string) answer {
	return cxError(c, r, status, "unauthorized.exception", message)
}

// cxBoolean is what an operation answers whose documented answer is a boolean.
func cxBoolean(c *call, r *http.Request, done bool) answer {
	if !done && c.rules.FalseStatus != http.StatusOK {
		return cxError(c, r, c.rules.FalseStatus, "operation.refused.exception", "The operation was refused")
	}
	return jsonAnswer(http.StatusOK, done)
}

func cxWrongMethod(c *call, r *http.Request) answer {
	return cxError(c, r, http.StatusMethodNotAllowed, "method.not.allowed.exception",
		"The method is not allowed for this resource")
}

// cxTooMany is the 429 of RingCX.
func cxTooMany(c *call, r *http.Request) answer {
	if c.rules.RingCXRateBody == "json" {
		return cxError(c, r, http.StatusTooManyRequests, "rate.limit.exception", "Too many requests")
	}
	return cxRateExceeded()
}

// cxRateExceeded is the 429 that was recorded.
func cxRateExceeded() answer { return textAnswer(http.StatusTooManyRequests, "rate") }

// Texts of the gateway. The one of jwtExpired is a setting.
const (
	jwtExpired   = "expired"
	jwtMissing   = "Jwt is missing"
	jwtMalformed = "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections"
	jwtForeign   = "Jwt issuer is not configured"
	jwtUnsigned  = "Jwt verification fails"
)

// gatewayText is the text that tells of a problem.
func gatewayText(r *contract.Rules, problem string) string {
	if problem == jwtExpired || r.GatewayTexts != contract.ByCause {
		return r.GatewayExpiredText
	}
	return problem
}

// gatewayRefusal is the 401 of the gateway, with its challenge.
func gatewayRefusal(c *call, r *http.Request, text string) answer {
	value := `Bearer realm="` + baseURL(r) + r.URL.EscapedPath() + `"`
	if text != jwtMissing {
		value += `, error="invalid_token"`
	}
	a := textAnswer(http.StatusUnauthorized, gatewayText(c.rules, text))
	if c.rules.GatewayChallenge {
		a = a.with("WWW-Authenticate", value)
	}
	return a
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
	return scheme + "://" + host + prefixOf(r)
}
