package sandbox

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

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/ringcx"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// controlRoutes is the surface under /_sandbox/ that steers the server from any language. Requests are checked
// strictly, because a test that misspells a field should hear about it. Who may ask is the guard's business.
func (s *Server) controlRoutes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, do func(*http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			v, err := s.bounded(w, r, pattern, do)
			if failed := s.edited(); err == nil && failed != nil {
				endpoint.Text(http.StatusInternalServerError, failed.Error()).Write(w)
				return
			}
			controlAnswer(v, err).Write(w)
		})
	}
	handle("POST /_sandbox/clock", s.controlClock)
	mux.HandleFunc("GET /_sandbox/requests", s.controlRequests)
	handle("POST /_sandbox/reset", s.controlReset)
	mux.HandleFunc("GET /_sandbox/snapshot", s.controlSnapshot)
	handle(restorePattern, s.controlRestore)
	handle("GET /_sandbox/namespaces", s.controlNamespaces)
	handle("POST /_sandbox/namespaces", s.controlNamespace)
	handle("DELETE /_sandbox/namespaces/{name}", s.controlDeleteNamespace)
	handle("POST /_sandbox/switches", s.controlSwitches)
	mux.HandleFunc("GET /_sandbox/contract", s.controlContract)
	handle("GET /_sandbox/state", s.controlState)
	handle("GET /_sandbox/env", s.controlEnv)
	handle("GET /_sandbox/jwks", func(*http.Request) (any, error) { return s.ringcx.Key().JWKS(), nil })
	handle("POST /_sandbox/apps", s.controlApp)
	handle("POST /_sandbox/accounts", s.controlAccount)
	handle("POST /_sandbox/users", s.controlNewUser)
	handle("POST /_sandbox/users/{id}", s.controlUser)
	handle("POST /_sandbox/credentials", s.controlCredential)
	handle("DELETE /_sandbox/credentials/{id}", s.controlDeleteCredential)
	handle("POST /_sandbox/faults", s.controlFault)
	handle("GET /_sandbox/faults", s.controlFaults)
	handle("DELETE /_sandbox/faults", s.controlClearFaults)
	s.controlRingCX(handle)
	handle("/_sandbox/", func(r *http.Request) (any, error) {
		return nil, fmt.Errorf("%w: %s %s%s", errNoSuchThing, r.Method, r.URL.Path, otherMethods(mux, r))
	})
	return mux
}

// otherMethods names those with which the path of r is there, if there are any.
func otherMethods(mux *http.ServeMux, r *http.Request) string {
	var there []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := mux.Handler(other); strings.HasPrefix(pattern, method+" ") {
			there = append(there, method)
		}
	}
	if there == nil {
		return ""
	}
	return ", only " + strings.Join(there, " and ") + " of it"
}

// restorePattern is the route whose bodies may be large.
const restorePattern = "POST /_sandbox/snapshot"

// bounded lets do answer r, as long as what it brings is not too much.
func (s *Server) bounded(w http.ResponseWriter, r *http.Request, pattern string, do func(*http.Request) (any, error)) (any, error) {
	if pattern == restorePattern || r.Body == nil {
		return do(r)
	}
	most, err := s.room(r)
	if err != nil {
		return nil, err
	}
	body := &bodyMeter{ReadCloser: http.MaxBytesReader(w, r.Body, int64(most))}
	r.Body = body
	v, err := do(r)
	if err == nil {
		s.changed(r, body.weight)
	}
	return v, err
}

var errNoSuchThing = errors.New("no such thing")

// controlAnswer is 200 with what was asked for, else 404, 408, 413, 503 or 400 with an error in words.
func controlAnswer(v any, err error) endpoint.Response {
	var large *http.MaxBytesError
	var slow net.Error
	switch {
	case errors.As(err, &slow) && slow.Timeout():
		return endpoint.JSON(http.StatusRequestTimeout, map[string]string{"error": "the body of the request did not come in time"}).
			With("Connection", "close")
	case errors.Is(err, errNoSuchThing):
		return endpoint.JSON(http.StatusNotFound, map[string]string{"error": err.Error()})
	case errors.As(err, &large) && large.Limit == snapshotLimit:
		return endpoint.JSON(http.StatusRequestEntityTooLarge, map[string]string{"error": fmt.Sprintf(
			"the snapshot is larger than %d MiB; a sandbox that is started with --snapshot FILE takes it", snapshotLimit>>20)})
	case errors.As(err, new(heavyError)):
		return endpoint.JSON(http.StatusRequestEntityTooLarge, map[string]string{"error": err.Error()})
	case errors.As(err, &large):
		return endpoint.JSON(http.StatusRequestEntityTooLarge, map[string]string{"error": fmt.Sprintf(
			"the request is larger than %d KiB", large.Limit>>10)})
	case errors.Is(err, errCrowded):
		return endpoint.JSON(http.StatusServiceUnavailable, map[string]string{"error": err.Error()}).With("Retry-After", "5")
	case err != nil:
		return endpoint.JSON(http.StatusBadRequest, map[string]string{"error": err.Error()})
	}
	return endpoint.JSON(http.StatusOK, v)
}

