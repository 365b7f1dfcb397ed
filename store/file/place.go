package file

import "path/filepath"

// Place tells the directory, so that sessions of a process that were given Stores of the same one know it.
func (s *Store) Place() string {
	if dir, err := filepath.Abs(s.Dir); err == nil {
		return "file:" + dir
	}
	return "file:" + s.Dir
}
