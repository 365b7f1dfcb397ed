package platform

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// Errors of the RingCentral platform. There are two envelopes: the OAuth endpoints use RFC 6749 plus an array, the
// API repeats code and message at the top level (both observed).

type errorItem struct {
	ErrorCode      string           `json:"errorCode"`
	Message        string           `json:"message"`
	Parameters     []errorParameter `json:"parameters,omitempty"`
	PermissionName string           `json:"permissionName,omitempty"`
}

type errorParameter struct {
	Name  string `json:"parameterName"`
	Value string `json:"parameterValue"`
}

// oauthError is an error of the OAuth endpoints. The zero status means 400.
type oauthError struct {
	status        int
	kind          string // error
	code, message string
	parameter     *errorParameter
	challenge     bool // add WWW-Authenticate
	basic         bool // which asks for a name and a password
}

func (e *oauthError) statusSent() int { return cmp.Or(e.status, http.StatusBadRequest) }

func (e *oauthError) answer() endpoint.Response {
	item := errorItem{ErrorCode: e.code, Message: e.message}
	if e.parameter != nil {
		item.Parameters = []errorParameter{*e.parameter}
	}
	a := endpoint.JSON(e.statusSent(), struct {
		Error       string      `json:"error"`
		Errors      []errorItem `json:"errors"`
		Description string      `json:"error_description"`
	}{e.kind, []errorItem{item}, e.message})
	if e.challenge {
		a = a.With("WWW-Authenticate", challenge(e.kind, e.message))
	}
	if e.basic {
		a = a.With("WWW-Authenticate", `Basic realm="RingCentral REST API"`)
	}
	return a
}

// words are code and message for the log, without what was sent.
func (e *oauthError) words() string {
	message, _, _ := strings.Cut(e.message, ": ")
	return cmp.Or(e.code, e.kind) + " " + message
}

func invalidGrant(code, message string) *oauthError {
	return &oauthError{kind: "invalid_grant", code: code, message: message}
}

func invalidRequest(code, message string) *oauthError {
	return &oauthError{kind: "invalid_request", code: code, message: message}
}

// invalidClient refuses an app, with a challenge.
func invalidClient(status int, code, message string) *oauthError {
	return &oauthError{status: status, kind: "invalid_client", code: code, message: message, challenge: true}
}

func userDisabled() *oauthError { return invalidGrant("OAU-236", "Extension is disabled or frozen") }

func invalidParameter(name string) *oauthError {
	e := invalidRequest("CMN-101", "Parameter ["+name+"] value is invalid")
	e.parameter = &errorParameter{Name: name}
	return e
}

// formError is the answer to a body that cannot be read; err comes from readForm.
func formError(c *endpoint.Call, err error) *oauthError {
	e := invalidRequest("CMN-101", "Request body is not a valid form")
	switch {
	case errors.Is(err, endpoint.ErrNotAForm):
		e = invalidRequest(TransportCode(c, "CMN-415"), "Unsupported Media Type")
		e.status = http.StatusUnsupportedMediaType
	case errors.Is(err, endpoint.ErrTooLarge):
		e = invalidRequest(TransportCode(c, "CMN-413"), "Request body is too large")
		e.status = http.StatusRequestEntityTooLarge
	}
	return e
}

// TransportCode is the code of an error that has a status of its own, unless one code stands for all.
func TransportCode(c *endpoint.Call, code string) string { return chosen(c.Rules.TransportCodes, code) }

// chosen is the code of a cause, unless a setting names the one that stands for all.
func chosen(setting, code string) string {
	if setting == contract.ByCause || setting == contract.ByStatus {
		return code
	}
	return setting
}

// challenge is a WWW-Authenticate value of the platform.
func challenge(code, description string) string {
	return `Bearer realm="RingCentral REST API", error=` + strconv.Quote(code) +
		`, error_description=` + strconv.Quote(description)
}

// APIError is an error of the platform's API endpoints.
func APIError(status int, code, message string) endpoint.Response {
	return apiErrorAs(code, status, errorItem{ErrorCode: code, Message: message})
}

// apiErrorAs is an API error whose top-level code differs from the code of its item.
func apiErrorAs(top string, status int, item errorItem) endpoint.Response {
	return endpoint.JSON(status, struct {
		ErrorCode      string      `json:"errorCode"`
		Message        string      `json:"message"`
		Errors         []errorItem `json:"errors"`
		PermissionName string      `json:"permissionName,omitempty"`
	}{top, item.Message, []errorItem{item}, item.PermissionName})
}

// tokenInvalid is the 401 for a bearer token that the platform refuses.
func tokenInvalid(code, message string) endpoint.Response {
	return apiErrorAs("TokenInvalid", http.StatusUnauthorized, errorItem{ErrorCode: code, Message: message}).
		With("WWW-Authenticate", challenge("invalid_token", message))
}

func missingPermission(scope string) endpoint.Response { return lacks("application", scope, "CMN-401") }

// userLacks refuses a user whose role does not give a permission, whatever the app may.
func userLacks(permission string) endpoint.Response { return lacks("user", permission, "CMN-408") }

func lacks(who, permission, code string) endpoint.Response {
	return apiErrorAs("InsufficientPermissions", http.StatusForbidden, errorItem{
		ErrorCode: code, PermissionName: permission,
		Message: "In order to call this API endpoint, " + who + " needs to have [" + permission + "] permission",
	})
}

// RateExceeded is the platform's 429; it has the API envelope at the OAuth endpoints too.
func RateExceeded() endpoint.Response {
	const code, message = "CMN-301", "Request rate exceeded"
	return APIError(http.StatusTooManyRequests, code, message).With("WWW-Authenticate", challenge(code, message))
}
