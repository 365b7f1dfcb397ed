package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// version is that of the files' format.
const version = 1

// wrapping is the key of a directory.
type wrapping struct {
	id   string // of the keyring's entry
	aead cipher.AEAD
}

// envelope is a file: a sealed value, or the record of the key.
type envelope struct {
	Version int    `json:"version"`
	Key     string `json:"key"`    // the keyring's entry
	Sealed  []byte `json:"sealed"` // nonce, text and tag
}

func newWrapping(id, secret string) (*wrapping, error) {
	key, err := base64.StdEncoding.DecodeString(secret)
	if err != nil || len(key) != keySize {
		return nil, errors.New("not a key")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	// Random nonces of 96 bits are good for 2^32 saves with one key.
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return &wrapping{id, aead}, err
}

func (w *wrapping) seal(key string, value []byte) ([]byte, error) {
	return json.Marshal(&envelope{version, w.id, w.closed(key, value)})
}

func (w *wrapping) open(key string, e *envelope) ([]byte, error) {
	return opened(w.aead.Open(nil, nil, e.Sealed, w.binding(key)))
}

// record is what the directory knows of its key.
func (w *wrapping) record() ([]byte, error) {
	return json.Marshal(&envelope{version, w.id, w.closed("", nil)})
}

// closed is a sealed text. The cipher makes the nonce itself and puts it in front.
func (w *wrapping) closed(name string, text []byte) []byte {
	return w.aead.Seal(nil, nil, text, w.binding(name)) //nolint:gosec // no nonce of ours, see NewGCMWithRandomNonce
}

// fits says whether the key is that of a record.
func (w *wrapping) fits(record *envelope) bool {
	_, err := w.aead.Open(nil, nil, record.Sealed, w.binding(""))
	return err == nil
}

// binding is what a sealed text is tied to: format, key and name. No lineage has the record's, which is empty.
func (w *wrapping) binding(name string) []byte {
	b, _ := json.Marshal([]any{"ringcx keyring store", version, w.id, []byte(name)}) // cannot fail
	return b
}

// opened makes the empty value differ from none.
func opened(value []byte, err error) ([]byte, error) {
	if err == nil && value == nil {
		value = []byte{}
	}
	return value, err
}

// newerError is a file that only a newer program understands. It is left as it is.
type newerError struct{ version int }

func (e *newerError) Error() string {
	return fmt.Sprintf("it is of a newer version: it has version %d, this program knows version %d", e.version, version)
}

// Newer tells it from what is damaged.
func (*newerError) Newer() bool { return true }

func parse(data []byte) (*envelope, error) {
	e := &envelope{}
	err := json.Unmarshal(data, e)
	switch {
	case e.Version > version: // whatever else it says
		return nil, &newerError{e.Version}
	case err != nil:
		return nil, err
	case e.Version != version || e.Key == "":
		return nil, errors.New("not a sealed value of this version")
	}
	return e, nil
}
