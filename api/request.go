package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// maxAnswer is how much of an answer is read where it is not a [Download].
const maxAnswer = 256 << 20

var (
	errPath = errors.New("api: a path begins with a slash and has no fragment: write # as %23")
	errBase = errors.New("the base URL has a query or a fragment: give New an address that ends where paths begin")
)

// request is a request in the making. Methods of it keep the first error for send.
type request struct {
	client   *Client
	method   string
	path     string // encoded
	shown    string // the path for errors: without secrets
	query    string
	form     string // a body
	body     any    // a body as JSON, or *File
	repeats  bool   // sending it twice is the same as once
	listed   bool   // the answer is a list, one page of it
	last     string // the last value of the path, and its name
	lastName string
	secrets  []string
	err      error
}

// call begins the request of an operation. The path has names in braces, which the values take the place of.
func (c *Client) call(method, path string, values ...any) *request {
	r := &request{client: c, method: method, repeats: method != http.MethodPost}
	if len(values) == 0 {
		r.path, r.shown = path, path
		return r
	}
	var full, shown strings.Builder
	for _, value := range values {
		before, rest, _ := strings.Cut(path, "{")
		name, after, _ := strings.Cut(rest, "}")
		text := textOf(value)
		if text == "" || text == "." || text == ".." || strings.ContainsAny(text, "/\\") {
			r.err = fmt.Errorf("api: %s is %s, which cannot be part of a path", name, describe(name, text))
		}
		full.WriteString(before + url.PathEscape(text))
		if secretNames[name] {
			text = "{" + name + "}"
			r.secrets = append(r.secrets, textOf(value))
		}
		shown.WriteString(before + text)
		path, r.last, r.lastName = after, textOf(value), name
	}
	r.path, r.shown = full.String()+path, shown.String()+path
	return r
}

func describe(name, text string) string {
	if secretNames[name] && text != "" {
		return "a text"
	}
	return strconv.Quote(text)
}

// param puts a value into the query. Lists are repeated.
func (r *request) param(name string, value any) { r.query = r.with(r.query, name, value) }

// option is param for values that are not zero.
func (r *request) option(name string, value any) {
	if v := reflect.ValueOf(value); !v.IsZero() {
		r.param(name, value)
	}
}

// field puts a value into the body as a form has it.
func (r *request) field(name string, value any) { r.form = r.with(r.form, name, value) }

// formOption is field for values that are not zero.
func (r *request) formOption(name string, value any) {
	if v := reflect.ValueOf(value); !v.IsZero() {
		r.field(name, value)
	}
}

func (r *request) with(to, name string, value any) string {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			to = r.with(to, name, v.Index(i).Interface())
		}
		return to
	}
	text := textOf(value)
	if secretNames[name] && text != "" {
		r.secrets = append(r.secrets, text)
	}
	if to != "" {
		to += "&"
	}
	return to + url.QueryEscape(name) + "=" + url.QueryEscape(text)
}

// textOf is a value as paths and queries have it.
func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case int:
		if v == Zero {
			return "0"
		}
		return strconv.Itoa(v)
	case Switch:
		return strconv.FormatBool(v == On)
	}
	return fmt.Sprint(value)
}

// send sends the request, again after status 429 if it may be, and reads the answer into what out points to, unless it is nil.
func (r *request) send(ctx context.Context, out any) error {
	if r.err != nil {
		return r.err
	}
	payload, contentType, err := r.payload()
	switch {
	case err != nil:
	case r.empties(payload):
		err = errNothing
	case strings.ContainsAny(r.client.base, "?#"):
		err = errBase
	}
	if err != nil {
		return r.failed(err)
	}
	for try := 0; ; try++ {
		req, err := r.build(ctx, payload, contentType, out)
		if err != nil {
			return r.failed(err)
		}
		resp, err := r.client.http.Do(req)
		if err != nil {
			return r.failed(err)
		}
		if resp.StatusCode/100 == 2 {
			return r.answer(resp, payload, out)
		}
		refused := r.refused(resp, payload)
		if !r.pause(ctx, refused, try) {
			if ctx.Err() != nil {
				return r.failed(ctx.Err())
			}
			return refused
		}
	}
}

