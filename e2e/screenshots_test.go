package e2e_test

import (
	"bytes"
	"cmp"
	_ "embed"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/e2e/testbrowser"
)

// screenshots is where 'make screenshots' has the pictures of README. Without it they are made as well, and thrown away.
var screenshots = flag.String("screenshots", "", "directory for the pictures of README")

const (
	dots       = 2       // of a picture for each pixel of a style sheet
	maxPicture = 250_000 // bytes
)

func TestThePicturesOfTheReadmeAreMade(t *testing.T) {
	if *screenshots != "" && !testbrowser.Found() {
		t.Fatal("there is no Chromium here; scripts/need.sh e2e installs it")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		missing(t, "needs curl; scripts/need.sh installs it")
	}
	page := testbrowser.Open(t, require(), os.Getenv("RINGCX_TEST_CLIENTS"))
	ringcx := command(t)
	t.Run("terminal", func(t *testing.T) { takeTerminal(t, page, ringcx) })
	t.Run("console", func(t *testing.T) { takeConsole(t, page, ringcx) })
	if all := page.Problems(); len(all) > 0 {
		t.Errorf("the browser complains: %q", all)
	}
}

// session is what is typed in the picture of a terminal.
var session = []string{
	"ringcx login --jwt",
	"ringcx token | cut -c 1-32",
	"ringcx accounts list",
	"ringcx accounts use 46517001",
	"ringcx status",
	`curl -so /dev/null -d '{"advance":"6m"}' "$RC_SERVER_URL/_sandbox/clock"  # six minutes later`,
	"ringcx agents list",
}

//go:embed testdata/terminal.html
var terminalPage string

func takeTerminal(t *testing.T, page *testbrowser.Page, ringcx string) {
	box, home := startBox(t, ringcx), t.TempDir()
	script := new(strings.Builder)
	for _, line := range session {
		fmt.Fprintf(script, "printf '\\033[1;32m$\\033[m \\033[1m%%s\\033[m\\n' '%s'\n%s\n", strings.ReplaceAll(line, "'", `'\''`), line)
	}
	sh := exec.CommandContext(t.Context(), "sh", "-e", "-c", script.String())
	sh.Env = append(box.env, "PATH="+filepath.Dir(ringcx)+string(filepath.ListSeparator)+os.Getenv("PATH"), "HOME="+home, "TERM=xterm-256color")
	written := onTerminal(t, 96, sh)
	shown, err := screen(strings.ReplaceAll(written, box.url, "http://127.0.0.1:8787")) // where it listens unless it is told otherwise
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{home, box.url} {
		if strings.Contains(shown, private) {
			t.Errorf("the picture tells of this machine: %s", private)
		}
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, strings.Replace(terminalPage, "SCREEN", shown, 1))
	}))
	defer web.Close()
	if got := box.answered("/api/auth/token/refresh"); !slices.Equal(got, []int{http.StatusOK}) {
		t.Errorf("the token that had ended was renewed with %v", got)
	}
	page.Sharp(900, 100, dots)
	page.Visit(web.URL)
	wantWords(t, page.Text("pre"), "Logged in to RingCX main account 46517000", "RingCX Demo Support", "Requests left", "Noor")
	keep(t, page, "terminal")
}

func takeConsole(t *testing.T, page *testbrowser.Page, ringcx string) {
	box := startBox(t, ringcx)
	leads, report := box.program("Lead", "Import"), box.program("Nightly", "Report")
	box.clock("09:00:00.5") // the timeline writes whole seconds: a quarter of six minutes is then no moment too early
	leads.login()
	leads.call(http.StatusOK)
	box.clock("09:01:30")
	report.login()
	report.call(http.StatusOK)
	box.clock("09:05:15")
	leads.call(http.StatusUnauthorized) // who renews a token when it is refused is late
	box.clock("09:05:35")
	leads.refresh()
	leads.call(http.StatusOK)
	report.refresh() // in time
	report.call(http.StatusOK)
	box.clock("09:06:00.7")
	page.Sharp(1240, 100, dots)
	page.Visit(box.url + "/console/timeline")
	page.See("#timeline table")
	wantWords(t, page.Text("main"), "4 issued, 2 refreshed, 1 refused, 1 expired", "Nightly Report", "Lead Import")
	keep(t, page, "console")
	page.Visit("about:blank") // it would go on to listen
}

func wantWords(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("there is no %q on the page:\n%s", word, text)
		}
	}
}

// keep takes a picture of the page.
func keep(t *testing.T, page *testbrowser.Page, name string) {
	t.Helper()
	if t.Failed() {
		return
	}
	picture := page.Picture()
	drawn, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	small := new(bytes.Buffer)
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(small, fewColours(drawn)); err != nil {
		t.Fatal(err)
	}
	if small.Len() == 0 || small.Len() > maxPicture {
		t.Errorf("%s.png has %d bytes", name, small.Len())
	}
	dir := *screenshots
	if dir == "" {
		dir = t.TempDir()
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), small.Bytes(), 0o644); err != nil { //nolint:gosec // for everybody
		t.Fatal(err)
	}
}

// fewColours is a picture with its 256 most frequent colours, and the nearest of them for others: shades at the edges of
// letters, of which nobody sees one from the next. It takes a third of the bytes.
func fewColours(picture image.Image) image.Image {
	count := map[color.RGBA]int{}
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA) }
	area := picture.Bounds()
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	all := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	var chosen color.Palette
	for _, c := range all[:min(len(all), 256)] {
		chosen = append(chosen, c)
	}
	nearest := map[color.RGBA]uint8{}
	for _, c := range all {
		nearest[c] = uint8(chosen.Index(c)) //nolint:gosec // of 256
	}
	few := image.NewPaletted(area, chosen)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			few.SetColorIndex(x, y, nearest[at(x, y)])
		}
	}
	return few
}
