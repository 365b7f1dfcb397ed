package datafile

import (
	"bytes"
	"maps"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/ringcx-go/ringcx/sandbox"
)

// pending is what was saved and is not in the database yet, by namespace.
type pending map[string]*change

// change is what became of a namespace.
type change struct {
	replace bool                      // nothing is left of what the database has
	records map[string]sandbox.Record // by their keys in the database; nil for a value: it is gone
}

func (p pending) add(s save) {
	c := p[s.namespace]
	if c == nil || s.replace {
		c = &change{s.replace, map[string]sandbox.Record{}}
		p[s.namespace] = c
	}
	for _, r := range s.records {
		r.Value = bytes.Clone(r.Value)
		c.records[recordKey(r)] = r
	}
}

// recordsOf are the records of a namespace. They stay when the transaction ends.
func (p pending) recordsOf(tx *bbolt.Tx, namespace string) (records []sandbox.Record, err error) {
	c := p[namespace]
	if c == nil {
		c = &change{}
	}
	if b := namespacesIn(tx).Bucket(bucketName(namespace)); b != nil && !c.replace {
		err = b.ForEach(func(key, value []byte) error {
			if _, changed := c.records[string(key)]; changed {
				return nil
			}
			r := reader{rest: bytes.Clone(value)}
			records = append(records, r.record())
			return r.err
		})
	}
	for _, r := range c.records {
		if r.Value != nil {
			records = append(records, r)
		}
	}
	return records, err
}

// namespaces are those that have a record.
func (p pending) namespaces(tx *bbolt.Tx) (names []string, err error) {
	err = namespacesIn(tx).ForEachBucket(func(name []byte) error {
		if namespace := string(name[len(bucketName("")):]); p[namespace] == nil {
			names = append(names, namespace)
		}
		return nil
	})
	for namespace := range p {
		if err == nil {
			var records []sandbox.Record
			if records, err = p.recordsOf(tx, namespace); len(records) > 0 {
				names = append(names, namespace)
			}
		}
	}
	slices.Sort(names)
	return names, err
}

// moveTo puts all of it into the database.
func (p pending) moveTo(tx *bbolt.Tx) error {
	for _, namespace := range slices.Sorted(maps.Keys(p)) {
		if err := p[namespace].moveTo(namespacesIn(tx), bucketName(namespace)); err != nil {
			return err
		}
	}
	return nil
}

func (c *change) moveTo(namespaces *bbolt.Bucket, name []byte) error {
	if c.replace && namespaces.Bucket(name) != nil {
		if err := namespaces.DeleteBucket(name); err != nil {
			return err
		}
	}
	b, err := namespaces.CreateBucketIfNotExists(name)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(c.records)) {
		if r := c.records[key]; r.Value == nil {
			err = b.Delete([]byte(key))
		} else {
			err = b.Put([]byte(key), appendRecord(nil, r))
		}
		if err != nil {
			return err
		}
	}
	if first, _ := b.Cursor().First(); first == nil {
		return namespaces.DeleteBucket(name)
	}
	return nil
}
