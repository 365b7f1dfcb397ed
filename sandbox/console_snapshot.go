package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// saveSnapshot gives a file with everything that the sandbox knows.
func (c *console) saveSnapshot(*visit, *http.Request) answer {
	all, err := c.snapshot()
	if err != nil {
		return c.refusal(http.StatusInternalServerError, "Not saved", err.Error())
	}
	name := "ringcx-sandbox"
	if c.namespace != "" {
		name += "-" + c.namespace
	}
	name += "-" + all.Made.UTC().Format("2006-01-02-150405") + ".json"
	return jsonAnswer(http.StatusOK, all).
		with("Content-Disposition", `attachment; filename="`+name+`"`).
		with("X-Content-Type-Options", "nosniff").
		with("Cache-Control", "no-store")
}

// loadSnapshot takes such a file, or changes nothing. All of the file is read: a browser that cannot send the rest does not
// show the answer.
func (c *console) loadSnapshot(v *visit, r *http.Request) answer {
	_, err := c.resume(r)
	_, rest := io.Copy(io.Discard, r.Body)
	var large *http.MaxBytesError
	var syntax *json.SyntaxError
	words := ""
	switch {
	case errors.Is(err, io.EOF):
		words = "Choose a file that was saved here."
	case errors.As(errors.Join(err, rest), &large):
		words = "The file is larger than a snapshot can be."
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
		words = "This file is no snapshot, or only a part of one."
	case err != nil:
		words = "The sandbox cannot become what is in this file. " + sentence(err)
	}
	if words != "" {
		return c.showControls(v, r, &controlsPage{Wrong: map[string]string{"snapshot": words}})
	}
	return c.done("controls", "snapshot")
}
