package integration

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/usage"
)

// Segments reads segments in the forms in which 'ringcx recordings list' prints them: lines with the IDs of dialog and segment
// between blanks, tabs or a comma; CSV, whose first line may say which columns they are; objects of JSON with dialogId and
// segmentId, or lists of these. What else is there does not matter.
func Segments(in io.Reader) ([]Segment, error) {
	text := bufio.NewReader(in)
	for {
		c, _, err := text.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return nil, nil
		case err != nil:
			return nil, fmt.Errorf("the segments cannot be read: %w", err)
		case c == '\ufeff' || c == ' ' || c == '\t' || c == '\r' || c == '\n':
			continue
		}
		_ = text.UnreadRune() // it was read
		if c == '[' || c == '{' {
			return fromJSON(text)
		}
		return fromLines(text)
	}
}

func noSegment(what string) error {
	return usage.New(what+" of the segments names none", "it has the ID of the dialog and that of the segment, as 'ringcx recordings list' prints them in a pipe")
}

// named is what a row of JSON says.
type named struct {
	DialogID  string `json:"dialogId"`
	SegmentID string `json:"segmentId"`
}

func fromJSON(in io.Reader) (all []Segment, err error) {
	d := json.NewDecoder(in)
	for {
		var value json.RawMessage
		if err := d.Decode(&value); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, usage.New(fmt.Sprintf("the segments are no JSON: %s", err), "give what 'ringcx recordings list' prints")
		}
		var rows []json.RawMessage
		if json.Unmarshal(value, &rows) != nil {
			rows = []json.RawMessage{value}
		}
		for _, raw := range rows {
			var row named
			s := Segment{}
			if json.Unmarshal(raw, &row) == nil {
				s = Segment{row.DialogID, row.SegmentID}
			}
			if s.Check() != nil {
				return nil, noSegment(fmt.Sprintf("row %d", len(all)+1))
			}
			all = append(all, s)
		}
	}
}

func fromLines(in io.Reader) (all []Segment, err error) {
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("the segments cannot be read: %w", err)
	}
	comma, first := ' ', data
	if end := bytes.IndexByte(data, '\n'); end >= 0 {
		first = data[:end]
	}
	switch {
	case bytes.IndexByte(first, '\t') >= 0:
		comma = '\t'
	case bytes.IndexByte(first, ',') >= 0:
		comma = ','
	}
	rows := csv.NewReader(bytes.NewReader(data))
	rows.Comma, rows.FieldsPerRecord, rows.TrimLeadingSpace, rows.LazyQuotes = comma, -1, comma == ' ', comma != ','
	dialog, segment := 0, 1
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, usage.New(fmt.Sprintf("the segments cannot be read: %s", err), "give what 'ringcx recordings list' prints")
		}
		at := func(title string) int {
			return slices.IndexFunc(cells, func(c string) bool { return strings.EqualFold(strings.TrimSpace(c), title) })
		}
		if d, s := at("dialogId"), at("segmentId"); len(all) == 0 && d >= 0 && s >= 0 {
			dialog, segment = d, s
			continue
		}
		s := Segment{}
		if max(dialog, segment) < len(cells) {
			s = Segment{strings.TrimSpace(cells[dialog]), strings.TrimSpace(cells[segment])}
		}
		if s.Check() != nil {
			line, _ := rows.FieldPos(0)
			return nil, noSegment(fmt.Sprintf("line %d", line))
		}
		all = append(all, s)
	}
}
