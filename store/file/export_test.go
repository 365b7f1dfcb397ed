package file

import "encoding/json"

// Await is how Update waits for a lock.
var Await = await

// Synced is what is made of an error of fsync.
var Synced = synced

// Resealed is an anchor of the clock that was changed, as if it had been written so.
func Resealed(value []byte) ([]byte, error) {
	var a anchor
	if err := json.Unmarshal(value, &a); err != nil {
		return nil, err
	}
	a.Sum = a.sum()
	return json.Marshal(a)
}
