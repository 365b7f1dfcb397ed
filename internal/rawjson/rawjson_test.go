package rawjson_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/rawjson"
)

// isWhole says whether data is one value, byte by byte, as it may come.
func isWhole(data []byte) bool {
	o := &rawjson.Outline{}
	for _, b := range data {
		_, _ = o.Write([]byte{b})
	}
	return o.IsWhole()
}

func TestWhatIsCutOrHasSomethingBehindItIsNotWhole(t *testing.T) {
	const value = `[{"a":"x\"]\\","b":[1,-2.5e3,true,false,null,{}]},"}"]`
	if !isWhole([]byte(value)) || !isWhole([]byte(" "+value+"\n")) {
		t.Fatal("a whole value is not")
	}
	for n := range value {
		if isWhole([]byte(value[:n])) {
			t.Errorf("%q is whole", value[:n])
		}
	}
	for _, text := range []string{value + "]", value + value, value + "x", "[}", "]", "{]", "[1,<html>]", "", "[\"\n\"]", strings.Repeat("[", 10001) + strings.Repeat("]", 10001)} {
		if isWhole([]byte(text)) {
			t.Errorf("%.40q is whole", text)
		}
	}
}

func FuzzWhatIsWholeIsJSON(f *testing.F) {
	for _, text := range []string{`[{"a":"\\"}]`, `1`, `"a"`, ` {} `, `[1e+5]`, `[]]`, "\"\xff\"", `"\u2028"`, `{"a":1,}`, `[1,]`, `{"a" 1}`, `[1 2]`, `01`, `-`, `1.`, `1e`, `[tru]`, `{1:2}`, `["\x"]`, `["\u12g4"]`, `nulll`, `-0.0E-7`, `{,}`, `[:1]`, `{"a":1:2}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if json.Valid(data) != isWhole(data) {
			t.Errorf("%q is whole: %t", data, isWhole(data))
		}
	})
}

func TestTextsThatAreNoUTF8AreSeenHoweverTheyCome(t *testing.T) {
	for _, text := range []string{`"a"`, `"ü€😀"`, "\"\xff\"", "\"\xc3\"", "\"\xe2\x82a\"", "[\"\xed\xa0\x80\"]", "\"\xc3\\n\"", `"\ud800"`} {
		for size := 1; size < 5; size++ {
			o := &rawjson.Outline{}
			for rest := []byte(text); len(rest) > 0; rest = rest[min(size, len(rest)):] {
				_, _ = o.Write(rest[:min(size, len(rest))])
			}
			if !o.IsWhole() || o.IsUTF8() != utf8.ValidString(text) {
				t.Errorf("%q in pieces of %d: whole %t, UTF-8 %t", text, size, o.IsWhole(), o.IsUTF8())
			}
		}
	}
}

func FuzzAWalkSeesEachMember(f *testing.F) {
	for _, text := range []string{`{"a":[{"b":1,"a":"\u00e9"}],"\u0061":2}`, `[1,"\ud83d\ude00",{"":{}}]`, ` { "a" : "\"}" } `, `"\ud800"`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		names, passed := 0, 0
		w := &rawjson.Walker{}
		w.Member = func(name string, _ []byte) bool {
			names++
			return name == "a"
		}
		w.Passed = func(start, end int) {
			if passed++; !json.Valid(data[start:end]) {
				t.Errorf("%q is passed over in %q", data[start:end], data)
			}
		}
		if w.Walk(data) != json.Valid(data) || passed > names {
			t.Errorf("%q: %d of %d", data, passed, names)
		}
	})
}
