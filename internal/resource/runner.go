package resource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
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
	Sure    bool                   // for what changes something: of the groups that a thing is in none is chosen

	Note     func(text string) // what is worth a word and no failure
	Warn     func(text string) // what a list is without
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
	size, key := 0, ""
	if op.Paged() {
		size = 100
	}
	if s := Rows(id); s != nil {
		key = s.Key
	}
	return r.Lists.Each(ctx, address, size, key, yield)
}

// More calls yield with the rows of what belongs to a thing.
func (r *Runner) More(ctx context.Context, m More, f Found, yield func([]json.RawMessage) error) error {
	return r.list(ctx, m.Operation, "", f, yield)
}

// Each calls yield with the rows of a kind, and the ID of the group that they are in: of one group, by ID or name, or if that is
// "" of all groups, one after the other. A group that is gone when its turn comes has no rows, which Warn tells in the end; if
// all are, nobody knows any rows, and the answer of the last is the error.
func (r *Runner) Each(ctx context.Context, k *Kind, group string, yield func(group string, rows []json.RawMessage) error) error {
	in := func(id string) error {
		return r.list(ctx, k.List, k.Query, Found{k, id, ""}, func(page []json.RawMessage) error { return yield(id, page) })
	}
	if k.Group == "" {
		return in("")
	}
	of := Named(k.Group)
	if group != "" {
		found, err := r.Find(ctx, of, group, "")
		if err != nil {
			return err
		}
		return in(found.ID)
	}
	groups, err := r.groups(ctx, k)
	if err != nil {
		return err
	}
	var gone []string
	for i, id := range groups {
		if r.Progress != nil {
			r.Progress(fmt.Sprintf("%s %d of %d …", of.One, i+1, len(groups)))
		}
		err := in(id)
		switch {
		case isGone(err):
			if gone = append(gone, id); len(gone) == len(groups) {
				return fmt.Errorf("none of the %s has a list: %w", counted(len(groups), of), err)
			}
		case errors.Is(err, errEnough) || errors.Is(err, context.Canceled):
			return err
		case err != nil:
			return fmt.Errorf("the list is not whole, it broke off at %s %s, %d of %d: %w", of.One, id, i+1, len(groups), err)
		}
	}
	if gone != nil {
		r.warn("%s left out, which the vendor does not find any more: %s", counted(len(gone), of), wording.Listed(few(gone)))
	}
	return nil
}

// isGone tells the vendor's word that there is no such thing from that of something in its place.
func isGone(err error) bool {
	var refused *apicmd.CallError
	return errors.As(err, &refused) && refused.Status == http.StatusNotFound && !refused.IsPage()
}

// counted are some of a kind.
func counted(n int, k *Kind) string {
	if n == 1 {
		return "1 " + k.One
	}
	return fmt.Sprintf("%d %s", n, strings.ReplaceAll(k.Name, "-", " "))
}

// few are words of which no more than a sentence takes are left.
func few(words []string) []string {
	const most = 8
	if len(words) > most {
		return append(slices.Clone(words[:most]), fmt.Sprintf("%d more", len(words)-most))
	}
	return words
}

// groups are the IDs of the groups that things of a kind are in.
func (r *Runner) groups(ctx context.Context, k *Kind) (ids []string, err error) {
	of, without := Named(k.Group), 0
	key := of.schema().Key
	err = r.Each(ctx, of, "", func(_ string, page []json.RawMessage) error {
		for _, row := range page {
			if id := rows.Field(row, key); isTold(id) {
				ids = append(ids, id)
			} else {
				without++
			}
		}
		return nil
	})
	if without > 0 && err == nil {
		r.warn("%s left out, whose ID (%s) the vendor does not tell", counted(without, of), key)
	}
	return ids, err
}

// errEnough ends a list of which enough was seen.
var errEnough = errors.New("enough")

// IsID tells the ID of a thing, as the vendor writes it, from a name: 007 is a name, and so is a number that no ID can be.
func IsID(word string) bool {
	n, err := strconv.ParseInt(word, 10, 32) // as the paths of all kinds describe it
	return err == nil && n >= 0 && strconv.FormatInt(n, 10) == word
}

// isTold tells what the vendor may say as an ID, however it writes it.
func isTold(id string) bool { return id != "" && strings.Trim(id, "0123456789") == "" }

// Find finds a thing by its ID or, where the kind has names, by a name that no other has. An ID of a kind without groups,
// or with its group, is taken as it is, and costs no request; else the groups are gone through. One that is in several groups is
// found in the first, but with Sure, which wants to be told the group.
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
	var found []Found
	var names []string
	key := k.schema().Key
	err := r.Each(ctx, k, group, func(in string, page []json.RawMessage) error {
		for _, row := range page {
			one := Found{k, in, rows.Field(row, key)}
			if !isTold(one.ID) {
				continue // no path leads to it
			}
			if isID {
				if one.ID == word && !slices.Contains(found, one) {
					if found = append(found, one); !r.Sure {
						return errEnough
					}
				}
				continue
			}
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
	case len(found) == 1, len(found) > 1 && !r.Sure && areOne(found):
		if k.Group != "" && group == "" {
			r.note("%s %s is in %s %s", k.One, found[0].ID, Named(k.Group).One, found[0].Group)
		}
		return found[0], nil
	case len(found) > 1 && areOne(found):
		return Found{}, usage.New(
			fmt.Sprintf("%s %s is in %s: %s", k.One, found[0].ID, counted(len(found), Named(k.Group)), wording.Listed(few(groupsOf(found)))), "--group says which one is meant")
	case isID:
		return Found{}, usage.New(fmt.Sprintf("there is no %s %s", k.One, word), fmt.Sprintf("'ringcx %s list' shows them; --account says in which sub-account", k.Name))
	}
	return Found{}, unclear(k, word, names, found)
}

// areOne tells one thing in several places.
func areOne(found []Found) bool {
	return !slices.ContainsFunc(found, func(f Found) bool { return f.ID != found[0].ID })
}

// groupsOf are the groups that things are in.
func groupsOf(found []Found) (ids []string) {
	for _, f := range found {
		ids = append(ids, f.Group)
	}
	return ids
}

// unclear says of a name that it is none, or that of several.
func unclear(k *Kind, word string, names []string, found []Found) error {
	if len(found) > 1 {
		var ids []string
		for _, f := range found {
			id := f.ID
			if f.Group != "" {
				id += " in " + Named(k.Group).One + " " + f.Group
			}
			ids = append(ids, id)
		}
		return usage.New(fmt.Sprintf("%d %s have the name %q: %s", len(found), strings.ReplaceAll(k.Name, "-", " "), wording.Clip(word), wording.Listed(few(ids))), "give the ID of one of them"+orGroup(found))
	}
	near := wording.Nearest(word, names)
	if near != "" {
		near = fmt.Sprintf("%q", wording.OneLine(near))
	}
	return usage.New(fmt.Sprintf("there is no %s %q", k.One, wording.Clip(word)), wording.DidYouMean(near, fmt.Sprintf("'ringcx %s list' shows them", k.Name)))
}

// orGroup is the other way to tell things with one name apart: the group of one that is alone in it.
func orGroup(found []Found) string {
	groups := groupsOf(found)
	for _, g := range groups {
		alone := 0
		for _, other := range groups {
			if g == other {
				alone++
			}
		}
		if alone == 1 {
			return ", or its group with --group"
		}
	}
	return ""
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

func (r *Runner) warn(format string, values ...any) {
	if r.Warn != nil {
		r.Warn(fmt.Sprintf(format, values...))
	}
}
