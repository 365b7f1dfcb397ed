package apispec

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// object is a JSON object. Its names come out sorted.
type object map[string]any

// OpenAPI is the description as a document of OpenAPI 3.1, the same bytes each time. What OpenAPI has no words for is in
// fields whose names begin with x-: certainty, source, effect, permission, limits.
func (d *Description) OpenAPI() ([]byte, error) {
	paths := map[string]object{}
	for _, op := range d.Operations {
		if paths[op.Path] == nil {
			paths[op.Path] = object{}
		}
		paths[op.Path][strings.ToLower(op.Method)] = d.openOperation(op)
	}
	var tags []object
	for _, s := range d.Sections {
		tag := object{"name": s.Name, "description": s.Text}
		if page := s.Guide(); page != "" {
			tag["externalDocs"] = object{"description": "The vendor's guide.", "url": page}
		}
		tags = append(tags, tag)
	}
	return json.MarshalIndent(object{
		"openapi": "3.1.1",
		"info": object{
			"title": "RingCX REST API", "version": "1",
			"description": "The operations of RingCX, described by the project ringcx. It is not a document of the vendor.",
		},
		"servers": []object{
			{"url": "https://ringcx.ringcentral.com", "description": "Production."},
			{"url": "https://engage.ringcentral.com", "description": "The same under its older name."},
		},
		"security": []object{{"bearer": []string{}}},
		"tags":     tags, "paths": paths, "components": d.components(),
	}, "", " ")
}

func (d *Description) components() object {
	schemas, responses := object{}, object{}
	for _, s := range d.Schemas() {
		schemas[s.Name] = d.openSchema(s)
	}
	for _, v := range d.AllValues() {
		schemas[v.Name] = object{"type": "string", "enum": v.List, "description": v.Text + " The vendor may have more of them by now."}
	}
	for _, r := range d.Refusals {
		for _, status := range r.Statuses {
			answer := d.openAnswer(r, statusText[status])
			if status == 429 {
				answer["headers"] = object{"Retry-After": object{"description": "How many seconds not to ask again.", "schema": object{"type": "integer"}}}
			}
			responses["Refused"+strconv.Itoa(status)] = answer
		}
	}
	return object{
		"schemas": schemas, "responses": responses,
		"securitySchemes": object{
			"bearer": object{"type": "http", "scheme": "bearer", "description": "An access token of RingCX; it lives five minutes."},
			"cookie": object{"type": "apiKey", "in": "cookie", "name": "access_token", "description": "An access token of RingCX."},
			"token":  object{"type": "apiKey", "in": "header", "name": "X-Auth-Token", "description": "A token of the older kind, or an API token."},
		},
	}
}

// statusText says what a refusal means.
var statusText = [600]string{
	400: "The request is not valid.", 401: "The access token is missing, or has expired.", 403: "The caller may not do this.",
	404: "There is no such thing, or not yet.", 409: "It is there already, or in use.", 429: "Too many requests.", 500: "The server failed.",
}

func (d *Description) openOperation(op *Operation) object {
	o := object{
		"operationId": op.ID, "summary": op.Text, "tags": []string{op.Section.Name}, "x-source": op.Source.String(),
		"x-certainty": op.Certainty().String(), "x-effect": op.Effect.String(),
	}
	var params []object
	for _, p := range op.Params {
		if p.Place != InForm {
			params = append(params, d.openParam(p))
		}
	}
	if params != nil {
		o["parameters"] = params
	}
	if body := d.openBody(op); body != nil {
		o["requestBody"] = body
	}
	if op.Deprecated {
		o["deprecated"] = true
	}
	if op.Duplicate != "" {
		o["x-duplicate-of"] = op.Duplicate
	}
	switch op.Auth {
	case NoAuth:
		o["security"] = []object{}
	case Cookie:
		o["security"] = []object{{"cookie": []string{}}}
	case APIToken:
		o["security"] = []object{{"bearer": []string{}}, {"token": []string{}}}
	}
	if p := op.Permission.String(); p != "" {
		o["x-permission"] = p
	}
	if limits := openLimits(op); limits != nil {
		o["x-limits"] = limits
	}
	o["responses"] = d.openResponses(op)
	return o
}

func (d *Description) openResponses(op *Operation) object {
	o := object{}
	for _, r := range d.Refusals {
		for _, status := range r.Statuses {
			name := strconv.Itoa(status)
			o[name] = object{"$ref": "#/components/responses/Refused" + name}
		}
	}
	for _, a := range op.Answers {
		for _, status := range a.Statuses {
			if one := a; status == 204 {
				one.Type = nil // HTTP has no body there
				o["204"] = d.openAnswer(one, "Done, without a body.")
			} else {
				o[strconv.Itoa(status)] = d.openAnswer(one, "Done.")
			}
		}
	}
	return o
}

func (d *Description) openAnswer(a Answer, text string) object {
	o := object{"description": text}
	if a.Certainty != Documented {
		o["x-certainty"] = a.Certainty.String()
	}
	if a.Type != nil {
		o["content"] = object{a.ContentType: object{"schema": d.openType(a.Type)}}
	}
	return o
}

func (d *Description) openParam(p Param) object {
	schema := d.openType(p.Type)
	if p.Default != "" {
		schema["default"] = defaultValue(p)
	}
	o := object{"name": p.Name, "in": p.Place.String(), "description": p.Text, "schema": schema}
	if p.Required {
		o["required"] = true
	}
	if p.Secret {
		o["x-secret"] = true
	}
	if p.Certainty != Documented {
		o["x-certainty"] = p.Certainty.String()
	}
	return o
}

