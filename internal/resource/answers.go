package resource

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Get is a thing as the vendor has it. An answer that does not say by its key that it is the one that was asked for is an error,
// so that nothing else is shown, or sent back, in its place.
func (r *Runner) Get(ctx context.Context, f Found) (json.RawMessage, error) {
	address, err := r.address(Operation(f.Kind.Get), f)
	if err != nil {
		return nil, err
	}
	reply, err := r.Lists.Get(ctx, address)
	switch {
	case err != nil:
		return nil, err
	case reply.Code != http.StatusOK || reply.IsPage() || reply.SaysError():
		return nil, reply.Err()
	case !IsObject(reply.Body):
		return nil, fmt.Errorf("GET %s: the answer is not an object", reply.Request.URL.Path)
	}
	if err := f.other(reply); err != nil {
		return nil, err
	}
	if key := Key(f.Kind); rows.Field(reply.Body, key) == "" {
		return nil, fmt.Errorf("GET %s: the answer has no %s, and so does not say that it is %s %s", reply.Request.URL.Path, key, f.Kind.One, f.ID)
	}
	return reply.Body, nil
}

// other is the error about an answer that says that it is another thing; nil: it says nothing of the kind.
func (f Found) other(reply *apicmd.Reply) error {
	key := Key(f.Kind)
	if id := rows.Field(reply.Body, key); id != "" && f.ID != "" && strings.TrimLeft(id, "0") != strings.TrimLeft(f.ID, "0") {
		return fmt.Errorf("%s %s: the answer is about another %s: its %s is %s", reply.Request.Method, reply.Request.URL.Path, f.Kind.One, key, wording.OneLine(wording.Clip(id)))
	}
	return nil
}

// Refusal says why the answer to a change is no success although its status is that of one: it is an error as the vendor writes
// them, is about another thing, or does not say that the change was done. nil: it does, or it says that the vendor has taken it
// on (202).
func (f Found) Refusal(operation string, reply *apicmd.Reply) error {
	const hint = "nobody knows what was done: look before it is sent again"
	if reply.SaysError() {
		return reply.Err()
	}
	if err := f.other(reply); err != nil {
		return usage.WithHint(err, hint)
	}
	if said := bytes.TrimSpace(reply.Body); string(said) == "false" {
		return usage.WithHint(fmt.Errorf("%s %s: %d, and the answer is false", reply.Request.Method, reply.Request.URL.Path, reply.Code), hint)
	}
	if reply.Code != http.StatusAccepted && !f.saysDone(operation, reply) {
		return usage.WithHint(fmt.Errorf("%s %s: %d, and the answer does not say that it was done", reply.Request.Method, reply.Request.URL.Path, reply.Code), hint)
	}
	return nil
}

// saysDone tells the answers that are described for a change: the thing, with its key, and of what is deleted also true or
// nothing; and 204.
func (f Found) saysDone(operation string, reply *apicmd.Reply) bool {
	said := bytes.TrimSpace(reply.Body)
	deletes := operation == f.Kind.Delete
	switch {
	case reply.Code == http.StatusNoContent: // which says it without a body
		return true
	case reply.Code != http.StatusOK && reply.Code != http.StatusCreated:
		return false
	case deletes && (len(said) == 0 || string(said) == "true"):
		return true
	case reply.IsBegin():
		return bytes.HasPrefix(said, []byte("{")) // which is as large as no error is
	}
	return IsObject(said) && isTold(rows.Field(said, Key(f.Kind))) && (f.ID != "" || !deletes)
}

// IsObject tells JSON objects from other answers.
func IsObject(data []byte) bool {
	var fields map[string]json.RawMessage
	return json.Unmarshal(data, &fields) == nil && fields != nil
}
