package apicmd

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// accounts are what paths call the ID of a sub-account.
var accounts = []string{"accountId", "subAccountId", "subaccountId"}

// build fills the path, finds out what is called, and decides where each field goes.
func (c *Call) build() error {
	path, rest, _ := strings.Cut(c.path, "?")
	query, err := url.ParseQuery(rest)
	if err != nil {
		return usage.New("the query of the path cannot be read", "quote the path, and use -f name=value for parameters")
	}
	if c.headers, err = parseHeaders(c.Headers); err != nil {
		return err
	}
	fields, err := c.parseFields()
	if err != nil {
		return err
	}
	if path, fields, err = c.fill(path, fields); err != nil {
		return err
	}
	if err := checkPath(path); err != nil {
		return err
	}
	c.filled, c.params = path, url.Values{}
	if err := c.recognize(); err != nil {
		return err
	}
	if err := cmp.Or(c.checkPage(), c.checkFormat(), c.checkQuery(query), c.given(query)); err != nil {
		return err
	}
	if c.op == nil {
		err = c.placeFreely(fields)
	} else {
		err = c.place(fields)
	}
	return cmp.Or(err, c.checkQuery(c.params), c.checkMissing())
}

// fill puts fields into the places that the path has for them. The others are left.
func (c *Call) fill(path string, fields []field) (string, []field, error) {
	var rest []field
	places := path
	for _, f := range fields {
		switch hole := "{" + f.name + "}"; {
		case !strings.Contains(places, hole):
			rest = append(rest, f)
			continue
		case !strings.Contains(path, hole):
			return "", nil, twice(f.name)
		}
		text, err := f.text(), error(nil)
		if c.op != nil {
			if err = c.plain(c.op.Param(f.name), f); err != nil {
				return "", nil, err
			}
			if text, err = c.converted(c.op.Param(f.name), text); err != nil {
				return "", nil, err
			}
		}
		filled, err := apispec.Fill(path, f.name, text)
		if err != nil && c.op != nil && c.op.Param(f.name).Secret {
			err = errors.New("the value of " + f.name + " cannot stand in a path")
		}
		if path = filled; err != nil {
			return "", nil, usage.New(wording.OneLine(err.Error()), "give one id or name; it may hold no / \\ ; ? # and be no . or ..")
		}
		if slices.Contains(accounts, f.name) {
			c.subaccount = text
		}
	}
	return path, rest, nil
}

func twice(name string) error {
	return usage.New(fmt.Sprintf("the field %q is given twice, and there is one place for it", wording.Clip(name)), `give it once; a list is JSON: -F 'name=["a","b"]'`)
}

// recognize finds the operation that the path leads to.
func (c *Call) recognize() error {
	method := c.method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	op, values, ok := apispec.Match(method, c.filled)
	if c.op != nil {
		if ok && op != c.op && op.Duplicate != c.op.ID && c.op.Duplicate != op.ID && op.Path != c.op.Path {
			return usage.New(fmt.Sprintf("with these values %s would be another operation, %s", c.op.ID, op.ID), "give the ids that are meant")
		}
		return nil
	}
	if !ok {
		return nil
	}
	c.op = op
	for name, text := range values.All() {
		if strings.HasPrefix(text, "{") {
			continue // it is yet to be filled
		}
		if slices.Contains(accounts, name) {
			c.subaccount = text
		}
		if _, err := c.converted(op.Param(name), text); err != nil {
			return err
		}
	}
	return nil
}

// checker is what the call is checked with.
func (c *Call) checker() *checker {
	return &checker{desc: apispec.Default(), partial: c.method == http.MethodPatch || c.Partial}
}

// leastOf are parameters of pages, and the least that they can be.
var leastOf = map[string]int64{"page": 0, "maxRows": 1}

// converted is the text of a parameter as it is sent.
func (c *Call) converted(p *apispec.Param, text string) (string, error) {
	t := p.Type
	if t.Kind == apispec.Array {
		t = t.Elem
	}
	raw, m := c.checker().of(p.Secret).convert(p.Name, t, text)
	if least, ok := leastOf[p.Name]; ok && m == nil && t.Name == "int32" {
		if n, err := strconv.ParseInt(string(raw), 10, 32); err == nil && n < least {
			m = &misfit{problem: fmt.Sprintf("%s takes %d or more, not %d", p.Name, least, n)}
		}
	}
	switch {
	case m == nil:
		return field{p.Name, raw}.text(), nil
	case c.Unchecked:
		return text, nil
	}
	return "", m.about(p.Text).err()
}

