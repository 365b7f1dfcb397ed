// Package storm kills real processes that share one real store, and counts what the vendor saw of it. It has tests only,
// a step of 'make test' and by themselves 'make storm':
//
//	go test -tags storm ./internal/storm -v                       # some hundred kills
//	go test -tags storm ./internal/storm -v -run Random -storm.kills 5000 -timeout 2h
//	go test -tags storm ./internal/storm -v -run Random -storm.seed 7
//	RINGCX_STORM_BROKERS=5m go test -tags storm ./internal/storm -v -run Brokers -timeout 20m
//
// The test binary runs itself as the workers. Each lineage has a vendor of its own, whose tokens live a second, so that
// somebody always renews. The vendor's limit of five exchanges a minute bounds the number of kills that a lineage can
// live through without a wait; then another one takes its place.
//
// Kills are aimed at a moment of a renewal, by the vendor's side or by the worker's own store, or fall at random: at
// whoever begins a phase of a renewal, at whoever asks the vendor, at anybody. Random kills fall on servers too, which
// are also ended in good order, while workers use them. A worker killed in mid-renewal is one that had said it began
// and not that it had ended: that is counted, not assumed.
//
// Brokers are three processes of 'ringcx broker' with one login, and three hundred callers, each of which goes on with the
// next broker when one does not answer. Brokers, their store and the vendor are killed, stopped, held up and cut off in
// turn, some while the vendor is asked for a token. An error that a caller sees counts as avoidable if the broker had
// handed out a token before, since it was started, that outlived the answer by half a second, and could be reached all the
// while (and so could the vendor, for what is forwarded): that the store could not is no excuse. 429 of the broker's is
// an answer: the callers ask for more than the vendor allows.
//
// Nothing else here passes or fails by how long it took, within a limit for a hang. What stops a process waits until it
// stands still: a signal that was sent is not one that was obeyed.
package storm
