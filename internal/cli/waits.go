package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/usage"
)

// usualWait is how long a command waits for a vendor or another process that is busy, unless --max-wait says otherwise.
const usualWait = 2 * time.Minute

// checkWaits refuses limits that are none.
func (a *app) checkWaits(cmd *cobra.Command) error {
	if flag := cmd.Flag("timeout"); flag != nil && flag.Changed && a.Timeout <= 0 && flag == cmd.Root().PersistentFlags().Lookup("timeout") {
		return usage.New("--timeout must be positive", "give a duration such as 90s or 5m")
	}
	if a.MaxWait < 0 {
		return usage.New("--max-wait must not be negative", "give a duration such as 30s, or 0s not to wait")
	}
	return nil
}