// readJSON decodes the body of r into v, which must have a field for everything in it.
func readJSON(r *http.Request, v any) error {
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

func (s *Server) controlClock(r *http.Request) (any, error) {
	var in struct {
		Advance *wording.JSONDuration `json:"advance"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Advance == nil {
		return nil, errors.New(`give "advance", a duration such as "5m"`)
	}
	if err := s.move(time.Duration(*in.Advance)); err != nil {
		return nil, err
	}
	return map[string]time.Time{"now": s.Now()}, nil
}

func (s *Server) controlReset(*http.Request) (any, error) {
	if err := s.reset(); err != nil {
		return nil, err
	}
	return map[string]time.Time{"now": s.Now()}, nil
}

// controlSwitches changes the settings that are given; the others stay. It answers with all of them.
func (s *Server) controlSwitches(r *http.Request) (any, error) {
	var in map[string]json.RawMessage
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if err := s.changeJSON(in); err != nil {
		return nil, err
	}
	return s.rules.Load().Values(), nil
}

// controlState counts things and names the figures in force; nothing in it is secret.
func (s *Server) controlState(*http.Request) (any, error) {
	tokens := s.ringcx.CountSeen()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rules.Load()
	limits := map[string]any{}
	for i, kind := range limit.Kinds {
		a := kind.Allowed(r)
		limits[kind.Shown] = map[string]any{
			"limit": a.Limit, "window": a.Window.String(), "penalty": a.Penalty.String(),
			"enabled": a.Limit > 0 && !s.limits.IsOff(limit.Kind(i)),
		}
	}
	return map[string]any{
		"namespace": s.namespace, // "": outside of all
		"now":       s.Now(), "offset": s.offset().String(),
		"seed": s.world.Seed(s.mu.Tx), "algorithm": s.opts.Algorithm, "tokenTTL": r.RingCXTokenTTL.String(),
		"profile": s.opts.Profile, "switches": r.Values(),
		"limits": limits,
		"counts": map[string]int{
			"accounts": s.world.Accounts.Len(s.mu.Tx), "users": s.world.CountUsers(s.mu.Tx), "apps": s.world.Apps.Len(s.mu.Tx),
			"credentials": s.world.Credentials.Len(s.mu.Tx), "sessions": s.platform.Live(),
			"authorizationCodes": s.platform.Codes.Len(s.mu.Tx), "ringcxAccessTokens": tokens,
			"ringcxRefreshTokens": s.ringcx.Live(s.Now(), r), "ringcxAdmins": s.world.CountAdmins(s.mu.Tx),
			"ringcxApiTokens": s.ringcx.CountAPITokens(s.mu.Tx), "requests": s.journal.Size(), "faults": s.faults.Size(),
		},
	}, nil
}

// controlEnv gives the demo credentials, also under the names that the vendor's samples use for the environment.
func (s *Server) controlEnv(r *http.Request) (any, error) {
	demo := s.Demo()
	return map[string]any{
		"clientId": demo.ClientID, "clientSecret": demo.ClientSecret, "jwt": demo.JWT,
		"email": demo.Email, "password": demo.Password, "nativeClientId": demo.NativeClientID,
		"webClientId": demo.WebClientID, "webClientSecret": demo.WebClientSecret, "webRedirectUri": demo.WebRedirectURI,
		"adminUsername": demo.AdminUsername, "adminPassword": demo.AdminPassword, "platformId": demo.PlatformID,
		"segmentId": ringcx.DemoSegment,
		"env":       environment(endpoint.BaseURL(r), demo),
	}, nil
}

// environment is what leads programs to a server, under the names that the vendor's samples use.
func environment(url string, demo Credentials) map[string]string {
	return map[string]string{
		"RC_SERVER_URL": url, "RINGCX_SERVER_URL": url,
		"RC_APP_CLIENT_ID": demo.ClientID, "RC_APP_CLIENT_SECRET": demo.ClientSecret, "RC_USER_JWT": demo.JWT,
	}
}
