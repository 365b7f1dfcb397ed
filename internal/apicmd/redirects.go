package apicmd

import (
	"net/http"
)

// asMeant is client for requests that stay what they are: a redirect that would make another method of one, as browsers make
// a GET of a POST, is its answer. What client itself refuses is refused.
func asMeant(client *http.Client) *http.Client {
	return stopping(client, func(was, next *http.Request) bool { return was.Method != next.Method })
}

// Unredirected is client for requests that go to one place: any redirect is the answer.
func Unredirected(client *http.Client) *http.Client {
	return stopping(client, func(_, _ *http.Request) bool { return true })
}

func stopping(client *http.Client, stop func(was, next *http.Request) bool) *http.Client {
	own := *client
	own.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if client.CheckRedirect != nil {
			if err := client.CheckRedirect(req, via); err != nil {
				return err
			}
		}
		if stop(via[len(via)-1], req) {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return &own
}
