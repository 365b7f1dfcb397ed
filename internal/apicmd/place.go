package apicmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

const (
	kindJSON  = "application/json"
	kindForm  = "application/x-www-form-urlencoded"
	kindParts = "multipart/form-data"
)

// place puts fields where the operation has them: query, form, or body.
func (c *Call) place(fields []field) error {
	body, root := c.bodyFor(fields), &tree{}
	form := url.Values{}
	for _, f := range fields {
		p := c.op.Param(f.name)
		var err error
		switch {
		case p != nil && p.Place == apispec.InQuery:
			err = c.add(c.params, p, f)
		case p != nil && p.Place == apispec.InForm:
			err = c.add(form, p, f)
		case body != nil && body.ContentType == kindJSON:
			err = c.put(root, body.Type, f)
		case c.Unchecked && c.inQuery():
			c.params.Add(f.name, f.text())
		case c.Unchecked:
			if !root.put([]string{f.name}, f.json()) {
				err = twice(f.name)
			}
		default:
			err = c.unknown(f.name)
		}
		if err != nil {
			return err
		}
	}
	return c.fillBody(body, form, root)
}

// bodyFor is the form of the body that is meant; nil: the operation describes none, or another kind of content is named.
func (c *Call) bodyFor(fields []field) *apispec.Body {
	kind := c.said()
	for i := range c.op.Bodies {
		b := &c.op.Bodies[i]
		switch {
		case kind != "" && !sameType(kind, b.ContentType):
		case kind == "" && b.ContentType == kindParts && c.Input == "" && len(fields) > 0 && i+1 < len(c.op.Bodies):
		default:
			return b
		}
	}
	return nil
}

// add adds a parameter to those of its place. A list is repeated.
func (c *Call) add(to url.Values, p *apispec.Param, f field) error {
	all := []field{f}
	if raw, ok := f.value.(json.RawMessage); ok && p.Type.Kind == apispec.Array && raw[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return err
		}
		all = nil
		for _, one := range list {
			all = append(all, field{p.Name, one})
		}
	}
	if p.Type.Kind != apispec.Array && to.Has(p.Name) {
		return twice(p.Name)
	}
	for _, one := range all {
		if err := c.plain(p, one); err != nil {
			return err
		}
		text, err := c.converted(p, one.text())
		if err != nil {
			return err
		}
		to.Add(p.Name, text)
	}
	return nil
}

// put puts a field into the body.
func (c *Call) put(root *tree, t *apispec.Type, f field) error {
	if t.Kind == apispec.Array {
		return usage.New(fmt.Sprintf("the body of %s is a list, and has no fields", c.op.ID), "give it as JSON with --input FILE, or - for standard input")
	}
	path, err := steps(f.name)
	if err != nil {
		return err
	}
	check := c.checker()
	at, about := check.at(t, path)
	if at == nil && !c.Unchecked {
		return c.unknownIn(check, t, path)
	}
	leaf, isJSON := f.value.(json.RawMessage)
	if !isJSON {
		if at != nil && at.Kind == apispec.Array {
			path, at = append(path, "[]"), at.Elem
		}
		if leaf, err = c.leaf(check, f, at, about); err != nil {
			return err
		}
	}
	if !root.put(path, leaf) {
		return twice(f.name)
	}
	return nil
}

// leaf is the text of a field as JSON.
func (c *Call) leaf(check *checker, f field, t *apispec.Type, about *apispec.Field) (json.RawMessage, error) {
	if t == nil {
		return f.json(), nil
	}
	text, meaning := f.text(), ""
	if about != nil {
		check, meaning = check.of(about.Secret), about.Text
	}
	leaf, m := check.convert(f.name, t, text)
	switch {
	case m == nil:
		return leaf, nil
	case c.Unchecked:
		return f.json(), nil
	}
	return nil, m.about(meaning).err()
}

// json is the value of a field as it is in a body of which nobody knows better.
func (f field) json() json.RawMessage {
	if raw, ok := f.value.(json.RawMessage); ok {
		return raw
	}
	return encoded(f.value)
}

// unknown refuses a name that the operation does not know.
func (c *Call) unknown(name string) error {
	if p := c.op.Param(name); p != nil {
		return usage.New(fmt.Sprintf("the path has %s already", name), "leave the field out, or put {"+name+"} into the path")
	}
	var names []string
	for _, p := range c.op.Params {
		names = append(names, p.Name)
	}
	m := &misfit{fmt.Sprintf("%s has no parameter %q", c.op.ID, wording.Clip(name)), nearest(name, names)}
	return m.err()
}

// unknownIn refuses a field that the body of the operation does not know.
func (c *Call) unknownIn(check *checker, t *apispec.Type, path []string) error {
	place := ""
	for i, step := range path {
		below, _ := check.at(t, path[:i+1])
		if below == nil {
			return c.noStep(check, t, path[:i], step, place)
		}
		if place += "." + step; step == "[]" {
			place = strings.TrimSuffix(place, ".[]") + "[]"
		}
		place = strings.TrimPrefix(place, ".")
	}
	return nil
}

