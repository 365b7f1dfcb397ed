package file

// Await is how Update waits for a lock.
var Await = await

// Synced is what is made of an error of fsync.
var Synced = synced
