package handout

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/caller"
)

// kind is what a token is for. One of a kind is none of another: the seal is bound to it, and to the form of what is sealed.
type kind struct {
	prefix string
	bound  []byte
}

var (
	accessKind  = &kind{"rcxs_", []byte("ringcx broker, access, 1")}
	refreshKind = &kind{"rcxr_", []byte("ringcx broker, refresh, 1")}
)

// spelling is how what is sealed is written. Each token is written in one way alone.
var spelling = base64.RawURLEncoding.Strict()

// parse takes a token apart. It tells nothing of whether it is one.
func (k *kind) parse(text string) (id sealID, sealed []byte, ok bool) {
	rest, ok := strings.CutPrefix(text, k.prefix)
	if !ok {
		return id, nil, false
	}
	all, err := spelling.DecodeString(rest)
	if err != nil || len(all) < len(id) || spelling.EncodedLen(len(all)) != len(rest) { // line ends are passed over
		return id, nil, false
	}
	id = sealID(all)
	return id, all[len(id):], id != newest
}

// content is what both tokens of a pair hold.
type content struct {
	pair            pairID
	access, refresh time.Time // when each ends
	caller          caller.Caller
}

// pairID tells pairs apart.
type pairID [8]byte

func newContent(c caller.Caller, access, refresh time.Time) *content {
	is := &content{access: access, refresh: refresh, caller: c}
	_, _ = rand.Read(is.pair[:])
	return is
}

// ends is when the token of a kind ends.
func (is *content) ends(k *kind) time.Time {
	if k == refreshKind {
		return is.refresh
	}
	return is.access
}

const keyed = 1 // the flag of a caller with a key

// encode are the bytes of is, with times in milliseconds. How a caller came is not part of it: the next request tells that.
func (is *content) encode() []byte {
	c := &is.caller
	b := make([]byte, 0, 64+len(c.Name)+len(c.ID)+len(c.Profile))
	b = append(b, is.pair[:]...)
	var flags byte
	if c.Keyed {
		flags |= keyed
	}
	b = append(b, flags)
	for _, at := range []time.Time{is.access, is.refresh, c.Until} {
		var n int64
		if !at.IsZero() {
			n = at.UnixMilli()
		}
		b = binary.AppendVarint(b, n)
	}
	for _, text := range []string{c.Name, c.ID, c.Profile} {
		b = append(binary.AppendVarint(b, int64(len(text))), text...)
	}
	return b
}

// decodeContent is what encode has written, nil if it has not.
func decodeContent(b []byte) *content {
	is := new(content)
	if len(b) < len(is.pair)+1 {
		return nil
	}
	is.pair = pairID(b)
	flags := b[len(is.pair)]
	is.caller.Keyed = flags == keyed
	b = b[len(is.pair)+1:]
	for _, at := range []*time.Time{&is.access, &is.refresh, &is.caller.Until} {
		ms, n := binary.Varint(b)
		if n <= 0 {
			return nil
		}
		if b = b[n:]; ms != 0 {
			*at = time.UnixMilli(ms)
		}
	}
	rest := string(b) // one copy for all three
	for _, text := range []*string{&is.caller.Name, &is.caller.ID, &is.caller.Profile} {
		length, n := binary.Varint(b)
		if n <= 0 || length < 0 || length > int64(len(b)-n) {
			return nil
		}
		end := n + int(length)
		*text, rest, b = rest[n:end], rest[end:], b[end:]
	}
	if flags > keyed || len(b) > 0 {
		return nil
	}
	return is
}
