// Package datafile keeps the state of a sandbox in a file, an SQLite database.
//
// What was saved survives the end of the process, however that comes, and an end of the machine but for what was saved
// in its last moments. One process uses a file at a time.
package datafile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver

	"github.com/ringcx-go/ringcx/sandbox"
)

// version is the layout of the tables, kept as the user_version of the database.
const version = 1

const layout = `
CREATE TABLE records (
	namespace TEXT NOT NULL,
	kind      TEXT NOT NULL,
	key       TEXT NOT NULL,
	value     TEXT NOT NULL,
	PRIMARY KEY (namespace, kind, key)
) WITHOUT ROWID;
PRAGMA user_version = 1;`

// whole is the context of everything here: what is begun is finished, because a server waits for it and would not know
// what to believe otherwise.
var whole = context.Background()

// File is a sandbox.Keeper. Make one with Open, and Close it.
type File struct {
	db   *sql.DB
	path string
	info os.FileInfo // which file it was when it was opened

	opened []string
}

// Open opens the file at path, which it makes if there is none, readable by its owner only: it holds the secrets of the
// sandbox's apps. It fails if another process has it open, or if it is something else: a link, a pipe, a file of another
// user. The same holds for the files that SQLite keeps beside it.
func Open(path string) (*File, error) {
	info, opened, err := claim(path)
	if err != nil {
		return nil, err
	}
	at, err := address(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", at+
		"?_pragma=locking_mode(EXCLUSIVE)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	f := &File{db, path, info, opened}
	err = f.prepare()
	if err == nil {
		err = f.inPlace()
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return f, nil
}

// address is the URI of a file.
func address(path string) (string, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	full = filepath.ToSlash(full)
	if !strings.HasPrefix(full, "/") {
		full = "/" + full // of a drive
	}
	return "file://" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(full), nil
}

// prepare takes the lock, and makes the tables of a new file.
func (f *File) prepare() error {
	tx, err := f.db.BeginTx(whole, nil)
	if err != nil {
		return f.explain(err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	var found, tables int
	err = tx.QueryRowContext(whole, "SELECT user_version, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version").Scan(&found, &tables)
	switch {
	case err != nil:
		return f.explain(err)
	case found == version:
		return nil
	case found != 0:
		return fmt.Errorf("%s was written by a newer version of ringcx (layout %d, this one knows %d)", f.path, found, version)
	case tables > 0:
		return fmt.Errorf("%s is a database of something else", f.path)
	}
	if _, err = tx.ExecContext(whole, layout); err == nil {
		err = tx.Commit()
	}
	return f.explain(err)
}

// explain says in words what people can do something about.
func (f *File) explain(err error) error {
	if err == nil {
		return nil
	}
	switch text := err.Error(); {
	case strings.Contains(text, "SQLITE_BUSY"), strings.Contains(text, "database is locked"):
		return fmt.Errorf("%s is in use by another process", f.path)
	case strings.Contains(text, "not a database"):
		return fmt.Errorf("%s is not a file of the sandbox", f.path)
	}
	return fmt.Errorf("%s: %w", f.path, err)
}

// Load implements sandbox.Keeper.
func (f *File) Load(namespace string, yield func(sandbox.Record) error) error {
	rows, err := f.db.QueryContext(whole, "SELECT kind, key, value FROM records WHERE namespace = ?", namespace)
	if err != nil {
		return f.explain(err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	for rows.Next() {
		var r sandbox.Record
		err := rows.Scan(&r.Kind, &r.Key, (*[]byte)(&r.Value))
		if err == nil {
			err = yield(r)
		}
		if err != nil {
			return f.explain(err)
		}
	}
	return f.explain(rows.Err())
}

// inPlace fails if another file is there than that which was claimed.
func (f *File) inPlace() error {
	if info, err := os.Lstat(f.path); err != nil || !os.SameFile(info, f.info) {
		return fmt.Errorf("%s was deleted or replaced while it was in use", f.path)
	}
	return nil
}

// WasOpen lists the paths that other users could read until Open made them private: what is in them may be known.
func (f *File) WasOpen() []string { return f.opened }

// Save implements sandbox.Keeper. It fails if the file was deleted or replaced since Open: nobody would find there what it
// saves.
func (f *File) Save(namespace string, replace bool, records []sandbox.Record) error {
	if err := f.inPlace(); err != nil {
		return err
	}
	tx, err := f.db.BeginTx(whole, nil)
	if err != nil {
		return f.explain(err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	run := func(statement string, values ...any) {
		if err == nil {
			_, err = tx.ExecContext(whole, statement, values...)
		}
	}
	if replace {
		run("DELETE FROM records WHERE namespace = ?", namespace)
	}
	for _, r := range records {
		if r.Value == nil {
			run("DELETE FROM records WHERE namespace = ? AND kind = ? AND key = ?", namespace, r.Kind, r.Key)
		} else {
			run("INSERT OR REPLACE INTO records (namespace, kind, key, value) VALUES (?, ?, ?, ?)", namespace, r.Kind, r.Key, string(r.Value))
		}
	}
	if err == nil {
		err = tx.Commit()
	}
	return f.explain(err)
}

// Namespaces implements sandbox.Keeper.
func (f *File) Namespaces() ([]string, error) {
	rows, err := f.db.QueryContext(whole, "SELECT DISTINCT namespace FROM records ORDER BY namespace")
	if err != nil {
		return nil, f.explain(err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var out []string
	for rows.Next() {
		out = append(out, "")
		if err := rows.Scan(&out[len(out)-1]); err != nil {
			return nil, f.explain(err)
		}
	}
	return out, f.explain(rows.Err())
}

// Close lets go of the file.
func (f *File) Close() error { return f.db.Close() }
