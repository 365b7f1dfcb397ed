package apicmd

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Lister gets what may be asked for any number of times. A vendor that asks for patience is given it.
type Lister struct {
	Client  *http.Client
	MaxWait time.Duration                           // for a vendor that asks for patience, for each answer
	Pause   func(d time.Duration, why string) error // waits so long
}

func (l *Lister) ask(ctx context.Context, q *ask) ([]json.RawMessage, error) {
	r, err := l.Asking(nil, func() (*http.Request, error) { return q.request(ctx) })
	switch {
	case err != nil:
		return nil, err
	case r.Code == http.StatusNoContent:
		return nil, nil
	case r.Code != http.StatusOK:
		return nil, r.Err()
	}
	return r.Rows()
}

// Each gets a list, and calls yield with the rows of each page. With a size it is asked for in pages, as the vendor documents
// them. With 0 the vendor documents none: it is asked for once, as it is. key is the field that tells rows apart, "": what they
// say does. An error after the first page says how far the list went.
func (l *Lister) Each(ctx context.Context, address string, size int, key string, yield func(rows []json.RawMessage) error) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	if size == 0 {
		rows, err := l.ask(ctx, &ask{method: http.MethodGet, address: address})
		if err != nil || len(rows) == 0 {
			return err
		}
		return yield(rows)
	}
	list := &listing{size: size, key: key, get: func(page, size int) ([]json.RawMessage, error) {
		return l.ask(ctx, &ask{method: http.MethodGet, address: paged(*u, page, size)})
	}}
	if err := list.each(yield); err != nil {
		return list.cut(err)
	}
	return nil
}

// paged is an address that asks for a page.
func paged(u url.URL, page, size int) string {
	query := u.Query()
	query.Set("page", fmt.Sprint(page))
	query.Set("maxRows", fmt.Sprint(size))
	u.RawQuery = query.Encode()
	return u.String()
}
