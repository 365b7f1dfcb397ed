package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const vectorDir = "testdata/vectors"

// vector is an answer of the vendor, with values of our own: what a real one has at which place.
type vector struct {
	About     string            // the request
	Certainty string            // documented, observed or assumed
	Status    int               //
	Headers   map[string]string // all but Date and Content-Length; a value after "~" is a regular expression
	Nullable  []string          // places that may be null or not
	Exact     []string          // places whose value is the vendor's, not ours
	Ordered   bool              // the order of the fields is known
	Body      json.RawMessage   // JSON, else
	Text      *string           // text; after "~" a regular expression
}

// readVector reads a vector, with pairs of old and new text changed in it.
func readVector(t *testing.T, name string, changes ...string) *vector {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(vectorDir, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(changes); i += 2 {
		old, changed := []byte(changes[i]), []byte(changes[i+1])
		if !bytes.Contains(text, old) {
			t.Fatalf("%s is not in %s", old, name)
		}
		text = bytes.Replace(text, old, changed, 1)
	}
	var v vector
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return &v
}

// place is one value of a JSON text, with the order of its fields.
type place struct {
	kind   string // "object", "array", "string", "number", "boolean" or "null"
	value  any    // of what is no object and no array
	keys   []string
	fields map[string]*place
	items  []*place
}

func readPlace(text []byte) (*place, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	p, err := nextPlace(dec)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the JSON value: %w", err)
	}
	return p, nil
}

func nextPlace(dec *json.Decoder) (*place, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Delim:
		return insidePlace(dec, v)
	case string:
		return &place{kind: "string", value: v}, nil
	case float64:
		return &place{kind: "number", value: v}, nil
	case bool:
		return &place{kind: "boolean", value: v}, nil
	}
	return &place{kind: "null"}, nil
}

func insidePlace(dec *json.Decoder, open json.Delim) (*place, error) {
	p := &place{kind: "array", fields: map[string]*place{}}
	if open == '{' {
		p.kind = "object"
	}
	for dec.More() {
		var key string
		if p.kind == "object" {
			token, err := dec.Token()
			if err != nil {
				return nil, err
			}
			key = token.(string)
		}
		child, err := nextPlace(dec)
		if err != nil {
			return nil, err
		}
		if p.kind == "array" {
			p.items = append(p.items, child)
			continue
		}
		if p.fields[key] != nil {
			return nil, fmt.Errorf("the field %q is there twice", key)
		}
		p.keys, p.fields[key] = append(p.keys, key), child
	}
	_, err := dec.Token()
	return p, err
}

// differences are what r has in another way than the vector, by place.
func (v *vector) differences(r reply) []string {
	var out []string
	if r.status != v.Status {
		out = append(out, fmt.Sprintf("status: %d, want %d", r.status, v.Status))
	}
	out = append(out, v.headerDifferences(r.header)...)
	if v.Body == nil {
		if v.Text != nil && !fits(r.body, *v.Text) {
			out = append(out, fmt.Sprintf("text: %q, want %q", r.body, *v.Text))
		}
		return out
	}
	want, err := readPlace(v.Body)
	if err != nil {
		return append(out, "the vector: "+err.Error())
	}
	got, err := readPlace([]byte(r.body))
	if err != nil {
		return append(out, "body: "+err.Error())
	}
	return append(out, v.compare("", want, got)...)
}

func fits(got, want string) bool {
	if pattern, ok := strings.CutPrefix(want, "~"); ok {
		return regexp.MustCompile(pattern).MatchString(got)
	}
	return got == want
}

func (v *vector) headerDifferences(got http.Header) []string {
	var out []string
	wanted := http.Header{}
	for name, value := range v.Headers {
		wanted.Set(name, value)
		switch all := got.Values(name); {
		case len(all) != 1:
			out = append(out, fmt.Sprintf("header %s: there %d times", name, len(all)))
		case !fits(all[0], value):
			out = append(out, fmt.Sprintf("header %s: %q, want %q", name, all[0], value))
		}
	}
	for name := range got {
		if wanted.Get(name) == "" && name != "Date" && name != "Content-Length" {
			out = append(out, "header "+name+": extra")
		}
	}
	return out
}

// compare looks at a place of both, and at everything below it.
func (v *vector) compare(path string, want, got *place) []string {
	switch {
	case want.kind != got.kind && slices.Contains(v.Nullable, path) && (want.kind == "null" || got.kind == "null"):
		return nil
	case want.kind != got.kind:
		return []string{fmt.Sprintf("%s: %s, want %s", path, got.kind, want.kind)}
	case slices.Contains(v.Exact, path) && want.value != got.value:
		return []string{fmt.Sprintf("%s: %v, want %v", path, got.value, want.value)}
	case want.kind == "array":
		return v.compareItems(path+"[]", want.items, got.items)
	}
	return v.compareFields(path, want, got)
}

