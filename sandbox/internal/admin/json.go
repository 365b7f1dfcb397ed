package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// ErrNoSuchThing is why something cannot be shown or changed: it is not there. Answer makes 404 of it.
var ErrNoSuchThing = errors.New("no such thing")

// Answer is 200 with what was asked for, else 404, 408, 413, 503 or 400 with an error in words.
func Answer(v any, err error) endpoint.Response {
	refusal := func(status int, words string) endpoint.Response {
		return endpoint.JSON(status, map[string]string{"error": words})
	}
	var large *http.MaxBytesError
	var slow net.Error
	switch {
	case errors.As(err, &slow) && slow.Timeout():
		return refusal(http.StatusRequestTimeout, "the body of the request did not come in time").With("Connection", "close")
	case errors.Is(err, ErrNoSuchThing):
		return refusal(http.StatusNotFound, err.Error())
	case errors.As(err, &large) && large.Limit == budget.SnapshotLimit:
		return refusal(http.StatusRequestEntityTooLarge, fmt.Sprintf(
			"the snapshot is larger than %d MiB; a sandbox that is started with --snapshot FILE takes it", budget.SnapshotLimit>>20))
	case errors.As(err, new(budget.HeavyError)):
		return refusal(http.StatusRequestEntityTooLarge, err.Error())
	case errors.As(err, &large):
		return refusal(http.StatusRequestEntityTooLarge, fmt.Sprintf("the request is larger than %d KiB", large.Limit>>10))
	case errors.Is(err, budget.ErrCrowded):
		return refusal(http.StatusServiceUnavailable, err.Error()).With("Retry-After", "5")
	case err != nil:
		return refusal(http.StatusBadRequest, err.Error())
	}
	return endpoint.JSON(http.StatusOK, v)
}

// ReadJSON decodes the body of r into v, which must have a field for everything in it.
func ReadJSON(r *http.Request, v any) error {
	dec := json.NewDecoder(wording.WithoutMark(r.Body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("reading the request: %w", inJSON(err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("reading the request: more than one JSON value")
	}
	return nil
}

// inJSON is err in the words of JSON, for readers who do not know Go.
func inJSON(err error) error {
	var kind *json.UnmarshalTypeError
	var moment *time.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("the body is empty; give a JSON object, such as {}")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON ends too early")
	case errors.As(err, &moment):
		return fmt.Errorf("%q is not a time such as 2027-01-31T00:00:00Z", wording.Clip(moment.Value))
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("it is JSON of another kind (%s); give an object, such as {}", kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf("%s cannot be JSON of this kind: %s; give %s", wording.Clip(kind.Field[strings.LastIndex(kind.Field, ".")+1:]), kind.Value, kindWords(kind.Type))
	case strings.HasPrefix(err.Error(), "json: "):
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return err
}

// kindWords says what JSON a field of type t takes.
func kindWords(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[wording.JSONDuration]():
		return `a duration such as "5m"`
	case t.Kind() == reflect.Bool:
		return "true or false, without quotes"
	case t.Kind() == reflect.String:
		return "a text"
	case t.Kind() == reflect.Slice:
		return "a list"
	case t.Kind() == reflect.Struct, t.Kind() == reflect.Map:
		return "an object"
	}
	return "a number, without quotes"
}

// Environment is what leads programs to a server, under the names that the vendor's samples use.
func Environment(url string, demo model.Demo) map[string]string {
	return map[string]string{
		"RC_SERVER_URL": url, "RINGCX_SERVER_URL": url,
		"RC_APP_CLIENT_ID": demo.ClientID, "RC_APP_CLIENT_SECRET": demo.ClientSecret, "RC_USER_JWT": demo.JWT,
	}
}
