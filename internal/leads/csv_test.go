package leads_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/leads"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// read reads all rows.
func read(t testing.TB, in io.Reader, delimiter string) (all []leads.Row) {
	t.Helper()
	r, err := leads.NewRows(in, delimiter)
	if err != nil {
		t.Fatal(err)
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
}

func TestWhatOthersWriteAsCSVIsReadAsItWasMeant(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	cells := []string{"", "a", `say "hi"`, "two\nlines", "a,b;c\td", " spaces ", "ü€", "'", `""`, "x\r"}
	for n := range 300 {
		var want [][]string
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.UseCRLF = n%2 == 1
		w.Comma = rune(",;\t"[n%3])
		for range 1 + rng.IntN(20) {
			row := []string{"x"}
			for range rng.IntN(6) {
				row = append(row, cells[rng.IntN(len(cells)-n%2)]) // lone CRs and CRLF do not go together there
			}
			want = append(want, row)
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		got := read(t, strings.NewReader(b.String()), string(w.Comma))
		for i := range want {
			cells := got[i].Cells
			if w.UseCRLF {
				for j := range cells {
					cells[j] = strings.ReplaceAll(cells[j], "\r\n", "\n")
				}
			}
			if got[i].Broken != "" || !slices.Equal(cells, want[i]) {
				t.Fatalf("%q: row %d is %q (%s), want %q", b.String(), i, got[i].Cells, got[i].Broken, want[i])
			}
		}
	}
}

func TestARowThatIsBrokenCostsItself(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a,b\nc\"d,e\nf,g\n", "1:[a b] 2:broken 3:[f g]"},
		{"a,b\n\"c,d\ne,f\ng,h", "1:[a b] 2:broken 3:[e f] 4:[g h]"},
		{"a,b\n\"c\"d,e\nf,g", "1:[a b] 2:broken 3:[f g]"},
		{"a,\"b\nc\"\nd,e\n", "1:[a b\nc] 3:[d e]"},
		{"a,b\n\n\r\nc,d", "1:[a b] 4:[c d]"},
		{"\ufeffa;b\r\nc;d\r\n", "1:[a b] 2:[c d]"},
		{"a,b\n\xff,d\ne,f", "1:[a b] 2:broken 3:[e f]"},
		{"a,b\nc\x00,d\ne,f and more that is not worth a NUL", "1:[a b] 2:broken 3:[e f and more that is not worth a NUL]"},
		{"a,b\n\"unclosed " + strings.Repeat("x,y\n", 400000) + "e,f", "1:[a b] 2:broken and 400000 more"},
	} {
		var got []string
		for _, row := range read(t, strings.NewReader(c.text), "") {
			if row.Broken != "" {
				got = append(got, fmt.Sprintf("%d:broken", row.Line))
			} else {
				got = append(got, fmt.Sprintf("%d:%v", row.Line, row.Cells))
			}
		}
		if len(got) > 10 {
			got = append(got[:2], fmt.Sprintf("and %d more", len(got)-2))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%.40q: %s, want %s", c.text, strings.Join(got, " "), c.want)
		}
	}
}

func TestWhatIsTooLongForARowIsNamedAsThat(t *testing.T) {
	long := strings.Repeat("x", 2<<20)
	for text, says := range map[string]string{
		"a\n" + long + ",d\ne,f\n":   "it has more than 1 MiB",
		"a\n\"" + long + "\n\"\ne,f": "it has more than 1 MiB, or a quotation mark opens a cell and is not closed",
		"a\n\"" + long[:9] + "\ne,f": "a quotation mark opens a cell and is not closed",
	} {
		if rows := read(t, strings.NewReader(text), ","); rows[1].Broken != says || fmt.Sprint(rows[len(rows)-1].Cells) != "[e f]" {
			t.Errorf("%.20q: %s, and %d rows", text, rows[1].Broken, len(rows))
		}
	}
}

