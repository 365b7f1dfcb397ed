package apicmd

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// tree is a body that grows field by field.
type tree struct {
	leaf   json.RawMessage // nil: it has fields, or is a list
	fields map[string]*tree
	list   []*tree
	isList bool
}

// MarshalJSON implements json.Marshaler.
func (n *tree) MarshalJSON() ([]byte, error) {
	switch {
	case n.leaf != nil:
		return n.leaf, nil
	case n.isList && n.list == nil:
		return []byte("[]"), nil
	case n.isList:
		return encoded(n.list), nil
	}
	return encoded(n.fields), nil
}

// steps are the parts of a name such as dispositions[].name: names, and "[]" for a new element of a list.
func steps(name string) ([]string, error) {
	var all []string
	for _, part := range strings.Split(name, ".") {
		base := strings.TrimRight(part, "[]")
		lists := (len(part) - len(base)) / 2
		if base == "" || strings.ContainsAny(base, "[]") || part != base+strings.Repeat("[]", lists) {
			return nil, usage.New(fmt.Sprintf("the field %q is not named as fields are", wording.Clip(name)), "such as -f parent.id=5, and -f names[]=a for an element of a list")
		}
		all = append(all, base)
		for range lists {
			all = append(all, "[]")
		}
	}
	return all, nil
}

// put sets what stands at the end of the steps. A step [] is a new element at the end of its list, unless the last one is an
// object that has not got the field yet.
func (n *tree) put(path []string, leaf json.RawMessage) bool {
	if len(path) == 0 {
		if n.leaf != nil || n.fields != nil || n.isList {
			return false
		}
		n.leaf = leaf
		return true
	}
	if n.leaf != nil {
		return false
	}
	if path[0] == "[]" {
		if n.fields != nil {
			return false
		}
		n.isList = true
		if last := len(n.list) - 1; len(path) > 1 && last >= 0 && n.list[last].takes(path[1:]) {
			return n.list[last].put(path[1:], leaf)
		}
		n.list = append(n.list, &tree{})
		return n.list[len(n.list)-1].put(path[1:], leaf)
	}
	if n.isList {
		return false
	}
	if n.fields == nil {
		n.fields = make(map[string]*tree)
	}
	if n.fields[path[0]] == nil {
		n.fields[path[0]] = &tree{}
	}
	return n.fields[path[0]].put(path[1:], leaf)
}

// takes tells whether something can be put at the end of the steps.
func (n *tree) takes(path []string) bool {
	switch {
	case n == nil:
		return true
	case len(path) == 0:
		return n.leaf == nil && n.fields == nil && !n.isList
	case n.leaf != nil:
		return false
	case path[0] == "[]":
		return n.fields == nil
	}
	return !n.isList && n.fields[path[0]].takes(path[1:])
}

// at is the type at the end of the steps below a type, nil if the description does not say.
func (c *checker) at(t *apispec.Type, path []string) (*apispec.Type, *apispec.Field) {
	var field *apispec.Field
	for _, step := range path {
		if t == nil {
			return nil, nil
		}
		switch {
		case t.Name == "any":
			return t, nil
		case step == "[]" && t.Kind == apispec.Array, step != "[]" && t.Kind == apispec.Map:
			t, field = t.Elem, nil
		case step != "[]" && t.Kind == apispec.Object:
			schema := c.desc.Schema(t.Name)
			if schema == nil {
				return nil, nil
			}
			if field = schema.Field(step); field == nil {
				return nil, nil
			}
			t = field.Type
		default:
			return nil, nil
		}
	}
	return t, field
}
