package apicmd

import (
	"encoding/json"
	"slices"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// answerType is what the operation answers with a status, nil if that is not described, or no JSON.
func (c *Call) answerType(status int) *apispec.Type {
	if c.op == nil {
		return nil
	}
	for _, a := range c.op.Answers {
		if slices.Contains(a.Statuses, status) && a.ContentType == kindJSON {
			return a.Type
		}
	}
	return nil
}

// Fits tells whether a value has the form of a type, as far as answers have to.
func Fits(t *apispec.Type, data []byte) bool {
	v, err := decoded(data)
	return err == nil && (&checker{desc: apispec.Default(), answer: true}).value("", t, v) == nil
}

// tellMisfit tells of an answer that is not as it is described. One that is too long to be held is not looked at.
func (c *Call) tellMisfit(r *Reply, at *Out) {
	t := c.answerType(r.Code)
	if t == nil || at.Warn == nil || len(r.Body) == 0 || len(r.Body) >= looked || !r.isJSON() {
		return
	}
	if v, err := decoded(r.Body); err == nil {
		c.tell((&checker{desc: apispec.Default(), answer: true}).value("", t, v), at)
	}
}

// tellMisfits tells of rows that are not as they are described, once for all pages; the first of them has a number.
func (c *Call) tellMisfits(rows []json.RawMessage, first int, at *Out) {
	t := c.answerType(200)
	if t == nil || t.Kind != apispec.Array || at.Warn == nil || c.told {
		return
	}
	check := &checker{desc: apispec.Default(), answer: true}
	for i, row := range rows {
		v, err := decoded(row)
		if err != nil {
			return
		}
		if m := check.value(element("", first+i), t.Elem, v); m != nil {
			c.tell(m, at)
			return
		}
	}
}

func (c *Call) tell(m *misfit, at *Out) {
	if m != nil && !c.told {
		c.told = true
		at.Warn("the answer of " + c.op.ID + " is not as described: " + wording.Said(m.problem))
	}
}
