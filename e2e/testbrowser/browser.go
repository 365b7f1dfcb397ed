package testbrowser

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience is how long a whole test may look at its pages. A page that never shows what is waited for fails then.
const patience = 5 * time.Minute

// programs are the names that Chromium and its relatives have.
var programs = []string{
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
	"/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
}

// Page is a tab of a browser. Its methods fail the test if the browser cannot do what they say.
type Page struct {
	t   testing.TB
	ctx context.Context
	axe string // the script; "": it is not here

	mu       sync.Mutex // guards problems
	problems []string
}

// Open starts a browser that remembers nothing, and ends it with the test. Without a browser on this machine the test
// is skipped or, if it is required, fails. Without axe-core it fails too if that is required; else Audit goes on without,
// and the test says so. The directory is that of Axe.
func Open(t testing.TB, required bool, clients string) *Page {
	t.Helper()
	program := find()
	switch {
	case program == "" && required:
		t.Fatal("there is no Chromium here; scripts/need.sh installs it")
	case program == "":
		t.Skip("needs Chromium; scripts/need.sh installs it")
	}
	axe := Axe(clients)
	switch {
	case axe == "" && required:
		t.Fatal("there is no axe-core here; scripts/clients.sh installs it")
	case axe == "":
		t.Log("pages are audited without axe-core; scripts/clients.sh installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, giveUp := context.WithTimeout(context.Background(), patience)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	ctx, leave := chromedp.NewContext(ctx)
	p := &Page{t: t, ctx: ctx, axe: axe}
	var listener sync.WaitGroup
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // it is thrown away
		leave()
		stop()
		giveUp()
		listener.Wait()
	})
	messages := chromedp.Console(ctx)
	listener.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException || m.Type == chromedp.ConsoleWarning {
				p.mu.Lock()
				p.problems = append(p.problems, m.Text)
				p.mu.Unlock()
			}
		}
	})
	p.Size(1280, 800)
	p.do("keeping the focus", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return err
	}))
	return p
}

// Found says that there is a browser on this machine.
func Found() bool { return find() != "" }

func find() string {
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

func run[T any](p *Page, what string, action chromedp.Action[T]) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, action)
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	return v
}

// Another opens another tab of the same browser.
func (p *Page) Another() *Page {
	p.t.Helper()
	ctx, leave := chromedp.NewContext(p.ctx)
	p.t.Cleanup(leave)
	return &Page{t: p.t, ctx: ctx, axe: p.axe}
}

// Visit goes to an address and waits until the page is there.
func (p *Page) Visit(url string) {
	p.t.Helper()
	p.do("visiting "+url, chromedp.Navigate(url))
}

// See waits until an element that matches the CSS selector can be seen.
func (p *Page) See(css string) {
	p.t.Helper()
	p.do("looking for "+css, chromedp.WaitVisible(chromedp.CSS(css)))
}

// Click presses the pointer on an element.
func (p *Page) Click(css string) {
	p.t.Helper()
	p.do("clicking "+css, chromedp.Click(chromedp.CSS(css)))
}

// Type sends keys to whatever has the focus; "\t" and "\r" are Tab and Enter.
func (p *Page) Type(keys string) {
	p.t.Helper()
	p.do("typing", chromedp.KeyEvent(keys))
}

// Address is where the page is.
func (p *Page) Address() string {
	p.t.Helper()
	return run(p, "reading the address", chromedp.Location())
}

// Text is what an element says.
func (p *Page) Text(css string) string {
	p.t.Helper()
	return run(p, "reading "+css, chromedp.Text(chromedp.CSS(css)))
}

// Number is the value of a script in the page.
func (p *Page) Number(script string) float64 {
	p.t.Helper()
	return run(p, "asking "+script, chromedp.Evaluate[float64](script))
}

// Word is the text that a script in the page gives.
func (p *Page) Word(script string) string {
	p.t.Helper()
	return run(p, "asking "+script, chromedp.Evaluate[string](script))
}

