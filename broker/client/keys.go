package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/ringcx-go/ringcx"
)

// keys is the key of the caller, as requests to the broker are signed with it: in place of the vendor's token.
type keys struct {
	key, file string // one of them is ""

	mu   sync.Mutex    // guards the field below
	last *ringcx.Token // nil: the file is to be read
}

// Token is the key.
func (k *keys) Token(context.Context) (*ringcx.Token, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.last != nil {
		return k.last, nil
	}
	key := k.key
	if key == "" {
		var err error
		if key, err = readKey(k.file); err != nil {
			return nil, err
		}
	}
	k.last = &ringcx.Token{AccessToken: key, TokenType: "Bearer"}
	return k.last, nil
}

// Invalidate reads the file anew for the next request: the key may be another by now.
func (k *keys) Invalidate(t *ringcx.Token) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.file != "" && k.last == t {
		k.last = nil
	}
}

var errKey = errors.New("read its key")

// readKey reads a file that holds a key alone.
func readKey(name string) (string, error) {
	f, err := os.Open(name) //nolint:gosec // the program names it
	if err != nil {
		return "", fmt.Errorf("%w: %w", errKey, err)
	}
	defer func() { _ = f.Close() }()
	const most = 4 << 10
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return "", fmt.Errorf("%w: %w", errKey, err)
	}
	key := strings.TrimSpace(string(data))
	if len(data) > most || !printable(key) {
		return "", fmt.Errorf("%w: %s does not hold a key alone", errKey, name)
	}
	return key, nil
}
