package sandbox

import "github.com/ringcx-go/ringcx/sandbox/internal/token"

// tokenSecrets are the secrets by which a server knows its own tokens.
type tokenSecrets struct {
	Platform string `json:"platform"`
	RingCX   string `json:"ringcx"`
	Epoch    string `json:"epoch"` // of RingCX access tokens
}

// newSecrets are those of contents that are new.
func (st *contents) newSecrets() tokenSecrets {
	return tokenSecrets{st.platform.Text(), st.ringcx.Text(), st.epoch}
}

// restoreSecrets gives contents the secrets that are in the tables.
func (s *server) restoreSecrets(st *contents) error {
	kept, err := required(s, s.secrets)
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
