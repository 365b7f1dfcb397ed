package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// largest is what the command may weigh without its symbols, in bytes.
const largest = 25 << 20

// byName is a function that calls methods by names which only a running program knows. With it the linker keeps every exported
// method of every type: without templates the command is a quarter smaller. Names of functions are in a program without
// symbols, too.
const byName = "text/template.(*state).evalField"

// linkedProgram is a program as it is handed out: without symbols.
func linkedProgram(t *testing.T, of string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "program")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", file, of)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	program, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func TestTheCommandHoldsWhatItCallsAndLittleElse(t *testing.T) {
	program := linkedProgram(t, ".")
	if len(program) > largest {
		t.Errorf("the command has %.1f MiB, it may have %d: docs/adr/0028-pages-without-templates.md says how to find why", float64(len(program))/(1<<20), largest>>20)
	}
	if bytes.Contains(program, []byte(byName)) {
		t.Error("the command executes templates, so that the linker keeps every method of every type")
	}
}

func TestAProgramThatExecutesTemplatesIsFound(t *testing.T) {
	main := filepath.Join(t.TempDir(), "main.go")
	const text = "package main\n\nimport (\n\t\"os\"\n\t\"text/template\"\n)\n\n" +
		"func main() { _ = template.Must(template.New(\"\").Parse(\"{{.}}\")).Execute(os.Stdout, 1) }\n"
	if err := os.WriteFile(main, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(linkedProgram(t, main), []byte(byName)) {
		t.Error("a program with a template is not found")
	}
}
