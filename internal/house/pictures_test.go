package house_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What a picture in a page may be: as wide as is sharp on a good screen, and no heavier than what a reader waits for.
const (
	minPictureWidth = 1600 // dots
	maxPictureSide  = 2600
	maxPictureBytes = 250_000
	minPictureWords = 8 // that say what is seen, to people who do not see it
)

// shown are the pictures that the first page has.
var shown = []string{"docs/images/terminal.png", "docs/images/console.png"}

var pictureLink = regexp.MustCompile(`!\[([^\]]*)\]\(([^)\s]+)\)`)

// badPictures finds pictures in pages that are none, too small or too large, or that are not told in words; and files of
// pictures that no page shows.
func badPictures(t *tree) []finding {
	var all []finding
	used := map[string]bool{}
	bad := func(page, picture, why string) {
		all = append(all, found(fmt.Sprintf("%s: %s %s", page, picture, why), "picture", page, picture))
	}
	for _, page := range slices.Sorted(maps.Keys(t.text)) {
		if path.Ext(page) != ".md" || strings.Contains(page, "testdata/") {
			continue
		}
		for _, m := range pictureLink.FindAllStringSubmatch(codeSpan.ReplaceAllString(withoutFences(t.text[page]), ""), -1) {
			if strings.Contains(m[2], "://") {
				continue
			}
			picture := path.Join(path.Dir(page), m[2])
			used[picture] = true
			if why := wrongPicture(t.binary[picture]); why != "" {
				bad(page, picture, why)
			}
			if len(strings.Fields(m[1])) < minPictureWords {
				bad(page, picture, "is not told in words: say what is seen")
			}
		}
	}
	for _, picture := range shown {
		if !used[picture] {
			bad("README.md", picture, "is not shown")
		}
	}
	for _, picture := range slices.Sorted(maps.Keys(t.binary)) {
		if path.Ext(picture) == ".png" && !used[picture] && !strings.Contains(picture, "testdata/") {
			bad("no page", picture, "is not shown anywhere")
		}
	}
	return all
}

// wrongPicture says what is wrong with a file that a page shows, or "".
func wrongPicture(data []byte) string {
	config, err := png.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil:
		return "is no PNG: make screenshots"
	case config.Width < minPictureWidth || config.Width > maxPictureSide || config.Height > maxPictureSide:
		return fmt.Sprintf("is %d by %d dots, the bounds are %d to %d", config.Width, config.Height, minPictureWidth, maxPictureSide)
	case len(data) > maxPictureBytes:
		return fmt.Sprintf("has %d bytes, the budget is %d", len(data), maxPictureBytes)
	}
	return ""
}

func TestPicturesInPagesAreSharpLightAndToldInWords(t *testing.T) { keeps(t, badPictures) }

func TestAPictureThatIsNoneOrOutOfBoundsIsFound(t *testing.T) {
	drawn := func(width, height int) string {
		out := new(bytes.Buffer)
		if err := png.Encode(out, image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black})); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	const words = "![one two three four five six seven eight]"
	good := drawn(1800, 1400)
	page := words + "(docs/images/terminal.png)\n\n" + words + "(docs/images/console.png)\n"
	with := func(terminal, page string) map[string]string {
		return map[string]string{"docs/images/terminal.png": terminal, "docs/images/console.png": good, "README.md": page}
	}
	wrong := []string{"picture README.md docs/images/terminal.png"}
	runAll(t, []control{
		{"as it should be", badPictures, with(good, page), nil},
		{"no PNG", badPictures, with("\x00", page), wrong},
		{"small", badPictures, with(drawn(800, 600), page), wrong},
		{"large", badPictures, with(drawn(5000, 600), page), wrong},
		{"high", badPictures, with(drawn(1800, 2700), page), wrong},
		{"heavy", badPictures, with(good+strings.Repeat("\x00", maxPictureBytes), page), wrong},
		{"without words", badPictures, with(good, strings.Replace(page, words, "![A terminal]", 1)), wrong},
		{
			"not shown", badPictures, with(good, words+"(docs/images/console.png)\n"),
			[]string{"picture README.md docs/images/terminal.png", "picture no page docs/images/terminal.png"},
		},
		{
			"only in code", badPictures, with(good, "```\n"+page+"```\n"+words+"(docs/images/console.png)\n"),
			[]string{"picture README.md docs/images/terminal.png", "picture no page docs/images/terminal.png"},
		},
	})
}