// given takes the parameters that the path has with it.
func (c *Call) given(query url.Values) error {
	for name, values := range query {
		c.params[name] = values
		if c.op == nil || c.Unchecked {
			continue
		}
		p := c.op.Param(name)
		if p == nil || p.Place == apispec.InPath {
			return c.unknown(name)
		}
		if len(values) > 1 && p.Type.Kind != apispec.Array {
			return twice(name)
		}
		for _, text := range values {
			if _, err := c.converted(p, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// placeFreely decides where fields go if nobody describes what is called.
func (c *Call) placeFreely(fields []field) (err error) {
	object := make(map[string]any)
	for _, f := range fields {
		if _, again := object[f.name]; again {
			return twice(f.name)
		}
		if c.inQuery() {
			c.params.Add(f.name, f.text())
		} else {
			object[f.name] = f.value
		}
	}
	c.sent.kind = "application/json"
	switch {
	case c.Input != "" && len(object) > 0:
		return errBoth
	case c.Input != "":
		if c.sent.bytes, err = c.readInput(); err == nil {
			err = c.checkBody(c.sent.bytes)
		}
	case len(object) > 0:
		c.sent.bytes = encoded(object)
		err = c.checkBody(c.sent.bytes)
	}
	return err
}

var errBoth = usage.New("--input and fields of a body exclude each other", "put everything into the input")

// holes are the parameters of the path that nothing has filled.
func (c *Call) holes() (names []string) {
	for rest := c.filled; ; {
		_, open, found := strings.Cut(rest, "{")
		if !found {
			return names
		}
		var name string
		name, rest, _ = strings.Cut(open, "}")
		names = append(names, name)
	}
}

// checkMissing refuses a call without what it needs. The account is asked for later.
func (c *Call) checkMissing() error {
	var missing []string
	for _, name := range c.holes() {
		if c.later(name) == nil {
			missing = append(missing, name)
		}
	}
	if c.op == nil || c.Unchecked {
		if missing != nil {
			return usage.New("the path needs a value for "+missing[0], "add -f "+missing[0]+"=…")
		}
		return nil
	}
	paged := []string{"page", "maxRows"}
	for _, p := range c.op.Params {
		if p.Required && p.Place != apispec.InPath && !c.params.Has(p.Name) && !(c.Paginate && slices.Contains(paged, p.Name)) && !c.hasForm(p) {
			missing = append(missing, p.Name)
		}
	}
	if missing == nil {
		return c.checkNoBody()
	}
	hints := make([]string, len(missing))
	for i, name := range missing {
		hints[i] = "-f " + name + "=…"
		if p := c.op.Param(name); p != nil && p.Secret {
			hints[i] = "-F " + name + "=@FILE"
		}
	}
	return usage.New(fmt.Sprintf("%s needs %s", c.op.ID, wording.Listed(missing)), "add "+strings.Join(hints, " "))
}

// later finds out what belongs into a place of the path; nil: nothing does.
func (c *Call) later(name string) func() (string, error) {
	if find := c.Late[name]; find != nil || !slices.Contains(accounts, name) {
		return find
	}
	return c.Account
}

// AccountGiven is the sub-account that a field puts into the path, or that stands in a path that is described; "" if none does.
func (c *Call) AccountGiven() string { return c.subaccount }

// checkAccount refuses a sub-account of a field, or of the path, that is not one that the login may use, and a name where there has to be an ID.
func (c *Call) checkAccount() error {
	if c.subaccount == "" || !c.AccountChecked || c.Unchecked {
		return nil
	}
	id, err := c.Account()
	if err == nil && id != c.subaccount {
		return usage.New(fmt.Sprintf("%q is no ID of a sub-account", wording.Clip(c.subaccount)), "the one with this name has the ID "+wording.OneLine(id))
	}
	return err
}

// fillLater puts the sub-account, and whatever else is found out late, into the path, where the path needs it and no field has
// given it.
func (c *Call) fillLater() error {
	if err := c.checkAccount(); err != nil {
		return err
	}
	for _, name := range c.holes() {
		find := c.later(name)
		if find == nil {
			continue
		}
		id, err := find()
		if err != nil {
			return err
		}
		if c.filled, err = apispec.Fill(c.filled, name, id); err != nil {
			return usage.New(wording.OneLine(err.Error()), "give an id; those of sub-accounts are in 'ringcx accounts list'")
		}
	}
	return nil
}
