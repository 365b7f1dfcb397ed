package apicmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
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
	params := maps.Clone(c.params)
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
	if c.inCookie() {
		req.Header.Set("Cookie", "access_token="+masked)
	} else {
		req.Header.Set("Authorization", "Bearer "+masked)
	}
	var b strings.Builder
	address := base + c.shownPath()
	if len(params) > 0 {
		address += "?" + shownValues(params)
	}
	fmt.Fprintf(&b, "%s %s\n", c.method, address)
	var names []string
	for name := range req.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range req.Header[name] {
			if c.headers[name] != nil && isSecretHeader(name) {
				value = masked
			}
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

// inCookie tells operations that take the token in a cookie, where their paths are spelt as the vendor does.
func (c *Call) inCookie() bool {
	return c.op != nil && c.op.Auth == apispec.Cookie && strings.HasPrefix(c.filled, "/voice/")
}

// shownValues are the values of a query as they are sent, without secrets.
func shownValues(values url.Values) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if isSecret(name) || slices.ContainsFunc(values[name], secretInText) {
			parts = append(parts, url.QueryEscape(name)+"="+masked)
		} else {
			parts = append(parts, url.Values{name: values[name]}.Encode())
		}
	}
	return strings.Join(parts, "&")
}

// shownPath is the path without secrets, those of any operation of that path. Other spellings of a path differ at its
// beginning, so it is compared from its end.
func (c *Call) shownPath() string {
	path, slash := strings.CutSuffix(c.filled, "/")
	parts := strings.Split(path, "/")
	hide := func(op *apispec.Operation) {
		names := strings.Split(op.Path, "/")
		for i := 1; i <= min(len(parts), len(names)); i++ {
			name, isParam := strings.CutPrefix(names[len(names)-i], "{")
			if p := op.Param(strings.TrimSuffix(name, "}")); isParam && p != nil && p.Secret {
				parts[len(parts)-i] = masked
			}
		}
	}
	if c.op != nil {
		hide(c.op)
	}
	for _, method := range apispec.Default().Methods(c.filled) {
		if op, _, ok := apispec.Match(method, c.filled); ok {
			hide(op)
		}
	}
	if slash {
		parts = append(parts, "")
	}
	return strings.Join(parts, "/")
}
