package apicmd

import (
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Understood is the path of the API that was meant.
var Understood = understood

// BodyOf is the body that a call sends.
func BodyOf(c *Call) []byte { return c.sent.bytes }

// MisfitOf says where an answer of an operation is not as described, "" if it is, or is no JSON.
func MisfitOf(operation string, answer []byte) string {
	op, _ := apispec.Find(operation)
	v, err := decoded(answer)
	if err != nil {
		return ""
	}
	if m := (&checker{desc: apispec.Default(), answer: true}).whole(op.Answers[0].Type, v); m != nil {
		return wording.Said(m.problem)
	}
	return ""
}
