// Package redis is a Store in Redis (5 or newer) or Valkey, for programs on many machines that share lineages.
//
// Each lineage is a hash, at Store.Prefix and the key: value, generation, holder and the end of the holder's lease, by
// the server's clock; the clocks of the machines do not matter. A holder renews its lease while it works. When it dies
// another takes over after Store.Lease; when it is only slow and another has taken over, what it saves is refused, by
// the script that would have saved it. That a lease is free is told by PUBLISH, and found by looking where nobody is
// told. Nothing expires by itself.
//
// # What Redis can lose
//
// Redis acknowledges a write before it is safe unless told otherwise. A lost save can be the only copy of a refresh
// token, and then a new login is needed, by a person if no JWT is at hand; it can also be the note that a request was
// sent, and then the request is sent again.
//
//   - appendonly yes with appendfsync always: an acknowledged save survives a crash of Redis and of its machine.
//   - appendonly yes with appendfsync everysec, its default: it survives a crash of Redis; a crash of the machine loses
//     about the last second.
//   - appendonly no, the default: a crash or restart loses everything since the last snapshot.
//   - A failover to a replica, by Sentinel, Cluster or a cloud provider, loses what the replica had not yet received,
//     whatever the settings: replication is asynchronous.
//
// [Open] asks the server and Store.Warnings tells what it found. In every case a holder from before the loss cannot
// overwrite what was saved after it by another. Where no lineage may be lost use PostgreSQL.
//
// Values hold secrets and are stored as they are: let only these programs' user read the keys, connect with rediss://,
// and mind who can read snapshots.
package redis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/ringcx-go/ringcx/store/internal/lease"
	"github.com/ringcx-go/ringcx/store/internal/reach"
)

// Store implements ringcx.Store. It is made by [Open] or [New]. The fields are set before its first use.
type Store struct {
	// Prefix is what the names of all keys begin with, "ringcx:" if empty.
	Prefix string
	// Lease is how long a holder that died keeps others waiting, ten seconds if zero. A holder that is alive and
	// reaches the server keeps the key as long as it needs it.
	Lease time.Duration
	// Poll is the longest time between two looks at a lease that another holds, half a second if zero. It matters
	// only where notifications do not arrive.
	Poll time.Duration

	client   redis.UniversalClient
	own      bool // the client is closed with the Store
	place    string
	warnings []string
	leases   lease.Leases
}

const form = "write redis://user:password@host:6379/0, with special characters of the password percent-encoded: / as %2F, # as %23, ? as %3F" //nolint:gosec // nobody's

// splits tells a URL in which a password would end before it does: user and password end with the last @ before a slash, a question
// mark or a number sign, and none comes behind those. The driver would take a part of them for a host, whose name goes to servers
// and into errors.
func splits(url string) bool {
	_, rest, _ := strings.Cut(url, "://")
	i := strings.IndexAny(rest, "/?#")
	return i >= 0 && strings.ContainsAny(rest[i:], "@#")
}

// Open connects to the server of a URL: redis://user:password@host:6379/0, or rediss:// for TLS.
func Open(ctx context.Context, url string) (*Store, error) {
	options, err := redis.ParseURL(url)
	if err != nil || splits(url) {
		// What the parser says can hold parts of the password.
		return nil, &reach.Error{
			Server: product, Op: reach.OpURL, Cause: errors.New("it is not one"),
			Remedy: form,
		}
	}
	options.ContextTimeoutEnabled = true // else a call outlives the time its caller gave it
	options.MaxRetries = -1              // the Store repeats by itself, and knows for how long
	options.Dialer = quiet(options)
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	client := redis.NewClient(options)
	trying, end := reach.Meanwhile(ctx, judge(options))
	s, err := New(trying, client)
	end()
	if err != nil {
		_ = client.Close() // what went wrong before is the news
		return nil, blame(ctx, trying, options, err)
	}
	s.own = true
	s.place = fmt.Sprintf("%s %s %d", options.Network, options.Addr, options.DB)
	return s, nil
}

// blame is err, or what is against the server itself.
func blame(ctx, trying context.Context, options *redis.Options, err error) error {
	var found *reach.Error
	if errors.As(context.Cause(trying), &found) {
		return found
	}
	if ctx.Err() == nil && errors.As(err, &found) && found.Op == reach.OpConnect && reach.IsCut(found.Cause) {
		if found := judge(options)(ctx); found != nil {
			return found
		}
	}
	return err
}

// New is [Open] with a client of the caller's, of a Sentinel or a Cluster for example, who closes it after the Store.
func New(ctx context.Context, client redis.UniversalClient) (*Store, error) {
	s := &Store{client: client, place: fmt.Sprintf("%p", client)}
	s.leases.Engine = steps{s}
	err := s.leases.Patiently(ctx, lease.Patience, lease.Default, func(try context.Context) error {
		return explain(reach.OpConnect, client.Ping(try).Err())
	})
	if err != nil {
		return nil, err
	}
	s.warnings = inspect(ctx, client)
	return s, nil
}

// Close ends all connections. It is called when no Update is under way any more.
func (s *Store) Close() {
	s.leases.Close()
	if s.own {
		_ = s.client.Close()
	}
}

// Warnings says how the server, as it was configured at [Open], can lose what it has acknowledged. Nil: it cannot.
func (s *Store) Warnings() []string { return s.warnings }

// Place tells the database and the prefix, so that sessions of a process that were given several Stores of one URL, or of one
// client, know it.
func (s *Store) Place() string { return fmt.Sprintf("redis: %s %q", s.place, s.prefix()) }

// Load implements ringcx.Store.
func (s *Store) Load(ctx context.Context, key string) ([]byte, error) {
	if err := lease.CheckKey(key); err != nil {
		return nil, err
	}
	var value []byte
	err := s.leases.Patiently(ctx, lease.Patience, lease.OneTry, func(try context.Context) (err error) {
		value, err = s.client.HGet(try, s.name(key), "value").Bytes()
		if errors.Is(err, redis.Nil) {
			value, err = nil, nil
		}
		return explain("load a lineage", err)
	})
	return value, err
}

// Update implements ringcx.Store. A save goes on, for the length of a lease at most, when ctx has ended.
func (s *Store) Update(ctx context.Context, key string, fn func(old []byte, save func([]byte) error) error) error {
	if err := lease.CheckKey(key); err != nil {
		return err
	}
	return s.leases.Update(ctx, lease.Timing{Lease: s.Lease, Poll: s.Poll}, key, fn)
}

func (s *Store) name(key string) string { return s.prefix() + key }

func (s *Store) prefix() string {
	if s.Prefix == "" {
		return "ringcx:"
	}
	return s.Prefix
}
