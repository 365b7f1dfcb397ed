package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// page is one in Markdown.
type page struct {
	Path   string // within the repository, with slashes, as links of others name it; what is made here has one, too
	Text   []byte
	Listed bool // in the menu
}

// collect returns the pages of the repository at top: files, the commands, and the list of decisions.
func collect(top string) ([]page, error) {
	var pages []page
	for _, pattern := range []string{"README.md", "docs/*.md", "examples/README.md", "examples/broker/README.md", "C*.md", "SECURITY.md", "AGENTS.md", "docs/adr/*.md"} {
		names, err := filepath.Glob(filepath.Join(top, filepath.FromSlash(pattern)))
		if err != nil || len(names) == 0 {
			return nil, fmt.Errorf("no %s is in %s: %w", pattern, top, errors.Join(err, os.ErrNotExist))
		}
		for _, name := range names {
			text, err := os.ReadFile(name) //nolint:gosec // of the repository
			if err != nil {
				return nil, err
			}
			within, err := filepath.Rel(top, name)
			if err != nil {
				return nil, err
			}
			pages = append(pages, page{filepath.ToSlash(within), text, pattern != "docs/adr/*.md" && !strings.HasPrefix(pattern, "examples/b")})
		}
	}
	pages = append(pages, decisions(pages))
	made, err := commands(cli.Pages(), true)
	return append(pages, made...), err
}

// decisions is the list of those that are among pages.
func decisions(pages []page) page {
	list := bytes.NewBufferString("# Decisions\n\n")
	for _, p := range pages {
		if name, ok := strings.CutPrefix(p.Path, "docs/adr/"); ok {
			title, _, _ := strings.Cut(strings.TrimPrefix(string(p.Text), "# "), "\n")
			fmt.Fprintf(list, "* [%s](%s)\n", strings.ReplaceAll(title, ". ", `\. `), name)
		}
	}
	return page{"docs/adr/README.md", list.Bytes(), true}
}

// columns are lines of a table in the text of a command. With two spaces at its end, a line is one in Markdown, too.
var columns = regexp.MustCompile(`(?m)^\S+ ?\S* {2,}\S.*$`)

// lowered are headings of the second rank and further, and their marks but one.
var lowered = regexp.MustCompile(`(?m)^#(#+ )`)

// commands is a page for cmd and for each below it.
func commands(cmd *cobra.Command, listed bool) ([]page, error) {
	text := new(bytes.Buffer)
	if err := doc.GenMarkdownCustom(cmd, text, func(name string) string { return name }); err != nil {
		return nil, err
	}
	// Its first heading is of the second rank. A page has one of the first, and skips none.
	body := lowered.ReplaceAll(columns.ReplaceAll(text.Bytes(), []byte("$0  ")), []byte("$1"))
	pages := []page{{"commands/" + strings.ReplaceAll(cmd.CommandPath(), " ", "_") + ".md", body, listed}}
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() && !c.IsAdditionalHelpTopicCommand() {
			more, err := commands(c, false)
			if err != nil {
				return nil, err
			}
			pages = append(pages, more...)
		}
	}
	return pages, nil
}
