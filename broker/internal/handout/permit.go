package handout

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
)

// Waited is how long a request may be under way without being asked again, by what holds then, whether it may have what it asks for.
const Waited = time.Second

// permit is what a caller may have: the tokens of a profile.
type permit struct {
	source  *Source
	caller  *caller.Caller
	profile string
}

// asks finds out what a caller may have by what holds now. An answer is why it may not.
type asks func(context.Context) (*permit, *Answer)

// got is what came of a permit.
type got struct {
	*permit // that with which it was brought

	token *ringcx.Token
	name  string // its fingerprint
	err   error
}

// bring brings a token. When that took a while the caller is asked about again: a key may be revoked, and the profile have another login,
// whose token it is then. An answer is why the caller may not have it any more.
func (d *Desk) bring(ctx context.Context, p *permit, minTTL time.Duration, again asks) (*got, *Answer) {
	for {
		began := d.Now()
		t, name, err := p.source.Token(ctx, minTTL)
		if ctx.Err() != nil || d.Now().Sub(began) < Waited {
			return &got{p, t, name, err}, nil
		}
		now, a := again(ctx)
		if a != nil {
			return nil, a
		}
		if now.source == p.source {
			return &got{now, t, name, err}, nil
		}
		p = now
	}
}

// arrived waits for the form of a request, so that the request is judged by what holds when it has come.
func arrived(r *http.Request) *http.Request {
	if r.Body == nil || r.Body == http.NoBody {
		return r
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, longForm+1))
	own := *r
	own.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), &failing{err}))
	return &own
}

// failing ends with an error, or without.
type failing struct{ err error }

// Read implements io.Reader.
func (f *failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}
