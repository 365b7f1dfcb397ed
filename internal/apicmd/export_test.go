package apicmd

// IsWhole says whether data is one JSON value, as far as an outline of it tells.
func IsWhole(data []byte) bool {
	o := &outline{}
	for _, b := range data { // however it comes
		_, _ = o.Write([]byte{b})
	}
	return o.whole()
}

// Understood is the path of the API that was meant.
var Understood = understood
