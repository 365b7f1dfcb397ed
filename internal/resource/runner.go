package resource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Runner gets things of a kind from the API. Requests follow each other, and a vendor that asks for patience is given it as
// far as Lists waits.
type Runner struct {
	Lists   *apicmd.Lister
	Base    string                 // the server
	Account func() (string, error) // the sub-account, asked for when a path needs it

	Note     func(text string) // what is worth a word and no failure
	Progress func(text string) // what is being done, for people who wait
}

// Found is one thing and where it is.
type Found struct {
	Kind      *Kind
	Group, ID string
}

// Fields are the parameters of the paths that lead to the thing, as name=value.
func (f Found) Fields() (fields []string) {
	id, group := f.Kind.Params()
	if f.Group != "" {
		fields = append(fields, group+"="+f.Group)
	}
	if f.ID != "" {
		fields = append(fields, id+"="+f.ID)
	}
	return fields
}

// address is where an operation is called for a thing.
func (r *Runner) address(op *apispec.Operation, f Found) (string, error) {
	path, id := op.Path, f.ID
	idParam, group := f.Kind.Params()
	for p := range op.In(apispec.InPath) {
		value := ""
		var err error
		switch {
		case slices.Contains(accountParams, p.Name):
			value, err = r.Account()
		case p.Name == idParam:
			value = id
		case p.Name == group:
			value = f.Group
		}
		if err == nil {
			path, err = apispec.Fill(path, p.Name, value)
		}
		if err != nil {
			return "", err
		}
	}
	return r.Base + path, nil
}

// list calls yield with the rows of an operation that lists, page by page.
func (r *Runner) list(ctx context.Context, id, query string, f Found, yield func([]json.RawMessage) error) error {
	op := Operation(id)
	address, err := r.address(op, f)
	if err != nil {
		return err
	}
	if query != "" {
		address += "?" + query
	}
	size := 0
	if op.Paged() {
		size = 100
	}
	return r.Lists.Each(ctx, address, size, yield)
}

// More calls yield with the rows of what belongs to a thing.
func (r *Runner) More(ctx context.Context, m More, f Found, yield func([]json.RawMessage) error) error {
	return r.list(ctx, m.Operation, "", f, yield)
}

// Each calls yield with the rows of a kind, and the ID of the group that they are in: of one group, by ID or name, or if that is
// "" of all groups, one after the other. A group that is gone when its turn comes has no rows.
func (r *Runner) Each(ctx context.Context, k *Kind, group string, yield func(group string, rows []json.RawMessage) error) error {
	in := func(id string) error {
		return r.list(ctx, k.List, k.Query, Found{k, id, ""}, func(page []json.RawMessage) error { return yield(id, page) })
	}
	if k.Group == "" {
		return in("")
	}
	if group != "" {
		found, err := r.Find(ctx, Named(k.Group), group, "")
		if err != nil {
			return err
		}
		return in(found.ID)
	}
	groups, err := r.groups(ctx, k)
	if err != nil {
		return err
	}
	for i, id := range groups {
		if r.Progress != nil {
			r.Progress(fmt.Sprintf("%s %d of %d …", Named(k.Group).One, i+1, len(groups)))
		}
		err := in(id)
		var refused *apicmd.CallError
		switch {
		case errors.As(err, &refused) && refused.Status == http.StatusNotFound:
			r.note("%s %s is gone", Named(k.Group).One, id)
		case errors.Is(err, errEnough) || errors.Is(err, context.Canceled):
			return err
		case err != nil:
			return fmt.Errorf("the list is not whole, it broke off at %s %s, %d of %d: %w", Named(k.Group).One, id, i+1, len(groups), err)
		}
	}
	return nil
}

// groups are the IDs of the groups that things of a kind are in.
func (r *Runner) groups(ctx context.Context, k *Kind) (ids []string, err error) {
	of := Named(k.Group)
	key := of.schema().Key
	err = r.Each(ctx, of, "", func(_ string, page []json.RawMessage) error {
		for _, row := range page {
			if id := rows.Field(row, key); id != "" {
				ids = append(ids, id)
			}
		}
		return nil
	})
	return ids, err
}

// errEnough ends a list of which enough was seen.
var errEnough = errors.New("enough")

