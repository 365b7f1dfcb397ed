package wording

import "unicode/utf8"

// CutMark stands for what was left out.
const CutMark = "…"

// Cut is text in at most so many bytes. What was cut ends in the mark, and is not cut again.
func Cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	end := most - len(CutMark)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + CutMark
}
