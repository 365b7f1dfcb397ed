package console

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
)

// saveSnapshot gives a file with everything that the sandbox knows.
func (c *Console) saveSnapshot(w http.ResponseWriter, r *http.Request) {
	err := c.SendSnapshot(w, r, func(h http.Header, made time.Time) {
		name := "ringcx-sandbox"
		if c.Namespace != "" {
			name += "-" + c.Namespace
		}
		name += "-" + made.UTC().Format("2006-01-02-150405") + ".json"
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
	})
	if err != nil {
		admin.Answer(nil, err).Write(w)
	}
}

// loadSnapshot takes such a file, or changes nothing. All of the file is read: a browser that cannot send the rest does not
// show the answer.
func (c *Console) loadSnapshot(v *visit, r *http.Request) endpoint.Response {
	_, err := c.Restore(r)
	_, rest := io.Copy(io.Discard, r.Body)
	var large *http.MaxBytesError
	var syntax *json.SyntaxError
	words := ""
	switch {
	case errors.Is(err, io.EOF):
		words = "Choose a file that was saved here."
	case errors.As(errors.Join(err, rest), &large):
		words = "The file is larger than 64 MiB. A sandbox that is started with --snapshot FILE takes it."
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
		words = "This file is no snapshot, or only a part of one."
	case err != nil:
		words = "The sandbox cannot become what is in this file. " + sentence(err)
	}
	if words != "" {
		return c.showControls(v, r, view.Form{Given: url.Values{}, Wrong: map[string]string{"snapshot": words}})
	}
	return c.done("controls", "snapshot", "")
}
