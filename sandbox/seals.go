package sandbox

// seals are the secrets by which a server knows its own tokens.
type seals struct {
	Platform string `json:"platform"`
	RingCX   string `json:"ringcx"`
	Epoch    string `json:"epoch"` // of RingCX access tokens
}

// newSeals are those of contents that are new.
func (st *contents) newSeals() seals {
	return seals{st.platform.seal.text(), st.cx.seal.text(), st.epoch}
}

// restoreSeals gives contents the seals that are in the tables.
func (s *Server) restoreSeals(st *contents) error {
	kept, err := required(s, s.seals)
	if err != nil {
		return err
	}
	st.epoch = kept.Epoch
	if st.platform.seal, err = sealerOf(kept.Platform); err != nil {
		return err
	}
	st.cx.seal, err = sealerOf(kept.RingCX)
	return err
}
