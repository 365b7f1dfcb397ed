package sandbox

import (
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
)

// Bounds of this program, not of the vendor.
const (
	tokensKept    = 100_000         // tokens of each kind remembered, at least
	sessionsMost  = 512 * 512       // sessions, and sign-ins, that a server remembers
	sessionsRoom  = 4_096 * 512     // that a server and its namespaces do together
	sessionsLeast = 2 * 512         // that each of them may, also if there is no room left
	browsersKept  = 1_000           // browsers, and pages that they are on, remembered, at least
	tokensSeen    = 2_000           // RingCX access tokens whose signature is not checked again, at least
	hostileDelay  = 2 * time.Second // longest delay of a hostile day, unless it is told otherwise
	hostilePaths  = 10_000          // methods and paths that a hostile day counts one by one
	snapshotLimit = 64 << 20        // bytes of a snapshot that is posted
	uploadLimit   = 1 << 30         // bytes of one that is refused and still read, for those who would not see the answer
	snapshotsMost = 4               // that are on their way at a time
	largeAnswer   = 2 << 20         // bytes of the "large" fault
	codesKept     = 10_000          // authorization codes, and login codes, remembered, at least
	mailsKept     = 1_000           // mails about passwords remembered, at least
	apiTokensMost = 1_000           // API tokens of a user; one more takes the place of the oldest
	faultsMost    = 1_000           // that are armed
	textMost      = 2 << 10         // bytes of a text that is remembered as it was sent
	nameMost      = 256             // bytes of a name, or a password, that is
	objectsMost   = 64 << 20        // weight of what others made or changed in a server and its namespaces, each at least objectLeast
	objectShare   = 128 << 10       // of which each of them has so much whatever the others do
	objectLeast   = 1 << 10
	restoredMost  = objectsMost * 3 / 2 // with what a snapshot that is posted brings, so that one of a full server is taken
	snapshotMost  = 3 * snapshotLimit   // weight of one that is posted
	snapshotsRoom = 4 * snapshotLimit   // weight of all that are on their way
	objectWeight  = 128                 // bytes that an object in JSON takes besides its text
	elementWeight = 16                  // that an element of a list or of an object does
	escapeWeight  = 3                   // that an escaped character does not
	maxDelay      = time.Hour
	clockMost     = 100 * contract.Year // how far the clock can be moved
)