// defaultValue is the default of a parameter as JSON.
func defaultValue(p Param) any {
	if p.Type.Kind == Scalar && p.Type.Name != "string" {
		return json.RawMessage(p.Default)
	}
	return p.Default
}

// openBody is the body of a request, nil if it has none.
func (d *Description) openBody(op *Operation) object {
	content := object{}
	form, required := object{}, []string{}
	for p := range op.In(InForm) {
		schema := d.openType(p.Type)
		schema["description"] = p.Text
		if p.Secret {
			schema["x-secret"] = true
		}
		if p.Certainty != Documented {
			schema["x-certainty"] = p.Certainty.String()
		}
		form[p.Name] = schema
		if p.Required {
			required = append(required, p.Name)
		}
	}
	if len(form) > 0 {
		content["application/x-www-form-urlencoded"] = object{"schema": object{"type": "object", "properties": form, "required": required}}
	}
	for _, b := range op.Bodies {
		schema := d.openType(b.Type)
		if b.Type.Name == "file" {
			schema = object{"type": "object", "required": []string{"file"}, "properties": object{"file": object{"description": "The file.", "contentMediaType": "application/octet-stream"}}}
		}
		media := object{"schema": schema}
		if b.Certainty != Documented {
			media["x-certainty"] = b.Certainty.String()
		}
		content[b.ContentType] = media
	}
	if len(content) == 0 {
		return nil
	}
	return object{"required": true, "content": content}
}

func (d *Description) openSchema(s *Schema) object {
	properties, required := object{}, []string{}
	for _, f := range s.Fields {
		properties[f.Name] = d.openField(f)
		if f.Required {
			required = append(required, f.Name)
		}
	}
	o := object{"type": "object", "description": s.Text, "properties": properties}
	if len(required) > 0 {
		o["required"] = required
	}
	if s.Key != "" {
		o["x-key"], o["x-path-key"] = s.Key, s.PathKey
	}
	return o
}

func (d *Description) openField(f Field) object {
	o := d.openType(f.Type)
	if f.Text != "" {
		o["description"] = f.Text
	}
	if f.ReadOnly {
		o["readOnly"] = true
	}
	if f.WriteOnly {
		o["writeOnly"] = true
	}
	if f.Min != 0 {
		o["minimum"] = f.Min
	}
	if f.Max != 0 {
		o["maximum"] = f.Max
	}
	if f.MaxLen != 0 {
		o["maxLength"] = f.MaxLen
	}
	if f.Secret {
		o["x-secret"] = true
	}
	if f.Certainty != Documented {
		o["x-certainty"] = f.Certainty.String()
	}
	return o
}

// openType is a type as a JSON schema, made anew for each use.
func (d *Description) openType(t *Type) object {
	var o object
	switch t.Kind {
	case Array:
		o = object{"type": "array", "items": d.openType(t.Elem)}
	case Map:
		o = object{"type": "object", "additionalProperties": d.openType(t.Elem)}
	case Object, Closed:
		o = object{"$ref": "#/components/schemas/" + t.Name}
	default:
		o = openScalar(t.Name)
	}
	if !t.Nullable {
		return o
	}
	if name, ok := o["type"]; ok {
		o["type"] = []any{name, "null"}
		return o
	}
	return object{"anyOf": []object{o, {"type": "null"}}}
}

func openScalar(name string) object {
	s, _ := ScalarNamed(name)
	o := object{}
	if s.JSON == "" || name == "binary" || name == "file" {
		return o // anything, or bytes
	}
	o["type"] = s.JSON
	if s.Format != "" {
		o["format"] = s.Format
	}
	if s.Pattern != "" {
		o["pattern"] = s.Pattern
	}
	if name != s.JSON && s.JSON == "string" || name == "millis" || name == "unixtime" {
		o["examples"] = []json.RawMessage{json.RawMessage(s.Example)}
	}
	return o
}

func openLimits(op *Operation) []object {
	var all []object
	for _, l := range op.Limits {
		var windows []string
		for _, w := range l.Windows {
			windows = append(windows, fmt.Sprintf("%d/%gs", w.Requests, w.Time.Seconds()))
		}
		o := object{"name": l.Name, "windows": windows, "per": l.Per}
		if l.When != "" {
			o["when"] = l.When
		}
		all = append(all, o)
	}
	return all
}

// String is the permission in words, "" if none is documented.
func (p Permission) String() string {
	var s string
	switch p.Kind {
	case Unsaid:
		return ""
	case Anyone:
		s = "none"
	case SignedIn:
		s = "signed in"
	case HasRole:
		s = "role " + strings.Join(p.Roles, " or ")
	case HasRights:
		var rights []string
		for _, r := range p.Rights {
			rights = append(rights, r.Action+" "+r.Resource)
		}
		s = strings.Join(rights, " and ")
	}
	if p.Override {
		s += ", or an override"
	}
	if p.Filtered {
		s += "; the rest is left out"
	}
	return s
}

// String is the limit in words: 15 in 10s and 60 in 30s per account.
func (l *Limit) String() string {
	var windows []string
	for _, w := range l.Windows {
		windows = append(windows, fmt.Sprintf("%d in %s", w.Requests, w.Time))
	}
	s := strings.Join(windows, " and ")
	if l.Per != "unsaid" {
		s += " per " + l.Per
	}
	return s
}
