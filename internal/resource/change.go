package resource

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Changed is a thing as it was read, with some of its fields changed: what an update sends, since updates of the API replace the
// whole. Everything else is sent back as it came, digit by digit, also what nobody describes, or describes for answers alone. In
// objects that both have the fields are changed one by one. Lists are replaced, but for their objects: one that says nothing but
// what one of those that were read says is that one, whole.
//
// A field that an update has in another form than what was read goes back if its value has the form of the update. Otherwise it
// must be among the changes, for it would be lost: without it the error is a mistake of the caller. One that is empty is left
// out; left has the names of these.
func (k *Kind) Changed(read, changes json.RawMessage) (whole json.RawMessage, left []string, err error) {
	fields, err := object(read)
	if err != nil {
		return nil, nil, err
	}
	given, err := object(changes)
	if err != nil {
		return nil, nil, err
	}
	if left, err = k.fit(fields, given); err != nil {
		return nil, nil, err
	}
	merge(fields, given)
	whole, err = json.Marshal(fields)
	if replaced := []byte("\ufffd"); err == nil && bytes.Count(whole, replaced) > bytes.Count(read, replaced)+bytes.Count(changes, replaced) {
		return nil, nil, usage.WithHint(fmt.Errorf("the %s has a field whose name is no UTF-8, and cannot be sent back as it is", k.One), "nothing was changed; change it with 'ringcx api "+k.Update+"', which sends what it is given")
	}
	return whole, left, err
}

// object are the fields of an object as they are written.
func object(data json.RawMessage) (fields map[string]json.RawMessage, err error) {
	if err := json.Unmarshal(data, &fields); err != nil || fields == nil {
		return nil, fmt.Errorf("the %d bytes of a thing are not an object", len(data))
	}
	return fields, nil
}

func merge(fields, changes map[string]json.RawMessage) {
	for name, value := range changes {
		fields[name] = merged(fields[name], value)
	}
}

// merged is a value with a change.
func merged(old, change json.RawMessage) json.RawMessage {
	if fields, err := object(old); err == nil {
		if given, err := object(change); err == nil {
			merge(fields, given)
			return encoded(fields, change)
		}
	}
	var before, after []json.RawMessage
	if json.Unmarshal(old, &before) != nil || json.Unmarshal(change, &after) != nil || after == nil {
		return change
	}
	for i, one := range after {
		after[i] = meant(before, one)
	}
	return encoded(after, change)
}

// meant is the object of a list that says all that one says, or one itself if there is none, or more than one.
func meant(list []json.RawMessage, one json.RawMessage) json.RawMessage {
	given, err := object(one)
	if err != nil || len(given) == 0 {
		return one
	}
	found := one
	n := 0
	for _, old := range list {
		fields, err := object(old)
		same := err == nil
		for name, value := range given {
			same = same && compact(fields[name]) == compact(value)
		}
		if same {
			found, n = old, n+1
		}
	}
	if n == 1 {
		return found
	}
	return one
}

func compact(value json.RawMessage) string {
	var b bytes.Buffer
	_ = json.Compact(&b, value) // what is there is JSON
	return b.String()
}

// encoded is v as JSON, or otherwise if it cannot be.
func encoded(v any, otherwise json.RawMessage) json.RawMessage {
	if data, err := json.Marshal(v); err == nil {
		return data
	}
	return otherwise
}

// fit takes out of what was read what an update has in another form.
func (k *Kind) fit(fields, given map[string]json.RawMessage) (left []string, err error) {
	from, to := k.schemas()
	if from == nil || to == nil || from == to {
		return nil, nil
	}
	var lost []string
	values := make(map[string]string)
	for _, f := range from.Fields {
		value, there := fields[f.Name]
		want := to.Field(f.Name)
		if !there || want == nil || want.Type.String() == f.Type.String() || apicmd.Fits(want.Type, value) {
			continue
		}
		_, changed := given[f.Name]
		switch {
		case changed:
		case isEmpty(value):
			left = append(left, f.Name)
		default:
			lost = append(lost, f.Name)
			values[f.Name] = inForm(f.Type, want.Type, value)
		}
		delete(fields, f.Name)
	}
	slices.Sort(left)
	if slices.Sort(lost); lost != nil {
		return nil, usage.New(
			fmt.Sprintf("an update of %s %s has %s in another form than what is read, and would lose what is there", article(k.One), k.One, wording.Listed(lost)),
			fmt.Sprintf("give it too: -F '%s=%s'; 'ringcx api describe %s' has its form", lost[0], values[lost[0]], k.Update))
	}
	return left, nil
}

// inForm is what was read in the form of an update, to be copied into a command line: of a list of values, objects that have each
// of them in the field of that type. It is … where that cannot be told.
func inForm(from, to *apispec.Type, value json.RawMessage) string {
	const unknown = "…"
	var read []string
	if from.Kind != apispec.Array || to.Kind != apispec.Array || to.Elem.Kind != apispec.Object || json.Unmarshal(value, &read) != nil {
		return unknown
	}
	fields := apispec.Default().Schema(to.Elem.Name).Fields
	i := slices.IndexFunc(fields, func(f apispec.Field) bool { return f.Type.String() == from.Elem.String() })
	if i < 0 {
		return unknown
	}
	objects := make([]map[string]string, 0, len(read))
	for _, one := range read {
		if strings.Trim(one, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
			return unknown // which a shell may take for something else
		}
		objects = append(objects, map[string]string{fields[i].Name: one})
	}
	if text, err := json.Marshal(objects); err == nil {
		return string(text)
	}
	return unknown
}

func isEmpty(value json.RawMessage) bool {
	value = bytes.TrimSpace(value)
	return slices.Contains([]string{"", "null", "[]", "{}", `""`}, string(value))
}

// schemas are what is read and what an update sends.
func (k *Kind) schemas() (read, sent *apispec.Schema) {
	for _, body := range Operation(k.Update).Bodies {
		sent = apispec.Default().Schema(body.Type.Base().Name)
		break
	}
	return Rows(k.Get), sent
}
