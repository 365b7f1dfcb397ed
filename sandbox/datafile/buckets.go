package datafile

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"

	"go.etcd.io/bbolt"

	"github.com/ringcx-go/ringcx/sandbox"
)

// layout is how the buckets of the database are arranged:
//
//	ringcx-sandbox
//	  layout      its number
//	  saved       the number of the last entry of the log that is in here
//	  namespaces
//	    =NAME     a bucket for each namespace that has a record
//	      KEY     a record
const layout = 2 // 1 was an SQLite database

var (
	rootBucket       = []byte("ringcx-sandbox")
	namespacesBucket = []byte("namespaces")
	layoutKey        = []byte("layout")
	savedKey         = []byte("saved")
)

// arrange makes the buckets of a new database, and chooses the number that the first entry of its log follows.
func arrange(tx *bbolt.Tx) (number uint64, err error) {
	root, err := tx.CreateBucket(rootBucket)
	if err != nil {
		return 0, err
	}
	number = 1 + rand.Uint64N(1<<62) //nolint:gosec // it only has to differ from that of another file
	_, err = root.CreateBucket(namespacesBucket)
	return number, errors.Join(err, root.Put(layoutKey, binary.AppendUvarint(nil, layout)), putSaved(tx, number))
}

// layoutIn is the layout of a database, 0 if it is in none.
func layoutIn(tx *bbolt.Tx) uint64 {
	root := tx.Bucket(rootBucket)
	if root == nil {
		return 0
	}
	found, _ := binary.Uvarint(root.Get(layoutKey))
	return found
}

// savedIn is the number of the last entry of the log that is in the database, 0 if it does not say.
func savedIn(tx *bbolt.Tx) uint64 {
	number, _ := binary.Uvarint(tx.Bucket(rootBucket).Get(savedKey))
	return number
}

func putSaved(tx *bbolt.Tx, number uint64) error {
	return tx.Bucket(rootBucket).Put(savedKey, binary.AppendUvarint(nil, number))
}

func namespacesIn(tx *bbolt.Tx) *bbolt.Bucket { return tx.Bucket(rootBucket).Bucket(namespacesBucket) }

func bucketName(namespace string) []byte { return append([]byte("="), namespace...) }

// recordKey is the key of a record. Of a text that is too long for a database, it has the begin.
func recordKey(r sandbox.Record) string {
	const most = 1024 // bytes
	key := r.Kind + "\x00" + r.Key
	if len(key) > most {
		sum := sha256.Sum256([]byte(key))
		key = key[:most] + string(sum[:])
	}
	return key
}
