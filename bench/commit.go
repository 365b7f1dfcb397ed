package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ringcx-go/ringcx/store/file"
)

const saves = 300

// commits are durable saves: the file store against what the operating system asks for at least.
func commits() error {
	dir, err := os.MkdirTemp(".", "bench-store-") // here, and not in /tmp, which may be memory
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	store := &file.Store{Dir: filepath.Join(dir, "store")}
	path := filepath.Join(dir, "bare", "value")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	value := make([]byte, 2000) // about a lineage
	var floor, save, update []float64
	for range saves {
		err := measure(&floor, func() error { return bare(path, value) })
		if err != nil {
			return err
		}
		err = measure(&update, func() error {
			return store.Update(context.Background(), "k", func(_ []byte, durably func([]byte) error) error {
				return measure(&save, func() error { return durably(value) })
			})
		})
		if err != nil {
			return err
		}
	}
	fmt.Printf("a durable save of %d bytes, median of %d\n", len(value), saves)
	fmt.Printf("  write, fsync, rename, fsync  %8.0f µs\n", median(floor))
	fmt.Printf("  save in the file store       %8.0f µs  %.2f times as long\n", median(save), median(save)/median(floor))
	fmt.Printf("  Update with one save         %8.0f µs  %.2f times as long\n", median(update), median(update)/median(floor))
	return nil
}

// measure adds the microseconds that do takes.
func measure(all *[]float64, do func() error) error {
	begin := time.Now()
	err := do()
	*all = append(*all, float64(time.Since(begin).Nanoseconds())/1000)
	return err
}

// bare replaces a file durably, and does nothing else.
func bare(path string, value []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // our own directory
	if err != nil {
		return err
	}
	if _, err := f.Write(value); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close(), os.Rename(path+".new", path)); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
