package integration

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// ends keeps the first and the last bytes of what is written, and those behind the end that a WAV says that it has.
type ends struct {
	n      int64
	first  []byte
	behind []byte
	last   []byte
}

// How many bytes are kept.
const (
	firstBytes = 16 << 10
	lastBytes  = 64
)

// Write implements io.Writer. It never fails.
func (e *ends) Write(p []byte) (int, error) {
	at := e.n
	e.n += int64(len(p))
	e.first = append(e.first, p[:min(len(p), firstBytes-len(e.first))]...)
	if len(e.first) >= 8 {
		if from := riffEnd(e.first) + int64(len(e.behind)); from >= at && from < e.n {
			rest := p[from-at:]
			e.behind = append(e.behind, rest[:min(len(rest), lastBytes-len(e.behind))]...)
		}
	}
	e.last = append(e.last, p[max(0, len(p)-lastBytes):]...)
	e.last = e.last[max(0, len(e.last)-lastBytes):]
	return len(p), nil
}

// riffEnd is where a WAV that begins so says that it ends.
func riffEnd(head []byte) int64 { return int64(binary.LittleEndian.Uint32(head[4:8])) + 8 }

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

var (
	errNoSound = errors.New("the recording has no sound in it")
	errText    = errors.New("the recording has text behind its sound, such as a page that says what went wrong")
)

// whole finds out whether what was written, and should have the end, is a whole recording. known says that it tells its own
// length, as a WAV does unless it was written while it was not known.
func (e *ends) whole(end string) (known bool, err error) {
	if _, err := sound(e.first, end); err != nil {
		return false, err
	}
	if bytes.HasSuffix(bytes.ToLower(bytes.TrimSpace(e.last)), []byte("</html>")) {
		return false, errText
	}
	if end != ".wav" {
		return false, e.frames()
	}
	unsaid := riffEnd(e.first) >= 1<<32-256
	switch says := riffEnd(e.first); {
	case unsaid && e.n <= emptyWAV:
		return false, errNoSound
	case unsaid:
		return false, nil
	case e.n < says:
		return false, fmt.Errorf("the recording is cut off: it has %d bytes of %d", e.n, says)
	case e.n > says && says <= emptyWAV:
		return false, fmt.Errorf("the recording is unfinished: it has %d bytes, and says that it has %d", e.n, says)
	case isText(e.behind):
		return false, errText
	}
	return true, e.chunks()
}

// chunks finds the sound of a WAV, as far as that is within the first bytes.
func (e *ends) chunks() error {
	at := int64(12)
	for at+8 <= int64(len(e.first)) {
		size := int64(binary.LittleEndian.Uint32(e.first[at+4:]))
		from := at + 8
		if string(e.first[at:at+4]) != "data" {
			at = from + size + size&1
			continue
		}
		switch {
		case size == 0, from == e.n:
			return errNoSound
		case size < 1<<32-256 && from+size > e.n: // more is a length that was not known
			return fmt.Errorf("the recording is cut off: it has %d bytes of sound of %d", e.n-from, size)
		}
		return nil
	}
	if at+8 > e.n {
		return errNoSound
	}
	return nil
}

// frames sees that an MP3 begins with a frame of sound, and that another is behind it, as far as that is within the first bytes.
func (e *ends) frames() error {
	head, at := e.first, 0
	if bytes.HasPrefix(head, []byte("ID3")) {
		if len(head) < 10 {
			return errNoSound
		}
		at = 10 + int(head[6]&0x7f)<<21 + int(head[7]&0x7f)<<14 + int(head[8]&0x7f)<<7 + int(head[9]&0x7f)
		if head[5]&0x10 != 0 { // what is before the sound has an end of its own
			at += 10
		}
	}
	for at < len(head) && head[at] == 0 { // room that was left
		at++
	}
	switch {
	case int64(at)+4 > e.n:
		return errNoSound
	case at+4 > len(head):
		return nil
	}
	size, isFrame := frame(head[at:])
	next := at + size
	switch {
	case !isFrame, size == 0 && isText(head[at+4:]): // of any size the next says whether it is one
		return errors.New("the recording is no MP3: what it begins with is no sound")
	case size == 0: // of any length
		return nil
	case int64(next) > e.n:
		return fmt.Errorf("the recording is cut off: it has %d bytes", e.n)
	case next+2 <= len(head) && (head[next] != 0xff || head[next+1]&0xe0 != 0xe0) && !bytes.HasPrefix(head[next:], []byte("TAG")):
		return errors.New("the recording is no MP3: what is behind its first frame is no sound")
	}
	return nil
}

// The thousands of bits in a second that frames have, by their number: of MPEG 1 in layers I, II and III, and of MPEG 2 in
// layer I and in the others.
var rates = [5][15]int{
	{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
}

// frame reads the head of a frame of MPEG sound, and says how many bytes the frame has; 0: it does not say.
func frame(head []byte) (size int, ok bool) {
	version, layer, rate, hertz := head[1]>>3&3, 4-int(head[1]>>1&3), int(head[2]>>4), int(head[2]>>2&3)
	if head[0] != 0xff || head[1]&0xe0 != 0xe0 || version == 1 || layer == 4 || rate == 15 || hertz == 3 {
		return 0, false
	}
	table, samples, pad := layer-1, []int{44100, 48000, 32000}[hertz], int(head[2]>>1&1)
	if version != 3 { // MPEG 2, or 2.5
		table = 3 + min(layer-1, 1)
		samples >>= map[byte]int{2: 1, 0: 2}[version]
	}
	bits := 1000 * rates[table][rate]
	switch {
	case bits == 0:
		return 0, true
	case layer == 1:
		return (12*bits/samples + pad) * 4, true
	case layer == 3 && version != 3:
		return 72*bits/samples + pad, true
	}
	return 144*bits/samples + pad, true
}

// isText tells the begin of a page or of JSON.
func isText(data []byte) bool {
	data = bytes.TrimLeft(data, " \t\r\n")
	for _, mark := range []string{"<!", "<?", "<h", "<H", "{\"", "{\n", "{}"} {
		if bytes.HasPrefix(data, []byte(mark)) {
			return true
		}
	}
	return false
}
