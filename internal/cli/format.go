package cli

import (
	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/rows"
)

// formatFlags are the flags that say how a command prints rows. They are checked before the command does anything.
func formatFlags(cmd *cobra.Command) *rows.Format {
	format := &rows.Format{}
	f := cmd.Flags()
	f.BoolVar(&format.JSON, "json", false, "print the vendor's answer as JSON")
	f.BoolVar(&format.CSV, "csv", false, "print CSV with a header, for spreadsheets")
	f.StringVar(&format.JQ, "jq", "", "print what a filter of jq makes of the JSON, texts without quotes, `EXPR`")
	cmd.PreRunE = func(*cobra.Command, []string) error { return format.Check() }
	return format
}
