package redis

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringcx-go/ringcx/store/internal/lease"
)

// clock is the server's, in milliseconds. Numbers are written out: Lua would round them to 14 digits.
const clock = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local function extend(ms) redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + ms)) end
`

// The scripts take one key and ARGV: holder, lease in milliseconds, then what is their own.
var (
	scriptTake = redis.NewScript(clock + `
local h = redis.call('HMGET', KEYS[1], 'until', 'holder', 'generation', 'value')
local left = (tonumber(h[1]) or 0) - now
if left > 0 and h[2] ~= ARGV[1] then return {0, left} end
redis.call('HSET', KEYS[1], 'holder', ARGV[1])
extend(ARGV[2])
return {1, tonumber(h[3]) or 0, h[4]}
`)

	scriptKeep = redis.NewScript(clock + `
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
extend(ARGV[2])
return 1
`)

	// The generation refuses a save that comes after a later one of the same holder: one whose connection was given up.
	scriptSave = redis.NewScript(clock + `
local h = redis.call('HMGET', KEYS[1], 'holder', 'generation')
if h[1] ~= ARGV[1] or (tonumber(h[2]) or 0) > tonumber(ARGV[3]) then return 0 end
if ARGV[4] == '1' then redis.call('HSET', KEYS[1], 'value', ARGV[5]) else redis.call('HDEL', KEYS[1], 'value') end
redis.call('HSET', KEYS[1], 'generation', ARGV[3])
extend(ARGV[2])
return 1
`)

	// Who may not publish still releases: others find out by looking.
	scriptRelease = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'holder', 'until')
if redis.call('HEXISTS', KEYS[1], 'value') == 0 then redis.call('DEL', KEYS[1]) end
redis.pcall('PUBLISH', ARGV[2], KEYS[1])
return 1
`)
)

// steps are what the server does for the leases, as [lease.Engine] says.
type steps struct{ *Store }

func (s steps) Take(ctx context.Context, key, holder string, length time.Duration) (lease.Claim, error) {
	const op = "take the lease on a lineage"
	answer, err := scriptTake.Run(ctx, s.client, []string{s.name(key)}, holder, length.Milliseconds()).Slice()
	if err != nil {
		return lease.Claim{}, explain(op, err)
	}
	if len(answer) == 2 {
		left, _ := answer[1].(int64)
		return lease.Claim{Left: time.Duration(left) * time.Millisecond}, nil
	}
	if len(answer) != 3 {
		return lease.Claim{}, explain(op, fmt.Errorf("unexpected answer of %d parts", len(answer)))
	}
	c := lease.Claim{Taken: true}
	c.Number, _ = answer[1].(int64)
	if value, ok := answer[2].(string); ok {
		c.Value = []byte(value)
	}
	return c, nil
}

func (s steps) Keep(ctx context.Context, key, holder string, length time.Duration) (bool, error) {
	done, err := scriptKeep.Run(ctx, s.client, []string{s.name(key)}, holder, length.Milliseconds()).Bool()
	return done, explain("renew the lease on a lineage", err)
}

func (s steps) Save(ctx context.Context, key, holder string, number int64, value []byte, length time.Duration) (bool, error) {
	done, err := scriptSave.Run(ctx, s.client, []string{s.name(key)}, holder, length.Milliseconds(), number, value != nil, value).Bool()
	return done, explain("save a lineage", err)
}

func (s steps) Release(ctx context.Context, key, holder string) error {
	return explain("release the lease on a lineage", scriptRelease.Run(ctx, s.client, []string{s.name(key)}, holder, s.channel()).Err())
}

// listen has a connection of its own. go-redis does not end a read with its context, so the subscription is closed.
func (s steps) Listen(ctx context.Context, ring func(string)) error {
	sub := s.client.Subscribe(ctx, s.channel())
	defer func() { _ = sub.Close() }()
	defer context.AfterFunc(ctx, func() { _ = sub.Close() })()
	if _, err := sub.Receive(ctx); err != nil {
		return err
	}
	ring("")
	for {
		m, err := sub.ReceiveMessage(ctx)
		if err != nil {
			return err
		}
		ring(strings.TrimPrefix(m.Payload, s.prefix()))
	}
}

func (s *Store) channel() string { return s.prefix() + "released" }
