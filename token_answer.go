package ringcx

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// decode reads the fields of an answer.
func decode(op string, body []byte) (answer, error) {
	a := readTokens(body)
	if a == nil {
		err := json.Unmarshal(body, &a)
		msg := "the answer is not the JSON expected"
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) || len(body) == 0 {
			msg = "the answer is empty or incomplete JSON"
		}
		return nil, &Error{Op: op, StatusCode: http.StatusOK, Message: msg, kind: failLost}
	}
	return a, nil
}

// checkTokens tells tokens of an answer from what cannot be any. The refresh token may be missing.
func checkTokens(op, access, refresh string) error {
	problem := ""
	switch {
	case access == "":
		problem = "the answer holds no access token"
	case !isBearer(access):
		problem = "the answer holds an access token that cannot be one (RFC 6750)"
	case !isRefreshToken(refresh):
		problem = "the answer holds a refresh token that cannot be one (RFC 6749)"
	default:
		return nil
	}
	return &Error{Op: op, StatusCode: http.StatusOK, Message: problem, kind: failLost}
}

// unsentToken is a token of a program's own that cannot be one.
func unsentToken(op, name, token string) error {
	if token == "" {
		return unsent(op, fmt.Errorf("there is no %s", name))
	}
	return unsent(op, checkInputs(input{name, token, foreign}))
}

// unsent is what is wrong with a request that was not made; nil if nothing is.
func unsent(op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: op, Message: err.Error(), kind: failUnsent, cause: err}
}
