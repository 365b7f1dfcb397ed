package cli_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// rude is a database that answers every command with a line.
func rude(t *testing.T, line string) string {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				buf := make([]byte, 4096)
				for {
					if _, err := c.Read(buf); err != nil {
						return
					}
					_, _ = io.WriteString(c, strings.Repeat(line, 4))
				}
			}()
		}
	}()
	return ln.Addr().String()
}

func TestADatabaseTakesNoTerminalOver(t *testing.T) {
	p := newPerson(t)
	message := strings.NewReplacer("\n", "", "\r", "").Replace(evil)
	fatal := "SFATAL\x00C28000\x00M" + message + "\n\r" + message + "\x00\x00"
	for _, store := range []string{
		"redis://" + rude(t, "-ERR "+message+"\r\n"),
		"postgres://u@" + rude(t, "E"+string(binary.BigEndian.AppendUint32(nil, uint32(len(fatal)+4)))+fatal) + "/x?sslmode=disable", //nolint:gosec // short
	} {
		p.env["RINGCX_STORE"] = store
		for _, args := range []string{"status", "token -v", "doctor"} {
			var out, errs bytes.Buffer
			code := cli.Main(&cli.Env{
				Args: strings.Fields(args), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Context: t.Context(),
				Getenv: func(name string) string { return p.env[name] },
			})
			if code != 1 || !strings.Contains(out.String()+errs.String(), "[2J") {
				t.Errorf("%s at %s: exit code %d\n%s%s", args, store, code, out.String(), errs.String())
			}
			harmless(t, "the output of "+args, out.String())
			harmless(t, "the talk of "+args, errs.String())
			if args == "status" && strings.Count(errs.String(), "\n") > 2 {
				t.Errorf("more than an error and a hint:\n%s", errs.String())
			}
		}
	}
}
