package sandbox

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

type savedEntry struct {
	Request
	About uint64           `json:"about,omitempty"`
	Auth  string           `json:"auth,omitempty"`
	Query []savedParameter `json:"query,omitempty"`
	Form  []savedParameter `json:"form,omitempty"`
}

type savedParameter struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Secret bool   `json:"secret,omitempty"`
}

// requestKey has room for as many requests as are remembered: a new one takes the place of the oldest.
func requestKey(number uint64) recordKey {
	return recordKey{recordRequest, fmt.Sprintf("%05d", number%logSize)}
}

func (e logEntry) recordValue() any {
	return savedEntry{e.Request, e.about, e.shape.auth, saveParameters(e.shape.query), saveParameters(e.shape.form)}
}

func saveParameters(in []parameter) []savedParameter {
	out := make([]savedParameter, 0, len(in))
	for _, p := range in {
		out = append(out, savedParameter{p.name, p.value, p.secret})
	}
	return out
}

// standIn is the value of a parameter that is secret: the name of a variable.
var standIn = regexp.MustCompile(`^\$[A-Z0-9_]*$`)

func restoreParameters(in []savedParameter) ([]parameter, error) {
	out := make([]parameter, 0, len(in))
	for _, p := range in {
		if p.Secret && !standIn.MatchString(p.Value) {
			return nil, fmt.Errorf("the value of %s is no stand-in for a secret", p.Name)
		}
		out = append(out, parameter{p.Name, p.Value, p.Secret})
	}
	return out, nil
}

func (st *contents) loadRequests(in *archive) error {
	err := each(in, recordRequest, func(key string, v *savedEntry) error {
		_, err := strconv.Atoi(key)
		query, inQuery := restoreParameters(v.Query)
		form, inForm := restoreParameters(v.Form)
		st.requests = append(st.requests, logEntry{
			Request: v.Request, about: v.About, shape: requestShape{v.Auth, query, form},
		})
		return errors.Join(err, inQuery, inForm)
	})
	slices.SortFunc(st.requests, func(a, b logEntry) int { return int(a.Number) - int(b.Number) }) //nolint:gosec // close together
	return err
}

// restore remembers entries, oldest first, instead of what was remembered. Of two with the same place, the newer stays.
func (j *journal) restore(entries []logEntry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.clear()
	j.kept = 0
	for i := range entries {
		j.count = max(j.count, entries[i].Number)
	}
	for i := range entries {
		e := &entries[i]
		if j.count-e.Number < logSize && (i == 0 || e.Number != entries[i-1].Number) {
			e.cut()
			j.push(e.pack())
		}
	}
	j.kept, j.oldest = j.count, j.oldestHeld()
}

// oldestHeld is the number of the oldest entry, that of the next one if there is none.
func (j *journal) oldestHeld() uint64 {
	if j.held == 0 {
		return j.count + 1
	}
	return j.at(0).number
}

// news are the entries that the keeper does not have, and those that it has and that are forgotten. A new one takes the
// place of the one before it by logSize anyway.
func (j *journal) news() (entries []packedEntry, forgotten []gone) {
	j.mu.Lock()
	before := j.kept
	j.kept = j.count
	oldest := j.oldestHeld()
	for n := max(j.oldest, j.count-min(j.count, logSize-1)); n < oldest; n++ {
		forgotten = append(forgotten, gone(requestKey(n)))
	}
	j.oldest = oldest
	j.mu.Unlock()
	entries, _ = j.packedSince(before)
	return entries, forgotten
}
