package cli_test

import (
	"bufio"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/cli"
	"github.com/ringcx-go/ringcx/internal/testservers"
)

// chatty is a server that goes on talking after each answer.
func chatty(t *testing.T) (url string) {
	t.Helper()
	return "http://" + testservers.Listen(t, func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 \x1b]0;owned\a\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
	})
}

func TestWhatServersSayUnaskedDoesNotReachTheTerminal(t *testing.T) {
	url := chatty(t)
	ask := func() {
		client := &http.Client{Transport: &http.Transport{}}
		resp, err := client.Get(url)
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	r, w := io.Pipe()
	defer log.SetOutput(os.Stderr)
	log.SetOutput(w)
	go ask()
	if line, err := bufio.NewReader(r).ReadString('\n'); err != nil || !strings.Contains(line, "Unsolicited response") { // so it is without the command
		t.Fatalf("%q, %v", line, err)
	}
	var said strings.Builder
	log.SetOutput(&said)
	cli.Main(&cli.Env{Args: []string{"version"}, Stdout: io.Discard, Stderr: io.Discard, Context: t.Context(), Getenv: func(string) string { return "" }})
	log.Print("anything")
	if said.Len() > 0 || log.Writer() != io.Discard {
		t.Errorf("%q", said.String())
	}
}
