package api

import (
	"io"
	"math"
)

// File is a file that is uploaded. It is read once, while it is sent, so its upload is never repeated. If the call ends early,
// with an error, a read of Content may still be going on.
type File struct {
	Name    string // as the API is told, "" is file
	Content io.Reader
}

// Download is an answer that is not JSON. Close it; the context of the call ends its reading too.
type Download struct {
	io.ReadCloser
	ContentType string // as the API names it
	Size        int64  // in bytes, -1 if the API does not say
}

// Zero is what an option that is a number is set to if 0 is to be sent, which would not be otherwise.
const Zero = math.MinInt32

// Switch is an option that is on, off, or left to the API. The zero value leaves it.
type Switch int8

// The values of a Switch.
const (
	On  Switch = 1
	Off Switch = -1
)