// payload is the body of the request as bytes. A file has none: it is read once.
func (r *request) payload() (data []byte, contentType string, err error) {
	if _, ok := r.body.(*File); ok {
		r.repeats = false
		return nil, "", nil
	}
	if r.body != nil {
		data, err = marshal(r.body)
		return data, "application/json", err
	}
	if r.form != "" {
		return []byte(r.form), "application/x-www-form-urlencoded", nil
	}
	return nil, "", nil
}

func (r *request) build(ctx context.Context, payload []byte, contentType string, out any) (*http.Request, error) {
	var body io.Reader
	if file, ok := r.body.(*File); ok {
		body, contentType = file.multipart()
	} else if payload != nil {
		body = bytes.NewReader(payload)
	}
	address := r.client.base + r.path
	if r.query != "" {
		address += "?" + r.query
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		if pipe, ok := body.(io.Closer); ok {
			_ = pipe.Close() // it never fails
		}
		return nil, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	accept := "application/json"
	switch out.(type) {
	case *Download:
		accept = "*/*"
	case *string, *bool, *int:
		accept = "application/json, text/plain"
	}
	req.Header.Set("Accept", accept)
	return req, nil
}

// answer reads an answer that is no refusal by its status.
func (r *request) answer(resp *http.Response, payload []byte, out any) error {
	if d, ok := out.(*Download); ok {
		*d = Download{resp.Body, resp.Header.Get("Content-Type"), resp.ContentLength}
		return nil
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if n := resp.ContentLength; n > 0 && n < 8<<20 {
		body.Grow(int(n) + bytes.MinRead)
	}
	if _, err := body.ReadFrom(io.LimitReader(resp.Body, maxAnswer+1)); err != nil {
		return r.failed(err)
	}
	data := body.Bytes()
	if len(data) > maxAnswer {
		return r.failed(fmt.Errorf("the answer has more than %d bytes", maxAnswer))
	}
	data = bytes.TrimSpace(data)
	if err := r.notASuccess(resp, data, payload, out); err != nil || out == nil {
		return err
	}
	if len(data) == 0 {
		if b, ok := out.(*bool); ok {
			*b = true // done, and nothing to say
		}
		return nil
	}
	if b, ok := out.(*bool); ok && r.method == http.MethodDelete && (data[0] == '{' || data[0] == '[') && json.Valid(data) {
		err := r.deleted(resp, data, payload)
		*b = err == nil
		return err
	}
	if err := readAnswer(data, out); err != nil {
		return r.failed(err)
	}
	return r.undescribed(resp, data, payload, out)
}

// readAnswer reads JSON, or the text that stands for a scalar.
func readAnswer(data []byte, out any) error {
	switch out := out.(type) {
	case *string:
		if data[0] != '"' || !json.Valid(data) {
			*out = string(data)
			return nil
		}
	case *page:
		*out = data
		return nil
	case *json.RawMessage:
		if !json.Valid(data) {
			data, _ = json.Marshal(string(data))
		}
		*out = data
		return nil
	}
	return unmarshal(data, out)
}

// failed tells of a request that got no answer, or one that cannot be read. The address is left out: its query may have secrets.
func (r *request) failed(err error) error {
	var address *url.Error
	if errors.As(err, &address) {
		err = address.Err
	}
	return fmt.Errorf("api: %s %s: %w", r.method, r.shown, err)
}

// multipart is a body with the file as its one part, and its content type. The file is read as it is sent.
func (f *File) multipart() (io.Reader, string) {
	reader, writer := io.Pipe()
	form := multipart.NewWriter(writer)
	name := f.Name
	if name == "" {
		name = "file"
	}
	content := f.Content
	go func() {
		part, err := form.CreateFormFile("file", name)
		if err == nil {
			_, err = io.Copy(part, content)
		}
		if err == nil {
			err = form.Close()
		}
		_ = writer.CloseWithError(err) // it never fails
	}()
	return reader, form.FormDataContentType()
}
