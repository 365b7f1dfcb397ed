package apicmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/ringcx-go/ringcx/internal/usage"
)

// Lister gets lists of the API.
type Lister struct {
	Client  *http.Client
	MaxWait time.Duration                           // for a vendor that asks for patience, for each page
	Pause   func(d time.Duration, why string) error // waits so long
	Patient bool                                    // a list that is not documented to come in pages waits, too
}

// rows gets one page, with headers besides our own. If it may wait, a vendor that asks for patience is given it, as far as
// MaxWait goes.
func (l *Lister) rows(ctx context.Context, address string, headers http.Header, wait bool) ([]json.RawMessage, error) {
	return l.ask(ctx, &ask{method: http.MethodGet, address: address, headers: headers}, wait)
}

func (l *Lister) ask(ctx context.Context, q *ask, wait bool) ([]json.RawMessage, error) {
	until := time.Now().Add(l.MaxWait)
	for {
		req, err := q.request(ctx)
		if err != nil {
			return nil, err
		}
		r, err := Fetch(l.Client, req)
		if err != nil {
			return nil, err
		}
		if r.Code == http.StatusNoContent {
			return nil, nil
		}
		if r.Code == http.StatusOK {
			var rows []json.RawMessage
			if json.Unmarshal(r.Body, &rows) != nil || rows == nil {
				return nil, r.NotAList()
			}
			return rows, nil
		}
		pause := retryAfter(r.header)
		if again := time.Now().Add(pause); !wait || !usage.IsBusyAnswer(r.Code, pause) || pause == 0 || again.After(until) {
			return nil, r.Err()
		}
		if err := l.Pause(pause, fmt.Sprintf("%s asked for patience (%d)", req.URL.Host, r.Code)); err != nil {
			return nil, err
		}
	}
}

// most is more rows than a server gives at a time, and fewest is fewer than any would make a page of.
const most, fewest = 10000, 10

// Each gets a list, and calls yield with the rows of each page. With a size it is asked for in pages, as the vendor documents
// them. With 0 the vendor documents none: it is asked for as it is, and then for more if what came may be a page; a server
// that refuses to be asked for pages has given everything. An error after the first page says how far the list went.
func (l *Lister) Each(ctx context.Context, address string, size int, yield func(rows []json.RawMessage) error) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	if size > 0 {
		list := &listing{size: size, get: func(page, size int) ([]json.RawMessage, error) {
			return l.rows(ctx, paged(*u, page, size), nil, true)
		}}
		if err := list.each(yield); err != nil {
			return list.cut(err)
		}
		return nil
	}
	whole := false
	list := &listing{size: most, get: func(page, size int) ([]json.RawMessage, error) {
		if page == 0 {
			rows, err := l.rows(ctx, address, nil, l.Patient)
			whole = len(rows) < fewest
			return rows, err
		}
		if whole {
			return nil, nil
		}
		rows, err := l.rows(ctx, paged(*u, page, size), nil, true)
		var refused *CallError
		if errors.As(err, &refused) && (refused.Status == http.StatusBadRequest || refused.Status == http.StatusNotFound) {
			return nil, nil
		}
		return rows, err
	}}
	return list.each(yield)
}

// paged is an address that asks for a page.
func paged(u url.URL, page, size int) string {
	query := u.Query()
	query.Set("page", fmt.Sprint(page))
	query.Set("maxRows", fmt.Sprint(size))
	u.RawQuery = query.Encode()
	return u.String()
}
