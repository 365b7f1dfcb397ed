package integration_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/integration"
)

func TestWhatHasNoSoundInItOrTextIsNoRecording(t *testing.T) {
	const page, tag = "<html><body>sorry</body></html>\n", "ID3\x04\x00\x00\x00\x00\x00\x05title"
	empty := "RIFF" + length(36) + "WAVEfmt " + length(16) + strings.Repeat("f", 16) + "data" + length(0)
	whole := wav(100, 104)
	listed := "RIFF" + length(116) + "WAVELIST" + length(3) + "abc\x00" + whole[12:]
	more := whole[:40] + length(1000) + whole[44:]
	for _, c := range []struct{ kind, body, says string }{
		{"audio/wav", empty, "no sound in it"},
		{"audio/wav", "RIFF" + length(1<<32-1) + empty[8:], "no sound in it"},
		{"audio/wav", "RIFF" + length(28) + empty[8:36], "no sound in it"},
		{"audio/wav", whole[:40] + length(0) + whole[44:], "no sound in it"},
		{"audio/wav", more, "68 bytes of sound of 1000"},
		{"audio/wav", whole + page, "text behind its sound"},
		{"audio/wav", whole + `{"error":"sorry"}`, "text behind its sound"},
		{"audio/wav", wav(40000, 40004) + page + strings.Repeat(" ", 99), "text behind its sound"},
		{"audio/wav", "RIFF" + length(1<<32-1) + whole[8:] + page, "text behind its sound"},
		{"audio/mpeg", "\xff\xfb\x90\x00" + page, "text behind its sound"},
		{"audio/mpeg", "\xff\xfb\x90\x00" + page + strings.Repeat("x", 900), "behind its first frame is no sound"},
		{"audio/mpeg", "\xff\xfb\x00\x00" + page + "x", "what it begins with is no sound"},
		{"audio/mpeg", "\xff\xfb\x90\x00sorry, this did not work" + strings.Repeat(" not", 200), "behind its first frame is no sound"},
		{"audio/mpeg", "\xff\xfb\x90\x00 and more", "cut off"},
		{"audio/mpeg", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "what it begins with is no sound"},
		{"audio/mpeg", mp3(page), "text behind its sound"},
		{"audio/mpeg", "ID3", "no sound in it"},
		{"audio/mpeg", tag, "no sound in it"},
		{"audio/mpeg", tag + "sorry, this did not work", "what it begins with is no sound"},
		{"audio/wav", whole, ""}, // controls
		{"audio/wav", listed, ""},
		{"audio/wav", whole + "LIST\x00\x00", ""},
		{"audio/wav", wav(40000, 40004), ""},
		{"audio/mpeg", mp3(""), ""},
		{"audio/mpeg", mp3("TAG and a title"), ""},
		{"audio/mpeg", mp3("")[:417], ""},
		{"audio/mpeg", mp3("")[:417] + "TAG and a title", ""},
		{"audio/mpeg", tag + mp3(""), ""},
		{"audio/mpeg", tag + "\x00\x00\x00" + mp3(""), ""},
		{"audio/mpeg", "\xff\xf3\x40\x00" + strings.Repeat("x", 100) + "\xff\xf3\x40\x00" + strings.Repeat("x", 100), ""}, // MPEG 2, 32 kbit/s, 22.05 kHz
		{"audio/mpeg", "\xff\xfb\x90\x00<html>" + strings.Repeat("x", 407) + mp3(""), ""},                                 // sound may have any bytes
	} {
		api := newAPI(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.kind)
			_, _ = io.WriteString(w, c.body)
		})
		dir := t.TempDir()
		_, _, err := api.Recording(t.Context(), integration.Segment{Dialog: "d", ID: "s"}, &integration.Download{Dir: dir})
		left, _ := os.ReadDir(dir)
		switch {
		case c.says == "" && (err != nil || len(left) != 1):
			t.Errorf("%.60q: %v", c.body, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || len(left) != 0):
			t.Errorf("%.60q: %v, and %v is there", c.body, err, left)
		}
	}
}
