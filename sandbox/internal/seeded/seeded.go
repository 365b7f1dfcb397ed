// Package seeded derives what a seed decides: ids, secrets and figures of the demo objects, keys, hostile days. What came
// from a seed and a label once comes from them always.
package seeded

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
)

// Bytes gives 32 bytes that depend on seed, label and round only.
func Bytes(seed uint64, label string, round int) [sha256.Size]byte {
	var room [128]byte // enough for most, so that nothing is allocated
	text := binary.BigEndian.AppendUint64(room[:0], seed)
	text = binary.BigEndian.AppendUint64(text, uint64(round)) //nolint:gosec // rounds are counted from 0
	return sha256.Sum256(append(text, label...))
}

// Text gives n characters of the base64url alphabet from seed and label. The first is a letter or digit, because a
// value that starts with a dash is a nuisance on command lines.
func Text(seed uint64, label string, n int) string {
	var raw [2 * sha256.Size]byte
	var text [(8*len(raw) + 5) / 6]byte
	for round := 0; ; round += 2 {
		first, second := Bytes(seed, label, round), Bytes(seed, label, round+1)
		copy(raw[copy(raw[:], first[:]):], second[:])
		base64.RawURLEncoding.Encode(text[:], raw[:])
		if text[0] != '-' && text[0] != '_' {
			return string(text[:n])
		}
	}
}

// Password gives a password that a person can read from one window and type into another.
func Password(seed uint64, label string) string {
	const consonants, vowels = "bdfghklmnprstvz", "aeiou"
	raw := Bytes(seed, label, 0)
	var out []byte
	for i := 0; i < 8; i += 2 {
		out = append(out, consonants[int(raw[i])%len(consonants)], vowels[int(raw[i+1])%len(vowels)])
		if i == 2 {
			out = append(out, '-')
		}
	}
	return fmt.Sprintf("%s-%02d", out, raw[8]%100)
}

// Number gives a number in [0, limit) from seed and label.
func Number(seed uint64, label string, limit uint64) int64 {
	raw := Bytes(seed, label, 0)
	return int64(binary.BigEndian.Uint64(raw[:]) % limit) //nolint:gosec // every limit here fits
}
