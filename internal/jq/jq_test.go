package jq_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/jq"
	"github.com/ringcx-go/ringcx/internal/usage"
)

func run(t *testing.T, expression, data string) (string, error) {
	t.Helper()
	p, err := jq.Compile(expression)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = p.Run(t.Context(), []byte(data), &out, false)
	return out.String(), err
}

func TestTextsArePrintedBareAndNumbersAsTheyWere(t *testing.T) {
	for expression, want := range map[string]string{
		`.[].id`: "12345678901234567890\n1.50\n", `.[].name`: "a\tb\nnull\n", `map(.id)`: "[12345678901234567890,1.50]\n",
		`empty`: "", `halt`: "", `.[0].tags`: `["<&>"]` + "\n", `$ENV`: "{}\n", `env`: "{}\n",
	} {
		got, err := run(t, expression, `[{"id":12345678901234567890,"name":"a\tb","tags":["<&>"]},{"id":1.50}]`)
		if err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", expression, got, err, want)
		}
	}
}

func TestAnExpressionThatIsNoneIsRefusedWithItsPlace(t *testing.T) {
	t.Setenv("RINGCX_STORE", "file:/secret")
	for expression, want := range map[string]string{
		`.[`: "unexpected EOF at character 3", `."ü" | )`: `unexpected token ")" at character 8`, `"a`: "unterminated string literal",
		`nothing`: "function not defined: nothing/0", `input_filename`: "function not defined", `inputs`: "not allowed", `$__prog_args`: "variable not defined",
		`import "a" as a; .`: "module", `include "/etc/passwd"; .`: "module", `get_search_list`: "", `$x`: "variable not defined: $x",
		`@base32d`: "format not defined: @base32d", `if . then [.[] | {a: "x\(@nothing "\(.)")"}] else . end`: "format not defined: @nothing",
	} {
		_, err := run(t, expression, `null`)
		var misuse *usage.Error
		if want != "" && (!errors.As(err, &misuse) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", expression, err, want)
		}
	}
}

func TestAProgramThatFailsSaysWhyInOneLine(t *testing.T) {
	for expression, data := range map[string]string{`.a`: `"\u001b[31m"`, `error("a\nb")`: `1`, `.`: `{"a"`, `halt_error`: `"x"`, `., halt_error`: `null`, `.[0]`: `[1] [2]`, `.[1]`: `[1]]`, `length`: `"a"x`} {
		_, err := run(t, expression, data)
		var failed *jq.Error
		if !errors.As(err, &failed) || strings.ContainsAny(err.Error(), "\x1b\n") {
			t.Errorf("%s on %s: %v", expression, data, err)
		}
	}
	p, err := jq.Compile("repeat(.)")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := p.Run(ctx, []byte("1"), stopper(cancel), false); !errors.Is(err, context.Canceled) {
		t.Errorf("what never ends is ended with %v", err)
	}
}

// stopper ends a context when it is written to.
type stopper func()

func (s stopper) Write(p []byte) (int, error) { s(); return len(p), nil }

func FuzzNoExpressionAndNoAnswerCrashesIt(f *testing.F) {
	f.Add(`.[] | select(.a > 1) | .b`, `[{"a":2,"b":"x"}]`)
	f.Add(`to_entries`, `{"a":1e400}`)
	f.Add(`.[-1:] | @csv`, `[[1,"a"]]`)
	f.Fuzz(func(t *testing.T, expression, data string) {
		if len(expression) > 40 || strings.Contains(expression, "r") { // repeat, range, recurse: they may go on for ever
			return
		}
		if p, err := jq.Compile(expression); err == nil {
			var out bytes.Buffer
			_ = p.Run(t.Context(), []byte(data), &out, true)
		}
	})
}

func TestFormatsThatAreKnownAreTaken(t *testing.T) {
	for _, format := range []string{"@text", "@json", "@html", "@uri", "@csv", "@tsv", "@sh", "@base64", "@base64d"} {
		if _, err := jq.Compile(`.[] | ` + format + `, ` + format + ` "x\(.)"`); err != nil {
			t.Errorf("%s: %v", format, err)
		}
	}
}
