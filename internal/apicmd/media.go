package apicmd

import (
	"bytes"
	"fmt"
	"mime"
	"strings"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// mediaType is the media type that a header names, in lower case and without parameters; "": it names none.
func mediaType(header string) string {
	kind, _, err := mime.ParseMediaType(header)
	if kind == "" && err != nil {
		kind, _, _ = strings.Cut(header, ";")
	}
	return strings.ToLower(strings.TrimSpace(kind))
}

// isJSONType tells media types of one JSON value, such as application/merge-patch+json.
func isJSONType(kind string) bool {
	return strings.HasSuffix(kind, "/json") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "/x-json")
}

// sameType tells whether two media types are written the same way.
func sameType(a, b string) bool { return a == b || isJSONType(a) && isJSONType(b) }

// said is the media type that the headers of the call name; "": none.
func (c *Call) said() string { return mediaType(c.headers.Get("Content-Type")) }

// says tells whether the headers name a kind of content, or none.
func (c *Call) says(kind string) bool { return c.said() == "" || sameType(c.said(), kind) }

// checkParts refuses what is said to have parts, and has none.
func (c *Call) checkParts(data []byte) error {
	if !strings.HasPrefix(c.said(), "multipart/") {
		return nil
	}
	_, params, err := mime.ParseMediaType(c.headers.Get("Content-Type"))
	boundary := params["boundary"]
	if err == nil && boundary != "" && bytes.HasPrefix(bytes.TrimLeft(data, "\r\n"), []byte("--"+boundary)) {
		return nil
	}
	hint := "leave the header out"
	if c.op != nil && c.bodyOf(kindParts) != nil {
		hint += ": --input FILE alone sends the file as the part that " + c.op.ID + " takes"
	}
	return usage.New(fmt.Sprintf("Content-Type says %s, and the body has no parts with its boundary", wording.Clip(c.said())), hint)
}
