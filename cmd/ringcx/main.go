// Command ringcx signs in to RingCX, keeps the tokens alive, calls the API, and emulates the vendor for those who
// have no production account. Run "ringcx demo" to see all of it, "ringcx help" for the rest.
package main

import (
	"os"

	"github.com/ringcx-go/ringcx/internal/cli"
)

func main() {
	os.Exit(cli.Main(cli.System()))
}