// noStep says what there is in place of a step that there is not.
func (c *Call) noStep(check *checker, t *apispec.Type, before []string, step, place string) error {
	at, _ := check.at(t, before)
	schema := check.desc.Schema(at.Name)
	switch {
	case step == "[]":
		return (&misfit{place + " is no list", ""}).err()
	case at.Kind == apispec.Array:
		return (&misfit{place + " is a list", "such as -f " + place + "[]…"}).err()
	case at.Kind != apispec.Object || schema == nil:
		return (&misfit{place + " has no fields: it is " + check.kind(at), ""}).err()
	case place != "":
		return unknownField(place, step, schema).err()
	}
	var names []string
	for _, p := range c.op.Params {
		names = append(names, p.Name)
	}
	for _, f := range schema.Fields {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return (&misfit{fmt.Sprintf("%s has no parameter or field %q", c.op.ID, wording.Clip(step)), nearest(step, slices.Compact(names))}).err()
}

// fillBody makes the body of form, fields or input.
func (c *Call) fillBody(body *apispec.Body, form url.Values, root *tree) (err error) {
	fields := root.fields != nil
	if c.Input != "" && (fields || len(form) > 0) {
		return errBoth
	}
	var data []byte
	if c.Input != "" {
		if data, err = c.readInput(); err != nil {
			return err
		}
	}
	switch {
	case c.isForm() && c.says(kindForm):
		return c.fillForm(form, data)
	case len(form) > 0:
		return usage.New(fmt.Sprintf("the fields of %s are a form, and Content-Type says %s", c.op.ID, wording.Clip(c.said())), "leave the header out")
	case c.Input != "" && len(c.op.Bodies) == 0 && !c.Unchecked:
		return (&misfit{fmt.Sprintf("%s takes no body", c.op.ID), "leave --input out"}).err()
	case body != nil && body.ContentType == kindParts && c.Input != "" && c.headers.Get("Content-Type") == "":
		return c.fillParts(data)
	case c.Input == "" && !fields:
		return nil // checkNoBody tells if there has to be one
	case fields:
		data = encoded(root)
	}
	c.sent.kind, c.sent.bytes = kindJSON, data
	if err := c.checkBody(data); err != nil || body == nil {
		return err
	}
	c.sent.typ = body.Type
	if body.ContentType == kindJSON && !c.Unchecked {
		if m := c.checker().body(body.Type, data); m != nil {
			return m.err()
		}
	}
	return nil
}

// bodyOf is the form of the body that has a media type, nil if the operation has none.
func (c *Call) bodyOf(kind string) *apispec.Body {
	for i := range c.op.Bodies {
		if c.op.Bodies[i].ContentType == kind {
			return &c.op.Bodies[i]
		}
	}
	return nil
}

func (c *Call) isForm() bool {
	for range c.op.In(apispec.InForm) {
		return len(c.op.Bodies) == 0
	}
	return false
}

// fillForm makes the body of a form, of fields or of an input that is one.
func (c *Call) fillForm(form url.Values, data []byte) error {
	if data != nil {
		given, err := url.ParseQuery(strings.TrimSpace(string(data)))
		if err != nil {
			return usage.New("the input is no form", "such as username=…&password=…, percent-encoded; or give fields, with -F password=@FILE for a secret")
		}
		for name, values := range given {
			p := c.op.Param(name)
			if (p == nil || p.Place != apispec.InForm) && !c.Unchecked {
				return c.unknown(name)
			}
			if p != nil && p.Type.Kind != apispec.Array && len(values) > 1 && !c.Unchecked {
				return twice(name)
			}
			for _, text := range values {
				if p != nil {
					if text, err = c.converted(p, text); err != nil {
						return err
					}
				}
				form.Add(name, text)
			}
		}
	}
	if len(form) > 0 {
		c.sent = content{kind: kindForm, bytes: []byte(form.Encode())}
		c.form = form
	}
	return nil
}

// hasForm tells whether the form has a parameter. The vendor takes it from the query as well.
func (c *Call) hasForm(p apispec.Param) bool {
	return p.Place == apispec.InForm && (c.form.Has(p.Name) || !c.isForm())
}

// fillParts makes a body with the one part that uploads have.
func (c *Call) fillParts(data []byte) error {
	name := filepath.Base(c.Input)
	if c.Input == "-" {
		name = "file"
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		return err
	}
	if _, err := part.Write(data); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	c.sent = content{kind: w.FormDataContentType(), bytes: b.Bytes(), file: name, size: len(data)}
	return nil
}

// checkNoBody refuses a call without the body that it needs.
func (c *Call) checkNoBody() error {
	if c.sent.bytes != nil || len(c.op.Bodies) == 0 || c.Partial || c.method == "HEAD" {
		return nil
	}
	if c.op.Bodies[0].ContentType == kindParts {
		return usage.New(c.op.ID+" needs a file", "--input FILE names it, or - standard input")
	}
	return (&misfit{c.op.ID + " needs a body", "give its fields, see 'ringcx api " + c.op.ID + " --help', or --input FILE"}).err()
}