// Focus is the id, else the name and value, of the element that the keyboard goes to. A page that has just come has drawn
// itself before it is asked, because only then it gives the focus to an element of its own.
func (p *Page) Focus() string {
	p.t.Helper()
	return run(p, "asking for the focus", chromedp.Evaluate[string](`new Promise(told => {
		const tell = () => requestAnimationFrame(() => requestAnimationFrame(() => {
			const e = document.activeElement
			told(e.id || (e.name + "=" + e.value))
		}))
		document.readyState === "complete" ? tell() : addEventListener("load", tell)
	})`, chromedp.EvalAwaitPromise))
}

// Size gives the window another size.
func (p *Page) Size(width, height int64) {
	p.t.Helper()
	p.Sharp(width, height, 1)
}

// Sharp does the same on a screen that has so many dots, in each direction, for a pixel of a style sheet: so has Picture.
func (p *Page) Sharp(width, height int64, dots float64) {
	p.t.Helper()
	p.do("resizing", chromedp.EmulateViewport(width, height, chromedp.EmulateScale(dots)))
}

// Dark chooses between the dark and the light scheme of colours.
func (p *Page) Dark(on bool) {
	p.t.Helper()
	p.media("screen", on)
}

// Print shows the page as it would be printed, on paper of that width, until Dark is called.
func (p *Page) Print(width int64, dark bool) {
	p.t.Helper()
	p.Size(width, 1000)
	p.media("print", dark)
}

func (p *Page) media(name string, dark bool) {
	p.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	p.do("choosing colours", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media: name, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// Picture takes the whole page as a PNG.
func (p *Page) Picture() []byte {
	p.t.Helper()
	return run(p, "taking a picture", chromedp.FullScreenshot(100))
}

// Problems are the errors and warnings in the browser's console since the last call.
func (p *Page) Problems() []string {
	p.t.Helper()
	_ = p.Address() // what was written before this answer has arrived with it
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.problems
	p.problems = nil
	return all
}

//go:embed audit.js
var auditScript string

//go:embed axe.js
var axeScript string

// Audit lists what keeps people from using the page: what axe-core says under the rules of WCAG 2.2 AA and of best practice,
// and several first headings, an id that is there twice, an attribute that names nothing, a role of
// an element that may have none, and a page that is wider than its window.
func (p *Page) Audit() []string {
	p.t.Helper()
	return append(run(p, "auditing", chromedp.Evaluate[[]string](auditScript)), p.ask(false)...)
}

// AuditColours lists what Audit may find in one scheme of colours and not in the other.
func (p *Page) AuditColours() []string {
	p.t.Helper()
	return p.ask(true)
}

// ask is what axe-core says, if it is here.
func (p *Page) ask(colours bool) []string {
	p.t.Helper()
	if p.axe == "" {
		return nil
	}
	if !run(p, "looking for axe-core", chromedp.Evaluate[bool](`"axe" in window`)) {
		run(p, "loading axe-core", chromedp.Evaluate[bool](p.axe+"\n;true"))
	}
	script := fmt.Sprintf("%s(%t)", strings.TrimSpace(axeScript), colours)
	return run(p, "asking axe-core", chromedp.Evaluate[[]string](script, chromedp.EvalAwaitPromise))
}

// Axe is the script of axe-core that scripts/clients.sh installed: in a directory, or in .tools/clients of the repository if
// that is "". It is "" if it is not there.
func Axe(clients string) string {
	if clients == "" {
		clients = filepath.Join(repository(), ".tools", "clients")
	}
	script, err := os.ReadFile(filepath.Join(clients, "node_modules", "axe-core", "axe.min.js")) //nolint:gosec // a path of ours
	if err != nil {
		return ""
	}
	return string(script)
}

// repository is the directory that scripts/clients.sh is in, from where a test runs.
func repository() string {
	dir, err := os.Getwd()
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "scripts", "clients.sh")); err == nil {
			break
		}
	}
	return dir
}
