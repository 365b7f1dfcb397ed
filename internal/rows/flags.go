package rows

import "github.com/spf13/cobra"

// Flags are the flags that say how a command prints rows. They are checked before the command does anything.
func Flags(cmd *cobra.Command) *Format {
	format := &Format{}
	f := cmd.Flags()
	f.BoolVar(&format.JSON, "json", false, "print the vendor's answer as JSON")
	f.BoolVar(&format.CSV, "csv", false, "print CSV with a header, for spreadsheets")
	f.StringVar(&format.JQ, "jq", "", "print what an `expression` of jq makes of the JSON")
	cmd.PreRunE = func(*cobra.Command, []string) error { return format.Check() }
	return format
}
