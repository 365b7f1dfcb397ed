package sandbox

import "github.com/ringcx-go/ringcx/sandbox/internal/token"

// seals are the secrets by which a server knows its own tokens.
type seals struct {
	Platform string `json:"platform"`
	RingCX   string `json:"ringcx"`
	Epoch    string `json:"epoch"` // of RingCX access tokens
}

// newSeals are those of contents that are new.
func (st *contents) newSeals() seals {
	return seals{st.platform.Text(), st.ringcx.Text(), st.epoch}
}

// restoreSeals gives contents the seals that are in the tables.
func (s *Server) restoreSeals(st *contents) error {
	kept, err := required(s, s.seals)
	if err != nil {
		return err
	}
	st.epoch = kept.Epoch
	if st.platform, err = token.ReadMaker(kept.Platform); err != nil {
		return err
	}
	st.ringcx, err = token.ReadMaker(kept.RingCX)
	return err
}
