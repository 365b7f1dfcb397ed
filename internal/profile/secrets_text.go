package profile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// Stored secrets end with a checksum, as the records beside them do: one letter that is not what it was would be sent to the
// vendor, and be called a mistake of the user's. Those of older versions have none. Newer versions may say theirs.

const (
	secretsVersion  = 1
	secretsChecksum = `,"checksum":"` //nolint:gosec // nobody's
)

var errSecretsDamaged = errors.New("not what was stored")

// newerSecrets is of a version that this program does not know.
type newerSecrets struct{ version float64 }

func (e *newerSecrets) Error() string {
	return fmt.Sprintf("of a newer version: they have version %v, this program knows version %d", e.version, secretsVersion)
}

// EncodeSecrets is how secrets are stored.
func EncodeSecrets(s *Secrets) ([]byte, error) {
	value, err := json.Marshal(s) //nolint:gosec // the Store is where secrets belong
	if err != nil || *s == (Secrets{}) {
		return value, err
	}
	open := bytes.TrimSuffix(value, []byte("}"))
	return append(open[:len(open):len(open)], endOfSecrets(open)...), nil
}

// endOfSecrets is how a value ends that begins with open.
func endOfSecrets(open []byte) string {
	sum := sha256.Sum256(open)
	return secretsChecksum + hex.EncodeToString(sum[:16]) + `"}`
}

// decodeSecrets answers an error that is errSecretsDamaged or a *newerSecrets.
func decodeSecrets(value []byte) (*Secrets, error) {
	var fields struct {
		Version  json.RawMessage `json:"version"`
		Checksum json.RawMessage `json:"checksum"`
	}
	s := &Secrets{}
	if json.Unmarshal(value, &fields) != nil {
		return nil, errSecretsDamaged
	}
	var version float64
	if json.Unmarshal(bytes.Trim(fields.Version, `"`), &version) == nil && version > secretsVersion {
		return nil, &newerSecrets{version}
	}
	at := bytes.LastIndex(value, []byte(secretsChecksum))
	if fields.Checksum != nil && (at < 0 || string(bytes.TrimSpace(value[at:])) != endOfSecrets(value[:at])) {
		return nil, errSecretsDamaged
	}
	if json.Unmarshal(value, s) != nil {
		return nil, errSecretsDamaged
	}
	return s, nil
}
