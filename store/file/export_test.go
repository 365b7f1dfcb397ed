package file

// Await is how Update waits for a lock.
var Await = await
