package integration

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
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
	if d.Dir != "" && d.Output != "" {
		return usage.New("--output and --dir exclude each other", "--output names one file, wherever it is; --dir is where files are whose names are made")
	}
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
	"application/octet-stream": "", "": "", // its bytes say which
}

// Recording downloads the recording of a segment and returns the name of its file, and how many bytes it has. The file is the
// user's alone, and is there whole or not at all; one of which nothing says whether it is whole has another name, and is an error.
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
	switch {
	case resp.StatusCode != http.StatusOK:
		return "", 0, usage.WithHint(fmt.Errorf("GET %s: %d, and no recording yet", path, resp.StatusCode), "a recording is there 10 to 15 minutes after the call")
	case !known:
		return "", 0, fmt.Errorf("GET %s: the answer is %s, and no recording", path, wording.Said(kind))
	}
	body := bufio.NewReader(resp.Body)
	head, _ := body.Peek(12) // what is wrong shows when all is read
	if end, err = sound(head, end); err != nil && len(head) == 12 {
		return "", 0, fmt.Errorf("GET %s: %w", path, err)
	}
	if name = d.Output; name == "" {
		name = d.name(s, end)
	}
	return d.keep(name, resp, body, end)
}

func (d *Download) free(name string) error {
	if d.Force || name == "-" {
		return nil
	}
	if _, err := os.Lstat(name); err == nil {
		return there(name)
	}
	return nil
}

func there(name string) error {
	return usage.WithHint(fmt.Errorf("%s %w", name, errThere), "--force replaces it")
}

// keep writes a recording, and sees that it is whole. It returns the name of what it wrote.
func (d *Download) keep(name string, resp *http.Response, body io.Reader, end string) (wrote string, n int64, err error) {
	to := d.Stdout
	var file *outfile.File
	if name != "-" {
		if file, err = outfile.New(name); err != nil {
			return name, 0, err
		}
		defer file.Discard() // of what is in its place, nothing is left
		to = file
	}
	seen := &ends{}
	n, err = copyCounting(io.MultiWriter(seen, to), body, d.Progress)
	said := resp.ContentLength >= 0 || len(resp.TransferEncoding) > 0 || resp.Uncompressed || resp.ProtoMajor > 1 // the answer has an end
	var lost *unwritten
	switch {
	case errors.As(err, &lost):
		return name, n, lost.error
	case err != nil:
		return name, n, apicmd.BrokenOff(resp.Request, err)
	case resp.ContentLength >= 0 && n != resp.ContentLength:
		return name, n, apicmd.BrokenOff(resp.Request, io.ErrUnexpectedEOF)
	}
	known, err := seen.whole(end)
	switch {
	case err != nil:
		return name, n, fmt.Errorf("GET %s: %w", resp.Request.URL.Path, err)
	case !said && !known:
		return d.keepPartial(name, file, n)
	case file == nil:
		return name, n, nil
	case d.Force:
		return name, n, file.Commit()
	}
	if err = file.CommitNew(); errors.Is(err, fs.ErrExist) {
		err = there(name) // since a moment ago
	}
	return name, n, err
}

// keepPartial keeps what nothing says the end of, under a name that does not pass for that of a whole recording.
func (d *Download) keepPartial(name string, file *outfile.File, n int64) (string, int64, error) {
	where := "standard output"
	if file != nil {
		where = name + ".partial"
		if err := file.CommitAs(where); err != nil {
			return where, n, err
		}
	}
	return name, n, usage.WithHint(fmt.Errorf("neither the answer nor the recording says how long it is: whether the %d bytes in %s are all of it is not known", n, where), "listen to its end, or try again")
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
