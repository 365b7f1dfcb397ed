// Package sim runs many programs against one store and one vendor under a seeded scheduler and a virtual clock, with
// everything going wrong that can, and checks the engine's promises after each event. It has tests only:
//
//	go test ./internal/sim                       # a hundred seeds
//	go test ./internal/sim -sim.seeds 1000000    # many
//	go test ./internal/sim -sim.seed 4711 -v     # one, with its story
//
// One goroutine runs at a time, so that a seed replays; the race detector would find nothing here, and is left out.
package sim