// compareItems compares each item with the one at its place in the vector or, behind its end, with the last.
func (v *vector) compareItems(path string, want, got []*place) []string {
	if (len(want) == 0) != (len(got) == 0) {
		return []string{fmt.Sprintf("%s: %d items, want %d", path, len(got), len(want))}
	}
	var out []string
	if slices.Contains(v.Exact, path) && len(want) != len(got) {
		out = append(out, fmt.Sprintf("%s: %d items, want %d", path, len(got), len(want)))
	}
	for i, item := range got {
		for _, d := range v.compare(path, want[min(i, len(want)-1)], item) {
			if !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	return out
}

func (v *vector) compareFields(path string, want, got *place) []string {
	var out []string
	at := func(key string) string { return strings.TrimPrefix(path+"."+key, ".") }
	for _, key := range want.keys {
		if got.fields[key] == nil {
			out = append(out, at(key)+": missing")
		}
	}
	for _, key := range got.keys {
		if want.fields[key] == nil {
			out = append(out, at(key)+": extra")
			continue
		}
		out = append(out, v.compare(at(key), want.fields[key], got.fields[key])...)
	}
	if v.Ordered && len(out) == 0 && !slices.Equal(want.keys, got.keys) {
		out = append(out, fmt.Sprintf("%s: the order is %q, want %q", path, got.keys, want.keys))
	}
	return out
}

func TestEachAnswerHasTheFieldsTypesAndHeadersOfTheVendors(t *testing.T) {
	files, err := filepath.Glob(vectorDir + "/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d vectors, %v", len(files), err)
	}
	names := map[string]bool{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		names[name] = true
		ask := vectorRequests[name]
		if ask == nil {
			t.Errorf("nothing asks for %s", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			v := readVector(t, name)
			for _, d := range v.differences(ask(newVendor(t, defaultOptions))) {
				t.Error(d)
			}
		})
	}
	for name := range maps.Keys(vectorRequests) {
		if !names[name] {
			t.Errorf("there is no vector %s", name)
		}
	}
}

func TestAnAnswerThatDiffersIsReportedByThePlace(t *testing.T) {
	box := newVendor(t, defaultOptions)
	answer := box.exchangeToken(str(box.login(), "access_token"))
	limited := vectorRequests["ringcx-exchange-limit"](newVendor(t, defaultOptions))
	turned := box.read(box.groupsPath())
	turned.body = `[{"agentGroupId":1,"permissions":[],"groupName":"Day","isDefault":true}]`
	for name, c := range map[string]struct {
		vector, old, new string // what is changed in the vector
		answer           reply
		want             string
	}{
		"a field less":     {"ringcx-exchange", `"platformId"`, `"expiresIn": 300, "platformId"`, answer, "expiresIn: missing"},
		"a field more":     {"ringcx-exchange", `"ssoLogin": true,`, ``, answer, "ssoLogin: extra"},
		"deep down":        {"ringcx-exchange", `"rcUserId": 1500200004,`, ``, answer, "agentDetails[].rcUserId: extra"},
		"another type":     {"ringcx-exchange", `"adminId": 4711`, `"adminId": "4711"`, answer, "adminId: number, want string"},
		"null":             {"ringcx-exchange", `"analyticsUrl": null`, `"analyticsUrl": ""`, answer, "analyticsUrl: null, want string"},
		"not null":         {"ringcx-exchange", `"adminUrl": "/voice/admin/"`, `"adminUrl": null`, answer, "adminUrl: string, want null"},
		"the vendor's own": {"ringcx-exchange", `"tokenType": "Bearer"`, `"tokenType": "bearer"`, answer, "tokenType: Bearer, want bearer"},
		"the order":        {"ringcx-agent-groups", `"certainty"`, `"nullable": [], "certainty"`, turned, `[]: the order is ["agentGroupId" "permissions" "groupName" "isDefault"], want ["permissions" "agentGroupId" "groupName" "isDefault"]`},
		"an item less":     {"ringcx-users", `"children": []`, `"children": [null]`, box.get(usersPath, str(answer.json(), "accessToken")), "[].children[].children[]: 0 items, want 1"},
		"a header less":    {"ringcx-exchange", `"Cache-Control"`, `"Pragma": "no-cache", "Cache-Control"`, answer, "header Pragma: there 0 times"},
		"a header more":    {"ringcx-exchange", `"Cache-Control": "no-store",`, ``, answer, "header Cache-Control: extra"},
		"a header's shape": {"ringcx-exchange", `"~^[0-9]+$"`, `"~^[a-z]+$"`, answer, `header X-Rate-Limit-Remaining: "4", want "~^[a-z]+$"`},
		"the status":       {"ringcx-exchange", `"status": 200`, `"status": 201`, answer, "status: 200, want 201"},
		"text":             {"ringcx-exchange-limit", `"text": "rate"`, `"text": "late"`, limited, `text: "rate", want "late"`},
	} {
		t.Run(name, func(t *testing.T) {
			v := readVector(t, c.vector, c.old, c.new)
			if got := v.differences(c.answer); !slices.Contains(got, c.want) {
				t.Errorf("%q, want %q among them", got, c.want)
			}
		})
	}
}
