package integration

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/outfile"
	"github.com/ringcx-go/ringcx/internal/pace"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Segment is a part of a call.
type Segment struct{ Dialog, ID string }

var plainID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`) })

// Check refuses IDs that are not of the form that the vendor's have. They become parts of paths and of names of files.
func (s Segment) Check() error {
	for what, id := range map[string]string{"dialog": s.Dialog, "segment": s.ID} {
		if !plainID().MatchString(id) {
			return usage.New(fmt.Sprintf("%q is not the ID of a %s", wording.Clip(wording.OneLine(id)), what), "IDs have letters, digits, - and _, as 'ringcx recordings list' prints them")
		}
	}
	return nil
}

// Segments reads segments, one a line: the IDs of dialog and segment between blanks, tabs or a comma, or an object of JSON
// with dialogId and segmentId. What follows them does not matter. A title is left out.
func Segments(in io.Reader) (all []Segment, err error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimRight(strings.TrimSpace(lines.Text()), ",")
		if line == "" || line == "[" || line == "]" || strings.HasPrefix(strings.ToLower(line), "dialogid") {
			continue
		}
		var s Segment
		if strings.HasPrefix(line, "{") {
			var row struct{ DialogID, SegmentID string }
			if json.Unmarshal([]byte(line), &row) == nil {
				s = Segment{row.DialogID, row.SegmentID}
			}
		} else if words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t,", r) }); len(words) > 1 {
			s = Segment{words[0], words[1]}
		}
		if err := s.Check(); err != nil {
			return nil, usage.New(fmt.Sprintf("line %d of the segments names none", n), "a line has the ID of the dialog and that of the segment, as 'ringcx recordings list' prints them in a pipe")
		}
		all = append(all, s)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("the segments cannot be read: %w", err)
	}
	return all, nil
}

// Download is what is done with a recording.
type Download struct {
	Output string // the file; "": one in Dir with a name made of the IDs, "-": Stdout
	Dir    string
	Force  bool // replace what is there
	Stdout io.Writer

	Progress func(bytes int64) // nil: nobody is told
}

// Check finds out whether files can be written where they are to be.
func (d *Download) Check() error {
	if d.Dir != "" {
		if info, err := os.Stat(d.Dir); err != nil || !info.IsDir() {
			why := "it is not a directory"
			if err != nil {
				why = usage.PlainPath(err).Error()
			}
			return usage.New(fmt.Sprintf("recordings cannot be kept in %s: %s", d.Dir, why), "--dir names a directory, which is there")
		}
	}
	if d.Output == "" || d.Output == "-" {
		return nil
	}
	file, err := outfile.New(d.Output)
	if err == nil {
		file.Discard()
	}
	return err
}

// errThere is that a file is there already.
var errThere = errors.New("is there already")

// IsThere tells the error of a download that would have replaced a file.
func IsThere(err error) bool { return errors.Is(err, errThere) }

// kinds are the content types of recordings, and the ends of names.
var kinds = map[string]string{
	"audio/wav": ".wav", "audio/x-wav": ".wav", "audio/wave": ".wav", "audio/vnd.wave": ".wav", "audio/mpeg": ".mp3", "audio/mp3": ".mp3",
}

// Recording downloads the recording of a segment and returns the name of its file, and how many bytes it has. The file is the
// user's alone, and is there whole or not at all.
func (a *API) Recording(ctx context.Context, s Segment, d *Download) (name string, n int64, err error) {
	if err := s.Check(); err != nil {
		return "", 0, err
	}
	if d.Output == "" { // before it is known what it is
		for _, end := range []string{".wav", ".mp3"} {
			if err := d.free(d.name(s, end)); err != nil {
				return d.name(s, end), 0, err
			}
		}
	} else if err := d.free(d.Output); err != nil {
		return d.Output, 0, err
	}
	path, err := a.path("getRecordingSegmentData", "dialogId", s.Dialog, "segmentId", s.ID)
	if err != nil {
		return "", 0, err
	}
	resp, err := a.stream(ctx, a.Base+path)
	if err != nil {
		return "", 0, explain(err)
	}
	defer func() { _ = resp.Body.Close() }()
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	end, known := kinds[strings.ToLower(kind)]
	if !known && kind != "application/octet-stream" && kind != "" {
		return "", 0, fmt.Errorf("GET %s: the answer is %s, and no recording", path, wording.Said(kind))
	}
	if !known {
		end = ".wav"
	}
	name = d.Output
	if name == "" {
		name = d.name(s, end)
	}
	n, err = d.keep(name, resp, end)
	return name, n, err
}

// name is that of a recording's file. IDs that Check has passed lead nowhere else.
func (d *Download) name(s Segment, end string) string {
	return filepath.Join(d.Dir, "recording-"+s.Dialog+"-"+s.ID+end)
}

func (d *Download) free(name string) error {
	if d.Force || name == "-" {
		return nil
	}
	if _, err := os.Lstat(name); err == nil {
		return usage.WithHint(fmt.Errorf("%s %w", name, errThere), "--force replaces it")
	}
	return nil
}

// keep writes a recording, and sees that it is whole.
func (d *Download) keep(name string, resp *http.Response, end string) (n int64, err error) {
	to := d.Stdout
	var file *outfile.File
	if name != "-" {
		if file, err = outfile.New(name); err != nil {
			return 0, err
		}
		defer file.Discard() // of what is in its place, nothing is left
		to = file
	}
	head := &begin{}
	n, err = copyCounting(io.MultiWriter(head, to), resp.Body, d.Progress)
	var lost *unwritten
	switch {
	case errors.As(err, &lost):
		return n, lost.error
	case err != nil:
		return n, apicmd.BrokenOff(resp.Request, err)
	case resp.ContentLength >= 0 && n != resp.ContentLength:
		return n, apicmd.BrokenOff(resp.Request, io.ErrUnexpectedEOF)
	case end == ".wav":
		if err := head.wav(n); err != nil {
			return n, fmt.Errorf("GET %s: %w", resp.Request.URL.Path, err)
		}
	}
	if file == nil {
		return n, nil
	}
	return n, file.Commit()
}

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

// wav finds out whether what begins so, and has n bytes, is a whole WAV. One that was written before its length was known says
// none.
func (b *begin) wav(n int64) error {
	if b.n < len(b.data) || !bytes.Equal(b.data[:4], []byte("RIFF")) || !bytes.Equal(b.data[8:], []byte("WAVE")) {
		return errors.New("the recording is no WAV, though the answer says so")
	}
	size := binary.LittleEndian.Uint32(b.data[4:8])
	if says := int64(size) + 8; size != 0 && size < 1<<32-256 && n < says {
		return fmt.Errorf("the recording is cut off: it has %d bytes of %d", n, says)
	}
	return nil
}

// explain adds what is usual where there is no recording.
func explain(err error) error {
	var call *apicmd.CallError
	if errors.As(err, &call) && call.Status == http.StatusNotFound {
		return usage.WithHint(err, "a recording is there 10 to 15 minutes after the call, if the call was recorded; check the IDs")
	}
	return err
}

// standard is the pace of downloads, shared by those of a process.
var standard = sync.OnceValue(func() *pace.Pace { return pace.New(apispec.Default().Limit("standard")) })

// stream gets an answer as it comes. A vendor that asks for patience is given it.
func (a *API) stream(ctx context.Context, address string) (*http.Response, error) {
	until := time.Now().Add(a.MaxWait)
	for {
		if err := pace.Sleep(ctx, standard().Wait()); err != nil {
			return nil, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("Accept", "audio/wav, */*")
		resp, err := apicmd.Stream(a.Client, req)
		standard().Done()
		var call *apicmd.CallError
		if err == nil || !errors.As(err, &call) || !call.Busy() || call.RetryAfter() == 0 || time.Now().Add(call.RetryAfter()).After(until) {
			return resp, err
		}
		if err := a.Pause(call.RetryAfter(), fmt.Sprintf("%s asked for patience (%d)", req.URL.Host, call.Status)); err != nil {
			return nil, err
		}
	}
}
