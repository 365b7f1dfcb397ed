package ringcx

import "context"

// RingCentral hands out the RingCentral token of the lineage, which the paths below /restapi/ take. It is renewed as the RingCX
// token is, with the same promises, and from the same record: no refresh token is spent for it that the session would spend
// again. It is [Informed]. A session whose login is one to RingCX itself has none: the error is then errors.ErrUnsupported to
// errors.Is.
func (s *Session) RingCentral() TokenSource { return (*ringCentral)(s) }

// ringCentral is a session as the source of its RingCentral tokens.
type ringCentral Session

// Token implements [TokenSource].
func (s *ringCentral) Token(ctx context.Context) (*Token, error) {
	if t := s.platform.hot.Load(); t != nil {
		return t, nil
	}
	if s.renewer.invalid != nil {
		return nil, s.renewer.invalid
	}
	if s.renewer.direct() {
		return nil, errNoRingCentral
	}
	done, err := s.renewer.awaits(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return s.patience.withRetry(ctx, func() (*Token, error) { return s.platform.token(ctx, 0) })
}

// Confirm implements [Informed].
func (s *ringCentral) Confirm(t *Token) { s.platform.confirm(t) }

// Invalidate implements [Informed].
func (s *ringCentral) Invalidate(t *Token) { s.platform.invalidate(t) }
