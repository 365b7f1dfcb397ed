package brokercmd

import "io/fs"

// strange is of no use here: files have no numbers of users.
func strange(fs.FileInfo) (uid int, is bool) { return 0, false }
