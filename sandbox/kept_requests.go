package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
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

// recordKey has room for as many requests as are remembered: a new one takes the place of the oldest.
func (e logEntry) recordKey() recordKey {
	return recordKey{recordRequest, fmt.Sprintf("%05d", e.Number%logSize)}
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

func restoreParameters(in []savedParameter) ([]parameter, error) {
	out := make([]parameter, 0, len(in))
	for _, p := range in {
		if p.Secret && !strings.HasPrefix(p.Value, "$") {
			return nil, fmt.Errorf("the value of %s is no stand-in for a secret", p.Name)
		}
		out = append(out, parameter{p.Name, p.Value, p.Secret})
	}
	return out, nil
}

func (st *state) loadRequests(in *archive) error {
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

// restore remembers entries, oldest first, instead of what was remembered.
func (j *journal) restore(entries []logEntry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries, j.next, j.kept = nil, 0, 0
	for _, e := range entries {
		j.entries = append(j.entries, e.pack())
		j.count = max(j.count, e.Number)
	}
	j.kept = j.count
}

// fresh are the entries that were not taken before.
func (j *journal) fresh() []logEntry {
	j.mu.Lock()
	before := j.kept
	j.kept = j.count
	j.mu.Unlock()
	entries, _ := j.since(before)
	return entries
}
