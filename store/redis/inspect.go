package redis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/ringcx-go/ringcx/store/internal/lease"
)

// inspect asks the server how it can lose what it has acknowledged.
func inspect(ctx context.Context, client redis.UniversalClient) []string {
	var all []string
	setting := func(name string) (string, error) {
		got, err := client.ConfigGet(ctx, name).Result()
		if err == nil && got[name] == "" {
			err = fmt.Errorf("it has no setting %s", name)
		}
		return got[name], err
	}
	only, err := setting("appendonly")
	fsync, err2 := setting("appendfsync")
	switch {
	case err != nil || err2 != nil:
		all = append(all, fmt.Sprintf("Redis does not say whether an acknowledged save survives a crash (%v): it does with appendonly yes "+
			"and appendfsync always", errors.Join(err, err2)))
	case only != "yes":
		all = append(all, "Redis runs with appendonly "+only+": a crash or restart loses acknowledged saves; set appendonly yes and appendfsync always")
	case fsync != "always":
		all = append(all, "Redis runs with appendfsync "+fsync+": a crash of its machine loses acknowledged saves; set appendfsync always")
	}
	if policy, err := setting("maxmemory-policy"); err == nil && strings.HasPrefix(policy, "allkeys") {
		all = append(all, "Redis runs with maxmemory-policy "+policy+": when memory is short it deletes lineages; set noeviction or a volatile policy")
	}
	if info, err := client.Info(ctx, "replication").Result(); err == nil && !strings.Contains(info, "connected_slaves:0") {
		all = append(all, "Redis has replicas: a failover loses acknowledged saves that the new primary had not yet received")
	}
	return all
}

const opURL = "read the URL"

// storeError is what Redis or the way to it refused.
type storeError struct {
	op     string
	cause  error
	remedy string
}

func (e *storeError) Error() string {
	return "Redis store: cannot " + e.op + ": " + lease.Plain(e.cause)
}

// Setting says whether the store's URL cannot be understood, so that no server was asked.
func (e *storeError) Setting() bool { return e.op == opURL }

// Hint is what can be done about it, "" if nothing better than the error can be said.
func (e *storeError) Hint() string { return e.remedy }

// Unwrap returns what the driver said.
func (e *storeError) Unwrap() error { return e.cause }

// hints are for people who set a store up, by the first word of Redis's error.
var hints = map[string]string{
	"WRONGPASS": "check user and password in the store's URL",
	"NOAUTH":    "put user and password into the store's URL",
	"NOPERM": "let the user of the store's URL do this: ACL SETUSER name ~ringcx:* &ringcx:* +@hash +@scripting +@pubsub +time +ping " +
		"+info +config|get",
	"READONLY": "this server is a replica: name the primary in the store's URL",
	"OOM":      "the server's memory is full: raise maxmemory",
	"MISCONF":  "the server cannot write to its disk: see its log",
}

func explain(op string, err error) error {
	if err == nil {
		return nil
	}
	e := &storeError{op: op, cause: err}
	for code, hint := range hints {
		if redis.HasErrorPrefix(err, code) {
			e.remedy = hint
		}
	}
	var dial *dialError
	if errors.As(err, &dial) {
		e.remedy = "check that Redis runs and that the store's URL names its host and port"
	}
	return e
}

// Passing implements lease.Engine.
func (s steps) Passing(err error) bool {
	for _, code := range []string{"LOADING", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "BUSY", "READONLY"} {
		if redis.HasErrorPrefix(err, code) {
			return true
		}
	}
	var dial *dialError
	var network net.Error
	return errors.As(err, &dial) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, redis.ErrPoolTimeout) ||
		errors.As(err, &network) && !errors.Is(err, context.Canceled)
}
