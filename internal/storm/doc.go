// Package storm kills real processes that share one real store, and counts what the vendor saw of it. It has tests only:
//
//	go test -tags storm ./internal/storm -v                       # some hundred kills for each store
//	go test -tags storm ./internal/storm -v -run Random -storm.kills 5000 -timeout 2h
//	go test -tags storm ./internal/storm -v -run Random -storm.seed 7
//
// The test binary runs itself as the workers. Each lineage has a vendor of its own, because the vendor's limit of five
// exchanges a minute is what bounds the number of kills that a lineage can live through without a wait.
//
// It is not part of 'make test' yet, but of 'make storm': one case, a worker stopped while its request is on the way,
// has waited in vain for another to take over on a busy machine, and why is not known.
package storm
