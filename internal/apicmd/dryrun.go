package apicmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// masked stands for what is not shown.
const masked = "***"

// Show writes the request that Run would send to the API at base, as it would be sent, but for what must not be seen: the
// token, and what the description calls secret. With Paginate it is the first page. Where the sub-account could not be found
// out, for want of a login, its place in the path is open.
func (c *Call) Show(ctx context.Context, base, userAgent string, to io.Writer) error {
	var misuse *usage.Error
	if err := c.fillLater(); errors.As(err, &misuse) {
		return err
	}
	params := c.shownParams()
	if c.Paginate {
		params.Set("page", "0")
		params.Set("maxRows", fmt.Sprint(c.PageSize))
	}
	req, err := c.request(ctx, base)
	if err != nil {
		return err
	}
	if req.Header.Get("User-Agent") == "" && userAgent != "" {
		req.Header.Set("User-Agent", userAgent)
	}
	if c.Paginate && c.headers.Get("Accept") == "" {
		req.Header.Set("Accept", kindJSON)
	}
	req.Header.Set("Authorization", "Bearer "+masked)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", c.method, target(base+c.shownPath(), params))
	var names []string
	for name := range req.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range req.Header[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	if body := c.shownBody(); body != "" {
		b.WriteString("\n" + body)
		if !strings.HasSuffix(body, "\n") {
			b.WriteString("\n")
		}
	}
	_, err = io.WriteString(terminal.Unfolded(to), b.String())
	return err
}

// Follows says what would be sent after what Show shows; "": nothing.
func (c *Call) Follows() string {
	if c.Paginate {
		return "and so on with page=1, page=2 … until a page is empty"
	}
	return ""
}

// shownParams is the query without secrets.
func (c *Call) shownParams() url.Values {
	shown := url.Values{}
	for name, values := range c.params {
		shown[name] = c.maskedAll(name, values)
	}
	return shown
}

func (c *Call) maskedAll(name string, values []string) []string {
	if c.op != nil {
		if p := c.op.Param(name); p != nil && p.Secret {
			return []string{masked}
		}
	}
	return values
}

// shownPath is the path without secrets. Other spellings of a path differ at its beginning, so it is compared from its end.
func (c *Call) shownPath() string {
	if c.op == nil {
		return c.filled
	}
	parts, names := strings.Split(strings.TrimSuffix(c.filled, "/"), "/"), strings.Split(c.op.Path, "/")
	for i := 1; i <= min(len(parts), len(names)); i++ {
		p := c.op.Param(strings.Trim(names[len(names)-i], "{}"))
		if p != nil && p.Secret && p.Place == apispec.InPath {
			parts[len(parts)-i] = masked
		}
	}
	return strings.Join(parts, "/")
}

// shownBody is the body without secrets.
func (c *Call) shownBody() string {
	switch {
	case c.sent.file != "":
		return fmt.Sprintf("(the file %s of %d bytes, in the part named file)", c.sent.file, c.sent.size)
	case c.form != nil:
		shown := url.Values{}
		for name, values := range c.form {
			shown[name] = c.maskedAll(name, values)
		}
		return strings.ReplaceAll(shown.Encode(), url.QueryEscape(masked), masked)
	case c.sent.typ == nil:
		return string(c.sent.bytes)
	}
	v, err := decoded(c.sent.bytes)
	if err != nil || !c.checker().hide(c.sent.typ, v) {
		return string(c.sent.bytes)
	}
	return string(encoded(v))
}

// hide puts *** in the place of secrets, and says whether there are any.
func (c *checker) hide(t *apispec.Type, v any) (hidden bool) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			if t.Elem != nil {
				hidden = c.hide(t.Elem, one) || hidden
			}
		}
	case map[string]any:
		schema := c.desc.Schema(t.Name)
		for name, one := range v {
			switch f := fieldOf(schema, name); {
			case f == nil && t.Kind == apispec.Map:
				hidden = c.hide(t.Elem, one) || hidden
			case f == nil:
			case f.Secret && one != nil:
				v[name], hidden = masked, true
			default:
				hidden = c.hide(f.Type, one) || hidden
			}
		}
	}
	return hidden
}

func fieldOf(s *apispec.Schema, name string) *apispec.Field {
	if s == nil {
		return nil
	}
	return s.Field(name)
}
