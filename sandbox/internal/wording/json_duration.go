package wording

import (
	"fmt"
	"time"
)

// JSONDuration is a duration as Go writes it, "1m30s".
type JSONDuration time.Duration

// UnmarshalText reads a duration.
func (d *JSONDuration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = JSONDuration(v)
	if err != nil {
		return fmt.Errorf(`%q is not a duration such as "90s", "5m" or "192h"`, Clip(string(b)))
	}
	return nil
}

// MarshalText writes a duration as UnmarshalText reads it.
func (d JSONDuration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }
