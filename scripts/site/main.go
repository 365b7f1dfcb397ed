package main

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"os"
	"path"
	"path/filepath"
	"strings"
)

//go:embed assets
var assets embed.FS

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("give the top of the repository, and the directory to write to")
	}
	pages, err := collect(args[0])
	if err != nil {
		return err
	}
	site := render(pages, func(p string) bool {
		info, err := os.Stat(filepath.Join(args[0], filepath.FromSlash(p))) //nolint:gosec // of the repository
		return err == nil && info.IsDir()
	})
	if err := write(args[1], site); err != nil {
		return err
	}
	return copyPictures(args[0], args[1], site)
}

// copyPictures copies what the pages of the repository at top show.
func copyPictures(top, dir string, site []rendered) error {
	for _, p := range site {
		for _, name := range p.Pictures {
			picture, err := os.ReadFile(filepath.Join(top, filepath.FromSlash(name))) //nolint:gosec // of the repository
			if err != nil {
				return fmt.Errorf("%s: %w", p.At, err)
			}
			if err := put(dir, name, picture); err != nil {
				return err
			}
		}
	}
	return nil
}

// write writes rendered pages with what they need.
func write(dir string, site []rendered) error {
	layout, err := template.ParseFS(assets, "assets/page.html")
	if err != nil {
		return err
	}
	var index []section
	for _, p := range site {
		index = append(index, p.Sections...)
		out := new(strings.Builder)
		if err := layout.Execute(out, map[string]any{"Page": p, "Menu": menu(site, p), "Top": strings.Repeat("../", strings.Count(p.At, "/"))}); err != nil {
			return err
		}
		if err := put(dir, p.At, []byte(out.String())); err != nil {
			return err
		}
	}
	text, err := json.Marshal(index)
	if err != nil {
		return err
	}
	if err := put(dir, "assets/index.js", append([]byte("const pages = "), text...)); err != nil {
		return err
	}
	for _, name := range []string{"site.css", "search.js"} {
		text, err := assets.ReadFile("assets/" + name)
		if err != nil {
			return err
		}
		if err := put(dir, "assets/"+name, text); err != nil {
			return err
		}
	}
	return nil
}

func put(dir, name string, text []byte) error {
	to := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { //nolint:gosec // pages for everybody
		return err
	}
	return os.WriteFile(to, text, 0o644) //nolint:gosec // pages for everybody
}

// entry is a line of the menu.
type entry struct {
	Title, At string
	Here      bool
}

// menu lists the pages that are neither one of many commands nor one of many decisions.
func menu(site []rendered, here rendered) []entry {
	var all []entry
	for _, p := range site {
		if p.Listed {
			all = append(all, entry{p.Title, relative(here.At, p.At), p.At == here.At})
		}
	}
	return all
}

// relative is how the page at from names the one at to.
func relative(from, to string) string {
	return strings.Repeat("../", strings.Count(path.Clean(from), "/")) + to
}
