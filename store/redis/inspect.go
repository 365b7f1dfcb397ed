package redis

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
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
