package cli

import (
	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/demo"
)

func newDemoCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "demo", Short: "Tell the whole story on an embedded sandbox, without an account", Args: cmdline.NoArgs,
		Long: `Starts the sandbox inside this process and walks through what a RingCX token goes through: login, exchange,
calls, expiry, refresh. Every request is a real one over loopback. Exit code 0 means that every step held.`,
		RunE: func(*cobra.Command, []string) error { return demo.Run(a.Context, a.Narrator()) },
	}
}
