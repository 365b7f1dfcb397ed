package resource

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Changed is a thing as it was read, with some of its fields changed: what an update sends, since updates of the API replace the
// whole. Everything else is sent back as it came, digit by digit, also what nobody describes. In objects that both have the
// fields are changed one by one; lists are replaced.
//
// Where an update has another form than what is read, fields that it has not got are left out. One that it has in another type
// must be among the changes, for it would be lost: without it the error is a mistake of the caller.
func (k *Kind) Changed(read, changes json.RawMessage) (json.RawMessage, error) {
	fields, err := object(read)
	if err != nil {
		return nil, err
	}
	given, err := object(changes)
	if err != nil {
		return nil, err
	}
	if err := k.fit(fields, given); err != nil {
		return nil, err
	}
	merge(fields, given)
	return json.Marshal(fields)
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
		if old, err := object(fields[name]); err == nil {
			if deep, err := object(value); err == nil {
				merge(old, deep)
				if merged, err := json.Marshal(old); err == nil {
					value = merged
				}
			}
		}
		fields[name] = value
	}
}

// fit takes out of what was read what an update has no place for.
func (k *Kind) fit(fields, given map[string]json.RawMessage) error {
	from, to := k.schemas()
	if from == nil || to == nil || from == to {
		return nil
	}
	var lost []string
	for _, f := range from.Fields {
		value, there := fields[f.Name]
		if !there {
			continue
		}
		switch want := to.Field(f.Name); {
		case want == nil:
			delete(fields, f.Name)
		case want.Type.String() != f.Type.String():
			_, changed := given[f.Name]
			if !changed && !isEmpty(value) {
				lost = append(lost, f.Name)
			}
			delete(fields, f.Name)
		}
	}
	if slices.Sort(lost); lost != nil {
		return usage.New(
			fmt.Sprintf("an update of %s %s has %s in another form than what is read, and would lose what is there", article(k.One), k.One, wording.Listed(lost)),
			fmt.Sprintf("give it too: -F '%s=…'; 'ringcx api describe %s' has its form", lost[0], k.Update))
	}
	return nil
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
