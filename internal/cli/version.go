package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
)

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.Stdout, "ringcx %s %s/%s %s\n", ringcx.Version, runtime.GOOS, runtime.GOARCH, runtime.Version())
			return err
		},
	}
}
