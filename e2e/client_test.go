package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/api"
	"github.com/ringcx-go/ringcx/internal/apigo"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// judge is a network that has requests judged by a validator of OpenAPI, and answers nothing.
type judge struct {
	validator.Validator
	seen int
	said []string // about the last request
	bend func(*http.Request)
}

func (j *judge) RoundTrip(r *http.Request) (*http.Response, error) {
	j.seen++
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body) // of our own, which cannot fail
	}
	judged := r.Clone(r.Context())
	judged.Header.Set("Authorization", "Bearer x")
	judged.Header.Set("Cookie", "access_token=x")
	judged.Body = io.NopCloser(bytes.NewReader(body))
	if j.bend != nil {
		j.bend(judged)
	}
	j.said = nil
	if ok, wrong := j.ValidateHttpRequestSync(judged); !ok {
		for _, e := range wrong {
			j.said = append(j.said, e.Error())
		}
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}, nil
}

// sampleOf is JSON of a type. Objects that are within themselves are left out.
func sampleOf(t *apispec.Type, within string) string {
	switch t.Kind {
	case apispec.Array:
		if strings.Contains(within, " "+t.Base().Name+" ") {
			return "[]"
		}
		return "[" + sampleOf(t.Elem, within) + "]"
	case apispec.Map:
		return `{"name":` + sampleOf(t.Elem, within) + "}"
	case apispec.Closed:
		return fmt.Sprintf("%q", apispec.Default().Values(t.Name).List[0])
	case apispec.Object:
		var members []string
		for _, f := range apispec.Default().Schema(t.Name).Fields {
			members = append(members, fmt.Sprintf("%q:%s", f.Name, sampleOf(f.Type, within+" "+t.Name+" ")))
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	if t.Name == "any" {
		return `["any"]`
	}
	scalar, _ := apispec.ScalarNamed(t.Name)
	return scalar.Example
}

// invoke calls the method of an operation with values of the description.
func invoke(t *testing.T, c *api.Client, op *apispec.Operation) {
	t.Helper()
	from := reflect.ValueOf(c).Elem()
	ofAccount := apigo.OfAccount(op.Section)
	if ofAccount {
		from = reflect.ValueOf(c.Account("15300002")).Elem()
	}
	method := from.FieldByName(op.Section.Service).MethodByName(op.Name)
	args := []reflect.Value{reflect.ValueOf(context.Background())}
	add := func(sample string) {
		v := reflect.New(method.Type().In(len(args)))
		if err := json.Unmarshal([]byte(sample), v.Interface()); err != nil {
			t.Fatalf("%s: %v", op.ID, err)
		}
		args = append(args, v.Elem())
	}
	for _, p := range op.Params {
		account := strings.EqualFold(p.Name, "accountId") || strings.EqualFold(p.Name, "subAccountId")
		if p.Required && (p.Place != apispec.InPath || !ofAccount || !account) {
			add(sampleOf(p.Type, ""))
		}
	}
	if len(op.Bodies) > 0 {
		if op.Bodies[0].Type.Name == "file" {
			args = append(args, reflect.ValueOf(&api.File{Content: strings.NewReader("a")}))
		} else {
			add(sampleOf(op.Bodies[0].Type, ""))
		}
	}
	for len(args) < method.Type().NumIn() {
		options := reflect.New(method.Type().In(len(args))).Elem()
		for i, f := range reflect.VisibleFields(options.Type()) {
			if f.Type.Kind() == reflect.String && op.Params[0].Place == apispec.InForm { // a form has to say something
				options.Field(i).SetString("x")
			}
		}
		args = append(args, options)
	}
	out := method.Call(args)
	err, _ := out[len(out)-1].Interface().(error)
	if err != nil && !errors.Is(err, api.ErrEmpty) { // only what is sent is judged: the answers say nothing
		t.Errorf("%s: %v", op.ID, err)
	}
}

func TestTheClientSendsWhatAValidatorOfOpenAPITakes(t *testing.T) {
	text, err := apispec.Default().OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := libopenapi.NewDocument(text)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	j := &judge{Validator: v}
	c := api.New(&http.Client{Transport: j}, "")
	for _, s := range apispec.Default().Sections {
		for _, op := range s.Operations {
			if !apigo.Offered(op) {
				continue
			}
			if invoke(t, c, op); len(j.said) > 0 {
				t.Errorf("%s: %s", op.ID, strings.Join(j.said, "\n"))
			}
		}
	}
	if j.seen < 370 {
		t.Errorf("only %d requests were judged", j.seen)
	}
	op, _ := apispec.Default().Find("updateAgentGroup")
	for name, bend := range map[string]func(*http.Request){
		"another body":   func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{"groupName":7}`)) },
		"another method": func(r *http.Request) { r.Method = http.MethodPatch },
		"another path":   func(r *http.Request) { r.URL.Path += "/x" },
	} {
		j.bend = bend
		if invoke(t, c, op); len(j.said) == 0 {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestTheClientCallsWithTheTokenOfASession(t *testing.T) {
	vendor := ringcxtest.NewServer(t, nil)
	app := vendor.Demo()
	cfg := &ringcx.Config{
		ClientID: app.ClientID, ClientSecret: app.ClientSecret,
		Endpoint: ringcx.Endpoint{RingCentral: vendor.URL, RingCX: vendor.URL},
	}
	c := api.New(cfg.NewSession(cfg.JWT(app.JWT), nil).Client(), vendor.URL)
	accounts, err := c.Accounts.List(t.Context())
	if err != nil || len(accounts) == 0 || accounts[0].AccountID == "" {
		t.Fatalf("%d accounts: %v", len(accounts), err)
	}
	_, err = api.New(nil, vendor.URL).Accounts.List(t.Context())
	var refused *api.Error
	if !errors.As(err, &refused) || refused.Status != http.StatusUnauthorized {
		t.Errorf("without a token: %v", err)
	}
}
