package cli_test

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/cli"
	"github.com/ringcx-go/ringcx/store/file"
)

func TestALogoutThatForgetsANewerSessionOfAnotherProgramSaysSo(t *testing.T) {
	const says = "Another program has stored a newer session meanwhile, which was forgotten, too"
	for name, change := range map[string]string{"nothing is stored meanwhile": "", "a newer one is stored meanwhile": " "} {
		t.Run(name, func(t *testing.T) {
			p := newPerson(t)
			store := &file.Store{Dir: filepath.Join(p.env["XDG_STATE_HOME"], "ringcx")}
			waits, told := context.WithCancel(t.Context())
			stderr := &until{word: "waiting for another process that uses the stored session", end: told}
			code := make(chan int, 1)
			err := store.Update(t.Context(), "sandbox", func(old []byte, save func([]byte) error) error {
				go func() {
					code <- cli.Main(&cli.Env{
						Args: []string{"logout", "--local"}, Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: stderr, Context: t.Context(),
						Getenv: func(name string) string { return p.env[name] },
					})
				}()
				<-waits.Done()
				return save(append(old[:len(old):len(old)], change...))
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := <-code; got != 0 || strings.Contains(stderr.String(), says) != (change != "") {
				t.Errorf("exit code %d, %s", got, stderr.String())
			}
			if left, err := store.Load(t.Context(), "sandbox"); left != nil || err != nil {
				t.Errorf("%q is left, %v", left, err)
			}
		})
	}
}
