package integration

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
)

// name is that of a recording's file. IDs that Check has passed lead nowhere else, and have no + in them: no two recordings
// have the same name, also where names do not differ by capitals.
func (d *Download) name(s Segment, end string) string {
	name := s.Dialog + "+" + s.ID
	if strings.ToLower(name) != name {
		sum := sha256.Sum256([]byte(name))
		name += "+" + hex.EncodeToString(sum[:4])
	}
	return filepath.Join(d.Dir, "recording-"+name+end)
}