// IsID tells the ID of a thing from a name.
func IsID(word string) bool { return word != "" && strings.Trim(word, "0123456789") == "" }

// Find finds a thing by its ID or, where the kind has names, by a name that no other has. An ID of a kind without groups,
// or with its group, is taken as it is, and costs no request; else the groups are gone through.
func (r *Runner) Find(ctx context.Context, k *Kind, word, group string) (Found, error) {
	isID := IsID(word)
	switch {
	case isID && k.Group == "":
		return Found{k, "", word}, nil
	case isID && group != "":
		in, err := r.Find(ctx, Named(k.Group), group, "")
		return Found{k, in.ID, word}, err
	case !isID && (word == "" || len(k.Names) == 0):
		return Found{}, usage.New(fmt.Sprintf("%q is not the ID of %s %s", wording.Clip(word), article(k.One), k.One), fmt.Sprintf("'ringcx %s list' shows them", k.Name))
	}
	var found, all []Found
	var names []string
	key := k.schema().Key
	err := r.Each(ctx, k, group, func(in string, page []json.RawMessage) error {
		for _, row := range page {
			one := Found{k, in, rows.Field(row, key)}
			if isID {
				if one.ID == word {
					found = append(found, one)
					return errEnough
				}
				continue
			}
			all = append(all, one)
			for _, field := range k.Names {
				name := rows.Field(row, field)
				names = append(names, name)
				if strings.EqualFold(strings.TrimSpace(name), strings.TrimSpace(word)) && !slices.Contains(found, one) {
					found = append(found, one)
				}
			}
		}
		return nil
	})
	switch {
	case err != nil && !errors.Is(err, errEnough):
		return Found{}, err
	case len(found) == 1:
		if k.Group != "" && group == "" {
			r.note("%s %s is in %s %s", k.One, found[0].ID, Named(k.Group).One, found[0].Group)
		}
		return found[0], nil
	case isID:
		return Found{}, usage.WithHint(fmt.Errorf("there is no %s %s", k.One, word), fmt.Sprintf("'ringcx %s list' shows them; --account says in which sub-account", k.Name))
	}
	return Found{}, unclear(k, word, names, found)
}

// unclear says of a name that it is none, or that of several.
func unclear(k *Kind, word string, names []string, found []Found) error {
	if len(found) > 1 {
		var ids []string
		for _, f := range found {
			ids = append(ids, f.ID)
		}
		const most = 8
		if len(ids) > most {
			ids = append(ids[:most], fmt.Sprintf("%d more", len(ids)-most))
		}
		return usage.New(fmt.Sprintf("%d %s have the name %q: %s", len(found), strings.ReplaceAll(k.Name, "-", " "), wording.Clip(word), wording.Listed(ids)), "give the ID of one of them")
	}
	near := wording.Nearest(word, names)
	if near != "" {
		near = fmt.Sprintf("%q", wording.OneLine(near))
	}
	return usage.New(fmt.Sprintf("there is no %s %q", k.One, wording.Clip(word)), wording.DidYouMean(near, fmt.Sprintf("'ringcx %s list' shows them", k.Name)))
}

func article(noun string) string {
	if strings.ContainsAny(noun[:1], "aeio") {
		return "an"
	}
	return "a"
}

func (r *Runner) note(format string, values ...any) {
	if r.Note != nil {
		r.Note(fmt.Sprintf(format, values...))
	}
}

// Get is a thing as the vendor has it.
func (r *Runner) Get(ctx context.Context, f Found) (json.RawMessage, error) {
	address, err := r.address(Operation(f.Kind.Get), f)
	if err != nil {
		return nil, err
	}
	reply, err := apicmd.Ask(ctx, r.Lists.Client, http.MethodGet, address, "application/json")
	switch {
	case err != nil:
		return nil, err
	case reply.Code != http.StatusOK || reply.IsPage():
		return nil, reply.Err()
	case !IsObject(reply.Body):
		return nil, fmt.Errorf("GET %s: the answer is not an object", reply.Request.URL.Path)
	}
	return reply.Body, nil
}

// IsObject tells JSON objects from other answers.
func IsObject(data []byte) bool {
	var fields map[string]json.RawMessage
	return json.Unmarshal(data, &fields) == nil && fields != nil
}
