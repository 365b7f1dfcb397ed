package ringcx_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/ringcx-go/ringcx"
)

// Update lets the process die around the save number c.at. What happens after a death does not count.
func (c *crashStore) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	return c.Memory.Update(ctx, key, func(old []byte, save func([]byte) error) error {
		return fn(old, func(value []byte) error {
			if c.dead {
				return errCrash
			}
			before := c.n
			c.n += 2
			if c.at == before {
				c.dead = true
				return errCrash
			}
			err := save(value)
			if c.at == before+1 {
				c.dead = true
				return errCrash
			}
			return err
		})
	})
}

// restart is the next process.
func (c *crashStore) restart(at int) { c.at, c.n, c.dead = at, 0, false }

// moodyStore cannot write the saves whose numbers are in fail, counted from 1 since saves was last set.
type moodyStore struct {
	*ringcx.Memory
	fail  map[int]bool
	saves int
	err   error // what those saves answer; nil: errBroken
}

func (m *moodyStore) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	return m.Memory.Update(ctx, key, func(old []byte, save func([]byte) error) error {
		return fn(old, func(value []byte) error {
			if m.fail == nil {
				return save(value)
			}
			if m.saves++; m.fail[m.saves] {
				return cmp.Or(m.err, errBroken)
			}
			return save(value)
		})
	})
}

// forgetfulStore keeps the first value of an Update only in memory, and dies before the second: an engine that sends
// before its intent is durable.
type forgetfulStore struct {
	*ringcx.Memory
	forget bool
}

func (f *forgetfulStore) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	if !f.forget {
		return f.Memory.Update(ctx, key, fn)
	}
	return f.Memory.Update(ctx, key, func(old []byte, _ func([]byte) error) error {
		saves := 0
		return fn(old, func([]byte) error {
			if saves++; saves > 1 {
				return errCrash
			}
			return nil
		})
	})
}

// id is a JSON value as the control plane takes it back.
func id(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprint(v))
	}
	return string(b)
}
