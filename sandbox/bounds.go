package sandbox

import (
	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
)

// Bounds of this program, not of the vendor.
const (
	sessionsRoom  = 4_096 * 512 // that a server and its namespaces do together
	snapshotLimit = 64 << 20    // bytes of a snapshot that is posted
	uploadLimit   = 1 << 30     // bytes of one that is refused and still read, for those who would not see the answer
	snapshotsMost = 4           // that are on their way at a time
	objectsMost   = 64 << 20    // weight of what others made or changed in a server and its namespaces, each at least objectLeast
	objectShare   = 128 << 10   // of which each of them has so much whatever the others do
	objectLeast   = 1 << 10
	restoredMost  = objectsMost * 3 / 2 // with what a snapshot that is posted brings, so that one of a full server is taken
	snapshotMost  = 3 * snapshotLimit   // weight of one that is posted
	snapshotsRoom = 4 * snapshotLimit   // weight of all that are on their way
	objectWeight  = 128                 // bytes that an object in JSON takes besides its text
	elementWeight = 16                  // that an element of a list or of an object does
	escapeWeight  = 3                   // that an escaped character does not
	clockMost     = 100 * contract.Year // how far the clock can be moved
)
