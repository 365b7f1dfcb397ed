package budget

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// clock is a Store that tells all replicas the same time.
type clock interface {
	Now(ctx context.Context) (time.Time, error)
}

// clockSkew is how far clocks of replicas may differ if the Store has none.
const clockSkew = time.Second

// reading is what time it is at the Store.
func (g *Governor) reading(ctx context.Context) (reading, error) {
	asked := g.now()
	stored, ok := g.o.Store.(clock)
	if !ok {
		return reading{there: g.wall.Add(asked.wall), asked: asked, answered: asked, skew: clockSkew}, nil
	}
	there, err := stored.Now(ctx)
	if err != nil {
		return reading{}, fmt.Errorf("ask the store for the time: %w", err)
	}
	return reading{there: there.Round(0), asked: asked, answered: g.now()}, nil
}

// sync looks at the record, and changes it if that is worth it.
func (b *bucket) sync() {
	ctx, cancel := context.WithTimeout(b.g.ctx, storeWait)
	defer cancel()
	gained, err := b.exchange(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.g.now()
	switch {
	case b.gone:
	case err != nil && b.share.failures == 0:
		b.g.o.Log.Warn("ringcx: the store of the budget fails", slog.String("limit", b.key.limit.Name), slog.Any("error", err))
	case err == nil && b.share.failures > 0:
		b.g.o.Log.Info("ringcx: the store of the budget is back", slog.String("limit", b.key.limit.Name))
	}
	b.share.looked(now, gained, err)
	b.pump(now)
}

func (b *bucket) exchange(ctx context.Context) (gained bool, err error) {
	at, err := b.g.reading(ctx)
	if err != nil {
		return false, err
	}
	value, err := b.g.o.Store.Load(ctx, b.name)
	if err != nil {
		return false, err
	}
	r, damaged, err := b.decode(value)
	if err != nil {
		return false, err
	}
	b.mu.Lock()
	worth := b.share.worth(r, damaged, at, b.g.now())
	b.mu.Unlock()
	if !worth {
		return false, nil
	}
	return b.change(ctx, func(r *record, damaged bool) *proposal { return b.share.propose(r, damaged, at, b.g.now()) })
}

// change saves what propose makes of the record, and reports whether there is more in it for us.
func (b *bucket) change(ctx context.Context, propose func(r *record, damaged bool) *proposal) (gained bool, err error) {
	err = b.g.o.Store.Update(ctx, b.name, func(old []byte, save func([]byte) error) error {
		r, damaged, err := b.decode(old)
		if err != nil {
			return err
		}
		b.mu.Lock()
		p := propose(r, damaged)
		b.mu.Unlock()
		if p == nil {
			return nil
		}
		value, err := p.next.encode()
		if err == nil {
			err = save(value)
		}
		b.mu.Lock()
		b.share.confirm(p, err == nil)
		b.mu.Unlock()
		gained = p.gains && err == nil
		return err
	})
	return gained, err
}

func (b *bucket) decode(value []byte) (r *record, damaged bool, err error) {
	r, err = decode(value, len(b.key.limit.Windows))
	if errors.Is(err, errDamaged) {
		return r, true, nil
	}
	return r, false, err
}

// leave gives back what is leased.
func (b *bucket) leave(ctx context.Context) error {
	b.mu.Lock()
	until := b.share.until
	b.mu.Unlock()
	if until.IsZero() {
		return nil // nothing ever was
	}
	at, err := b.g.reading(ctx)
	if err != nil {
		return err
	}
	_, err = b.change(ctx, func(r *record, damaged bool) *proposal { return b.share.leave(r, damaged, at, b.g.now()) })
	return err
}
