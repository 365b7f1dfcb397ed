package integration

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// begin keeps the first bytes of what is written.
type begin struct {
	data [12]byte
	n    int
}

// Write implements io.Writer. It never fails.
func (b *begin) Write(p []byte) (int, error) {
	b.n += copy(b.data[b.n:], p)
	return len(p), nil
}

// sound is the end of the name of a recording that begins so, and that should have the end that is given, "" for any.
func sound(head []byte, end string) (string, error) {
	isWAV := len(head) >= 12 && bytes.Equal(head[:4], []byte("RIFF")) && bytes.Equal(head[8:12], []byte("WAVE"))
	isMP3 := bytes.HasPrefix(head, []byte("ID3")) || len(head) > 1 && head[0] == 0xff && head[1]&0xe0 == 0xe0
	switch {
	case len(head) == 0:
		return end, errors.New("the recording is empty")
	case isWAV && end != ".mp3":
		return ".wav", nil
	case isMP3 && end != ".wav":
		return ".mp3", nil
	case end == "":
		return end, errors.New("the answer is neither a WAV nor an MP3, and no recording")
	case end == ".wav":
		return end, errors.New("the recording is no WAV, though the answer says so")
	}
	return end, errors.New("the recording is no MP3, though the answer says so")
}

// emptyWAV is the length of a WAV without sound in it, as one is begun.
const emptyWAV = 44

// whole finds out whether what has n bytes, and should have the end, is a whole recording. ends says that it tells its own
// length, as a WAV does unless it was written while it was not known.
func (b *begin) whole(n int64, end string) (ends bool, err error) {
	if _, err := sound(b.data[:b.n], end); err != nil || end != ".wav" {
		return false, err
	}
	size := binary.LittleEndian.Uint32(b.data[4:8])
	switch says := int64(size) + 8; {
	case size >= 1<<32-256:
		return false, nil
	case n < says:
		return false, fmt.Errorf("the recording is cut off: it has %d bytes of %d", n, says)
	case n > says && says <= emptyWAV:
		return false, fmt.Errorf("the recording is unfinished: it has %d bytes, and says that it has %d", n, says)
	}
	return true, nil
}
