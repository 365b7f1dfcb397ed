package cli

import (
	"io"
	"log"

	"github.com/redis/go-redis/v9/logging"
)

// hushLibraries keeps libraries from writing to the terminal by themselves: net/http repeats there what servers send, as it
// is, and go-redis says of connections what the command says in its own words.
func hushLibraries() {
	log.SetOutput(io.Discard)
	logging.Disable()
}
