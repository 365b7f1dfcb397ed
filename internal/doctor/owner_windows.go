package doctor

import "io/fs"

// foreign tells nothing where access lists stand in place of owners.
func foreign(fs.FileInfo, bool) bool { return false }
