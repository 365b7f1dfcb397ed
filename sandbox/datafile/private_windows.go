package datafile

import "os"

// noFollow has no equal there: what is opened is looked at again.
const noFollow = 0

// checkOwner leaves it to the directory whose file it is.
func checkOwner(string, os.FileInfo) error { return nil }

// tighten leaves it to the directory who reads f.
func tighten(*os.File, os.FileInfo) (bool, error) { return false, nil }
