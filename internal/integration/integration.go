// Package integration calls the part of the API that is for other systems: metadata, recordings and totals of calls that
// have ended. Its paths name the account at RingCentral beside the sub-account.
package integration

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/pace"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/when"
)

// API is that part of the API for a sub-account.
type API struct {
	*apicmd.Lister
	Base      string // the RingCX server
	RCAccount string // the ID of the account at RingCentral
	Account   string // the ID of the sub-account

	pace *pace.Pace // of reports; made when it is needed
}

// FindRCAccount asks for the list of accounts and finds RCAccount in it.
func (a *API) FindRCAccount(ctx context.Context) error {
	op, _ := apispec.Find("getAllAccounts")
	var all []json.RawMessage
	err := a.Each(ctx, a.Base+op.Path, 0, "", func(page []json.RawMessage) error {
		all = append(all, page...)
		return nil
	})
	if err == nil {
		a.RCAccount, err = RCAccount(all, a.Account)
	}
	return err
}

// RCAccount finds the ID of the account at RingCentral that a sub-account belongs to, in the list of accounts. It has several
// forms there.
func RCAccount(accounts []json.RawMessage, account string) (string, error) {
	for _, raw := range accounts {
		var row struct {
			ID   json.RawMessage `json:"accountId"`
			RC   json.RawMessage `json:"rcAccountId"`
			Main struct {
				RC json.RawMessage `json:"rcAccountId"`
			} `json:"mainAccount"`
		}
		if json.Unmarshal(raw, &row) != nil || plain(row.ID) != account {
			continue
		}
		for _, id := range []string{plain(row.Main.RC), plain(row.RC)} {
			if id != "" {
				return id, nil
			}
		}
		return "", usage.New(fmt.Sprintf("the vendor does not say which account at RingCentral the sub-account %s belongs to", account), "give its ID with --rc-account")
	}
	return "", usage.New(fmt.Sprintf("the sub-account %s is not in the list of accounts, so its account at RingCentral is not known", account), "give the ID of that with --rc-account")
}

// plain is an ID, which may be a text or a number.
func plain(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// path is that of an operation, with the accounts and values of other parameters, name by name.
func (a *API) path(operation string, values ...string) (string, error) {
	op, found := apispec.Find(operation)
	if !found {
		return "", fmt.Errorf("there is no operation %s", operation)
	}
	path := op.Path
	values = append([]string{"rcAccountId", a.RCAccount, "subAccountId", a.Account}, values...)
	for i := 0; i+1 < len(values); i += 2 {
		filled, err := apispec.Fill(path, values[i], values[i+1])
		if err != nil {
			return "", usage.New(err.Error(), "give IDs as 'ringcx recordings list' prints them")
		}
		path = filled
	}
	return path, nil
}

// Settled is how long ago a window has to have ended.
const Settled = 5 * time.Minute

// longest is the longest window that the vendor takes.
const longest = 3 * time.Hour

// localTime is how this part of the API writes times. A time zone stands beside them.
const localTime = "2006-01-02 15:04:05"

// Interactions gets the parts of calls that lie between two times, window by window. v2 asks the second version of the
// operation, which is known from a draft alone.
func (a *API) Interactions(ctx context.Context, from, to time.Time, v2 bool, yield func([]json.RawMessage) error) error {
	operation := "getInteractionMetadata"
	if v2 {
		operation = "listInteractionMetadataV2"
	}
	for _, w := range windows(from, to) {
		rows, err := a.ask(ctx, operation, map[string]any{
			"segmentEndTime": w.from.UTC().Format(localTime), "timeInterval": int(w.to.Sub(w.from) / time.Second), "timeZone": "UTC",
		})
		if err != nil {
			return fmt.Errorf("what ended before %s was got, and no more: %w", w.from.UTC().Format(time.RFC3339), err)
		}
		if err := yield(rows); err != nil {
			return err
		}
	}
	return nil
}

type window struct{ from, to time.Time }

// windows cuts a time into windows of whole seconds that the vendor takes.
func windows(from, to time.Time) (all []window) {
	from, to = from.Truncate(time.Second), to.Truncate(time.Second)
	for from.Before(to) {
		end := from.Add(longest)
		if end.After(to) {
			end = to
		}
		all = append(all, window{from, end})
		from = end
	}
	return all
}

// Requests is how many requests Interactions sends, and how long the vendor's limits make that last at least.
func Requests(from, to time.Time) (n int, lasts time.Duration) {
	n = len(windows(from, to))
	for _, w := range apispec.Default().Limit("reports").Windows {
		lasts = max(lasts, time.Duration((n-1)/w.Requests)*w.Time)
	}
	return n, lasts
}

// Totals are the kinds of totals, and the operations that make them.
var Totals = map[string]string{"queues": "buildAggQueueStats", "agents": "buildAggAgentStats", "agents-extended": "buildExtendedAggAgentStats"}

// Total gets totals of a kind for intervals of a time, in the time zone of from.
// This part of the API takes times as clocks there show them: where these are put back, the hour that they show twice cannot be
// asked for.
func (a *API) Total(ctx context.Context, kind string, from, to time.Time, interval int) ([]json.RawMessage, error) {
	for _, t := range []time.Time{from, to.In(from.Location())} {
		if !when.Once(t) {
			return nil, usage.New(
				fmt.Sprintf("%s is there twice in %s, and the vendor takes no word for which is meant", t.Format(localTime), t.Location()), "leave --time-zone out, which asks in UTC, or give a time before or after")
		}
	}
	return a.ask(ctx, Totals[kind], map[string]any{
		"startDate": from.Format(localTime), "endDate": to.In(from.Location()).Format(localTime), "timeInterval": interval, "timeZone": from.Location().String(),
	})
}

// ask sends one of the requests that share the limit of reports.
func (a *API) ask(ctx context.Context, operation string, body any) ([]json.RawMessage, error) {
	if a.pace == nil {
		a.pace = pace.New(apispec.Default().Limit("reports"))
	}
	path, err := a.path(operation)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r, err := a.Asking(a.pace, func() (*http.Request, error) { return apicmd.Posted(ctx, a.Base+path, data) })
	if err != nil {
		return nil, err
	}
	return r.Rows()
}

// copyCounting copies, and tells of bytes.
func copyCounting(to io.Writer, from io.Reader, tell func(n int64)) (n int64, err error) {
	buffer := make([]byte, 64<<10)
	for {
		read, err := from.Read(buffer)
		if read > 0 {
			if _, failed := to.Write(buffer[:read]); failed != nil {
				return n, &unwritten{failed}
			}
			n += int64(read)
			if tell != nil {
				tell(n)
			}
		}
		if err == io.EOF { //nolint:errorlint // readers return it as it is
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// unwritten is an error of the file, and not of the answer.
type unwritten struct{ error }

// Unwrap is what went wrong with the file.
func (e *unwritten) Unwrap() error { return e.error }
