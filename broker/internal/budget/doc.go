// Package budget keeps what a fleet of brokers sends within the limits that the vendor documents, and fair among the programs
// that send it.
//
// How many requests a limit lets in is in internal/apispec/data. Which limits a request has is in budget.go, how replicas share one in
// share.go and lease.go, who has the next turn in turns.go.
//
// # What may be relied on
//
// A window that lets in n requests is n slots. A slot is one replica's at a time, and is not used again before its window has
// passed since the answer to the request that used it last. So no interval as long as the window has more than n requests in
// it, wherever on their way the vendor counts them, and whether its window slides or begins at some time of its own.
//
// Replicas lease slots from a record in their [ringcx.Store], one for each limit and account: who holds how many, until when.
// Shares follow use: what is not used is given back, and when there is not enough for all, all have the same but those who want
// less. The slots of a replica that died come back when its lease, the longest way of a request and the window are over; those of
// one that ended come back about when they would have been free there.
//
// The record is not written for each request: by a replica that uses the limit every fifteen seconds (every twelfth of a window
// that is longer than three minutes), and for every third request when eight share it. Where a window has hardly more slots than
// there are replicas, a slot goes from one to another for a request, which are two writes. A request that is refused is free.
//
// Those who wait have their turns caller by caller. While some do, slots are free again one by one, not all at the moment at
// which a window ends: a caller that asks seldom waits for a turn, not for a window, beside one that asks always.
//
// Some slots are each replica's own and need no lease, see [Options.Replicas]: they are used first, and they are what is left
// when the Store cannot be reached and the lease has ended. How many replicas are alive cannot be known then, so that only
// what was set aside before is safe.
//
// Times are those of the Store's clock if it has one: clocks of machines may differ as they like. A replica takes its lease to
// end no later than the Store does, whatever it took to ask, and measures with two clocks, of which one goes on while the machine sleeps.
//
// # What it takes for granted
//
//   - A request is at the vendor within ten seconds after [Reservation.InTime], or never.
//   - A Store that answered nil has kept what was saved. If it forgets, replicas that hold a lease notice and wait that out;
//     if it forgets while nobody holds one, the limit is as new.
//   - Clocks run alike, to a thousandth, and nobody sets the Store's.
//   - Who uses the vendor beside the brokers is seen in its 429 alone, after which all are quiet for as long as it says.
package budget
