package leads

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// confirming are the vendor's numbers of rows that are in. It may say one of them, or both.
var confirming = []string{"leadsAccepted", "leadsInserted"}

// harmlessStatus is that of a batch that did not fail.
const harmlessStatus = "DEFAULT_NOT_A_FAILURE"

// answered reads an answer. Statuses that say that nothing was done are believed; what says neither is uncertain.
func (s *sender) answered(r *apicmd.Reply, b *batch, e *entry) error {
	e.Counts, e.Rejected, e.Message = nil, nil, ""
	switch code := r.Code; {
	case code/100 == 2 && !r.IsPage():
		state, why := s.judge(r.Body, b, e)
		if e.State = state; why != nil {
			return fmt.Errorf("%s %s: %d, %w", r.Request.Method, r.Request.URL.Path, code, why)
		}
		return nil
	case code == http.StatusTemporaryRedirect, code == http.StatusPermanentRedirect, code == http.StatusNotImplemented,
		code/100 == 4 && code != http.StatusRequestTimeout && code != 499:
		e.State = refused
	default: // other redirects may lead to what was made
		e.State = uncertain
	}
	return r.Err()
}

// judge reads what the vendor says of a batch in a success: every number, what it says in words, and which rows it has rejected.
// A batch is in only if a number says so, and not in if all of them are 0. A failure that is told there is one.
func (s *sender) judge(body []byte, b *batch, e *entry) (state string, why error) {
	var all map[string]json.RawMessage
	if json.Unmarshal(body, &all) != nil {
		if len(bytes.TrimSpace(body)) == 0 {
			return uncertain, errors.New("and the answer is empty")
		}
		return uncertain, errors.New("and the answer is not what it should be")
	}
	s.result(all, b, e)
	most, said := 0, false
	for _, name := range confirming {
		if c, ok := e.Counts[name]; ok {
			most, said = max(most, c), true
		}
	}
	none := said && most == 0 // numbers that do not agree are not believed to say so
	switch failure, certain := failed(all); {
	case failure != "" && none, failure != "" && !said && certain:
		e.IDs = packed(nil)
		return refused, fmt.Errorf("and RingCX says that it has failed: %s", strings.Join(slices.Compact([]string{failure, wording.First(e.Message, failure)}), "; "))
	case failure != "":
		return uncertain, fmt.Errorf("and RingCX says that it has failed, and not that no row is in: %s", failure)
	case !said:
		return uncertain, errors.New("and the answer does not say how many rows are in")
	case most > e.Rows:
		return uncertain, fmt.Errorf("and RingCX says that it has taken %d rows, of %d that were sent", most, e.Rows)
	case none:
		e.IDs = packed(nil)
		return refused, fmt.Errorf("and %w of %d rows%s", errNoneTaken, e.Rows, behind(e.Message))
	}
	return done, nil
}

// errNoneTaken is that of a batch of which no row is in, without a failure: all may have been duplicates.
var errNoneTaken = errors.New("RingCX has taken none")

// behind is what the vendor says, behind what is said of it.
func behind(message string) string {
	if message == "" {
		return ""
	}
	return ": " + message
}

// failed finds the failure that an answer tells of. certain: it is documented as a reason why nothing was loaded.
func failed(all map[string]json.RawMessage) (failure string, certain bool) {
	if code := wording.Said(textOf(all["errorCode"])); code != "" {
		return code, false
	}
	status := wording.Said(textOf(all["processingStatus"]))
	known := apispec.Default().Values("LeadProcessingStatus").List
	switch upper := strings.ToUpper(status); {
	case upper == harmlessStatus:
		return "", false
	case slices.Contains(known, upper):
		return status, upper != "GENERAL_FAILURE"
	case strings.Contains(upper, "FAIL"), strings.Contains(upper, "ERROR"):
		return status, false
	}
	return "", false
}

// result takes over what the vendor says.
func (s *sender) result(all map[string]json.RawMessage, b *batch, e *entry) {
	e.Counts = map[string]int{}
	var words []string
	for _, f := range apispec.Default().Schema("LeadListProcessingResult").Fields {
		text := textOf(all[f.Name])
		switch {
		case f.Type.Name == "int32":
			if n, err := strconv.ParseUint(text, 10, 31); err == nil {
				e.Counts[f.Name] = int(n)
			}
		case text != "" && text != harmlessStatus && (f.Name == "message" || f.Name == "processingResult" || f.Name == "processingStatus"):
			words = append(words, wording.Said(text))
		}
	}
	e.Message = strings.Join(words, "; ")
	var rows []struct {
		Message string            `json:"message"`
		RowData []json.RawMessage `json:"rowData"`
	}
	_ = json.Unmarshal(all["rejectedRows"], &rows) // what is not as described says nothing
	for _, row := range rows {
		e.Rejected = append(e.Rejected, Fault{b.lineOf(row.RowData), wording.Said(wording.First(row.Message, "rejected without a reason"))})
	}
	e.IDs = packed(b.idsBut(e.Rejected))
}

// textOf is a text, or a number as it is written; "" is neither.
func textOf(raw json.RawMessage) string {
	var text string
	var n json.Number
	switch {
	case json.Unmarshal(raw, &text) == nil:
		return strings.TrimSpace(text)
	case json.Unmarshal(raw, &n) == nil:
		return n.String()
	}
	return ""
}
