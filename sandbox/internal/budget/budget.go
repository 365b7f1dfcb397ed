// Package budget bounds what requests can make a process hold: how much the objects weigh that were made in a server and its
// namespaces, how large snapshots are, and how many of them are on their way at a time. All of it are bounds of this program,
// none of the vendor.
package budget

// Bounds of this program, not of the vendor.
const (
	objectsMost   = 64 << 20  // weight of what others made or changed in a server and its namespaces, each at least ObjectLeast
	ObjectShare   = 128 << 10 // of which each of them has so much whatever the others do
	ObjectLeast   = 1 << 10
	RestoredMost  = objectsMost * 3 / 2 // with what a snapshot that is posted brings, so that one of a full server is taken
	ObjectWeight  = 128                 // bytes that an object in JSON takes besides its text
	elementWeight = 16                  // that an element of a list or of an object does
	escapeWeight  = 3                   // that an escaped character does not
	SnapshotLimit = 64 << 20            // bytes of a snapshot that is posted
	UploadLimit   = 1 << 30             // bytes of one that is refused and still read, for those who would not see the answer
	SnapshotsMost = 4                   // that are on their way at a time
	SnapshotMost  = 3 * SnapshotLimit   // weight of one that is posted
	SnapshotsRoom = 4 * SnapshotLimit   // weight of all that are on their way
)

// HeavyError is why a snapshot is too much for one that is posted.
type HeavyError string

// Error says what is too much, and how such a snapshot can be taken all the same.
func (h HeavyError) Error() string {
	return "the snapshot is too much: " + string(h) + "; a sandbox that is started with --snapshot FILE takes it"
}
