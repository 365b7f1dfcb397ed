package ringcx

import (
	"net/http"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// Errors of RingCX: a JSON object for most, plain text from the gateway in front of it for 401.
// Statuses that the vendor may have otherwise are in contract/facts_ringcx_*.go and facts_exchange.go, words are here.

// refusal is the documented error object. Fields that only some sources show are left out.
func refusal(c *endpoint.Call, r *http.Request, status int, code, message string) endpoint.Response {
	if !c.Rules.RingCXErrorCode {
		code = ""
	}
	path := r.URL.Path
	if !c.Rules.RingCXErrorFullPath {
		path = strings.TrimPrefix(path, "/voice")
	}
	return endpoint.JSON(status, struct {
		ErrorCode      string `json:"errorCode,omitempty"`
		GeneralMessage string `json:"generalMessage"`
		Details        string `json:"details"`
		RequestURI     string `json:"requestUri"`
		Timestamp      int64  `json:"timestamp"`
	}{code, message, "", path + " - " + r.Method, c.Now.UnixMilli()})
}

// NotFound is the 404 of RingCX.
func NotFound(c *endpoint.Call, r *http.Request) endpoint.Response {
	return notFoundAs(c, r, http.StatusNotFound)
}

func notFoundAs(c *endpoint.Call, r *http.Request, status int) endpoint.Response {
	return refusal(c, r, status, "resource.not.found.exception",
		"The resource you have requested does not exist")
}

func forbidden(c *endpoint.Call, r *http.Request) endpoint.Response {
	return forbiddenAs(c, r, http.StatusForbidden)
}

func forbiddenAs(c *endpoint.Call, r *http.Request, status int) endpoint.Response {
	return refusal(c, r, status, "access.denied.exception",
		"You do not have permission to access this resource")
}

func badRequest(c *endpoint.Call, r *http.Request) endpoint.Response {
	return refusal(c, r, c.Rules.RingCXMissingStatus, "invalid.request.exception", "The supplied data is not valid")
}

func unauthorized(c *endpoint.Call, r *http.Request, message string) endpoint.Response {
	return unauthorizedAs(c, r, http.StatusUnauthorized, message)
}

func unauthorizedAs(c *endpoint.Call, r *http.Request, status int, message string) endpoint.Response {
	return refusal(c, r, status, "unauthorized.exception", message)
}

// boolean is what an operation answers whose documented answer is a boolean.
func boolean(c *endpoint.Call, r *http.Request, done bool) endpoint.Response {
	if !done && c.Rules.FalseStatus != http.StatusOK {
		return refusal(c, r, c.Rules.FalseStatus, "operation.refused.exception", "The operation was refused")
	}
	return endpoint.JSON(http.StatusOK, done)
}

// WrongMethod is the 405 of RingCX.
func WrongMethod(c *endpoint.Call, r *http.Request) endpoint.Response {
	return refusal(c, r, http.StatusMethodNotAllowed, "method.not.allowed.exception",
		"The method is not allowed for this resource")
}

// TooMany is the 429 of RingCX.
func TooMany(c *endpoint.Call, r *http.Request) endpoint.Response {
	if c.Rules.RingCXRateBody == "json" {
		return refusal(c, r, http.StatusTooManyRequests, "rate.limit.exception", "Too many requests")
	}
	return endpoint.Text(http.StatusTooManyRequests, "rate") // as it was recorded
}

// Texts of the gateway. The one of jwtExpired is a setting.
const (
	jwtExpired   = "expired"
	jwtMissing   = "Jwt is missing"
	jwtMalformed = "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections"
	jwtForeign   = "Jwt issuer is not configured"
	jwtUnsigned  = "Jwt verification fails"
)

// GatewayText is the text that tells of a problem.
func GatewayText(r *contract.Rules, problem string) string {
	if problem == jwtExpired || r.GatewayTexts != contract.ByCause {
		return r.GatewayExpiredText
	}
	return problem
}

// gatewayRefusal is the 401 of the gateway, with its challenge.
func gatewayRefusal(c *endpoint.Call, r *http.Request, text string) endpoint.Response {
	value := `Bearer realm="` + endpoint.BaseURL(r) + r.URL.EscapedPath() + `"`
	if text != jwtMissing {
		value += `, error="invalid_token"`
	}
	a := endpoint.Text(http.StatusUnauthorized, GatewayText(c.Rules, text))
	if c.Rules.GatewayChallenge {
		a = a.With("WWW-Authenticate", value)
	}
	return a
}