func TestARowTellsWhichLinesItHas(t *testing.T) {
	for text, want := range map[string]string{
		"a,b\n": "1-1", "\"a\nb\",c\nd,e\n": "1-2 3-3", "\"a\r\nb\nc\",c\r\n\n\"d\n\",e": "1-3 5-6", "\"a\nb": "1-1 2-2",
	} {
		var got []string
		for _, row := range read(t, strings.NewReader(text), ",") {
			got = append(got, fmt.Sprintf("%d-%d", row.Line, row.Last))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestFilesThatAreNoTextAreRefusedWithTheReason(t *testing.T) {
	for text, says := range map[string]string{
		"\xff\xfep\x00h\x00": "is UTF-16", "\xfe\xff\x00p": "is UTF-16", "p\x00h\x00": "is UTF-16", "phone\x00": "no text has", "PK\x03\x04x": "a spreadsheet",
		"a,b\rc,d\re,f\r": "as those of old Macs",
	} {
		_, err := leads.NewRows(strings.NewReader(text), "")
		var misuse *usage.Error
		if !errors.As(err, &misuse) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, word := range []string{"ab", `"`, "x", "\n", " "} {
		if _, err := leads.NewRows(strings.NewReader("a"), word); err == nil {
			t.Errorf("the delimiter %q is taken", word)
		}
	}
	for word, text := range map[string]string{"tab": "a\tb", "|": "a|b", "Semicolon": "a;b", "": "a;b;c,d"} {
		if rows := read(t, strings.NewReader(text), word); len(rows) != 1 || len(rows[0].Cells) < 2 {
			t.Errorf("%q: %v", word, rows)
		}
	}
}

// repeated is a reader of a text, so many times.
type repeated struct {
	text string
	at   int
	left int
}

// Read implements io.Reader.
func (r *repeated) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.text[r.at:])
	if r.at += n; r.at == len(r.text) {
		r.at, r.left = 0, r.left-1
	}
	return n, nil
}

func TestAFileOfAnySizeTakesNoMoreMemoryThanItsRows(t *testing.T) {
	r, err := leads.NewRows(&repeated{text: "4155550100,A1,\"a \"\"b\"\"\nc\",d\n\"broken\n", left: 400_000}, ",")
	if err != nil {
		t.Fatal(err)
	}
	var most uint64
	var m runtime.MemStats
	n := 0
	for ; ; n++ {
		if _, err := r.Next(); errors.Is(err, io.EOF) {
			break
		}
		if n%100_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	if most > 6<<20 || n < 800_000 {
		t.Errorf("%d rows took %d MiB", n, most>>20)
	}
}

func FuzzAnyBytesAreRowsOfWhichEachLineIsInOne(f *testing.F) {
	f.Add([]byte("a,b\n\"c\nd\",e\nf\"g\n\n\"h"), byte(','))
	f.Add([]byte("a;b\r\n\"\"\"\r\n\";\"\n"), byte(';'))
	f.Fuzz(func(t *testing.T, data []byte, comma byte) {
		r, err := leads.NewRows(bytes.NewReader(data), string(rune(comma)))
		if err != nil {
			return
		}
		data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
		lines := strings.SplitAfter(string(data), "\n")
		next := 1
		for {
			row, err := r.Next()
			if err != nil {
				break
			}
			for ; next < row.Line; next++ {
				if strings.Trim(lines[next-1], "\r\n") != "" {
					t.Fatalf("line %d, %q, is in no row", next, lines[next-1])
				}
			}
			if row.Line != next {
				t.Fatalf("a row begins in line %d, and %d is the next", row.Line, next)
			}
			next++
			next += strings.Count(strings.Join(row.Cells, ""), "\n") // the line of one without cells has none
		}
		for ; next <= len(lines); next++ {
			if strings.Trim(lines[next-1], "\r\n") != "" {
				t.Fatalf("line %d, %q, is in no row", next, lines[next-1])
			}
		}
	})
}

func TestTheLineThatTellsExcelTheDelimiterIsNoRow(t *testing.T) {
	for text, want := range map[string]string{
		"sep=;\r\na,b;c\r\n": "2 [a,b c]", "\ufeffSEP=|\na;b|c\n": "2 [a;b c]", "sep=\t\na\tb\n": "2 [a b]", "sep=,\na;b,c\n": "2 [a;b c]",
		"sep=x,y\n": "1 [sep=x y]", "sep=;": "1 [sep= ]", // controls: a row like another
	} {
		if row := read(t, strings.NewReader(text), "")[0]; fmt.Sprintf("%d %v", row.Line, row.Cells) != want {
			t.Errorf("%q begins with the row %v of line %d", text, row.Cells, row.Line)
		}
	}
	if row := read(t, strings.NewReader("sep=;\na;b,c\n"), "comma")[0]; len(row.Cells) != 2 || row.Cells[0] != "a;b" {
		t.Errorf("a delimiter that is given counts: %q", row.Cells)
	}
}
