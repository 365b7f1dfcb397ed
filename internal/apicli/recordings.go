package apicli

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/integration"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/when"
	"github.com/ringcx-go/ringcx/internal/wording"
)

func newRecordingsCmd(a *Commands) *cobra.Command {
	group := cmdline.Group("recordings", "Work with recordings of calls", newRecordingsListCmd(a), newRecordingsDownloadCmd(a))
	a.accountFlag(group)
	return group
}

// span is a time that a command line names.
type span struct {
	from, to, zone string

	rcAccount string // the account at RingCentral, "" to ask for it
}

func (s *span) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.from, "from", "", "the `time` to begin with, such as -24h, yesterday or '2026-01-31 08:30'")
	f.StringVar(&s.to, "to", "", "the `time` to end with (default: as late as the vendor takes)")
	f.StringVar(&s.zone, "time-zone", "", "the `name` of the time zone of times that do not say theirs (default: this machine's)")
	f.StringVar(&s.rcAccount, "rc-account", "", "the `ID` of the account at RingCentral (default: it is looked up)")
}

// times reads the times. The end is that of what the vendor has ready, at the latest.
func (s *span) times(now time.Time) (from, to time.Time, err error) {
	zone, err := when.Zone(s.zone)
	if err != nil {
		return from, to, err
	}
	if s.from == "" {
		return from, to, usage.New("which time is meant?", "say it with --from, such as --from -24h")
	}
	to = now.Add(-integration.Settled).In(zone)
	if from, err = when.Parse(s.from, now, zone); err == nil && s.to != "" {
		var end time.Time
		if end, err = when.Parse(s.to, now, zone); err == nil && end.Before(to) {
			to = end
		}
	}
	if err == nil && !from.Before(to) {
		err = usage.New("there is no time between --from and --to", "what the vendor tells has ended five minutes ago")
	}
	return from, to, err
}

// integration is the part of the API for other systems.
func (a *Commands) integration(rcAccount string) (*integration.API, error) {
	session, acc, err := a.SignedIn()
	if err != nil {
		return nil, err
	}
	account, err := a.subaccount()
	if err != nil {
		return nil, err
	}
	api := &integration.API{Lister: a.lister(session), Base: acc.Config.Endpoint.Canonical().RingCX, RCAccount: rcAccount, Account: account}
	if rcAccount != "" {
		return api, nil
	}
	err = api.FindRCAccount(a.Context)
	return api, err
}

// print prints rows as they come from get.
func (a *Commands) print(format *rows.Format, shape rows.Shape, get func(w *rows.Writer) error) error {
	w := format.To(a.Context, a.Terminal, nil, shape)
	if err := get(w); err != nil {
		return err
	}
	return w.End()
}

// recordingColumns begin with what 'ringcx recordings download -' reads.
var recordingColumns = []string{"dialogId", "segmentId", "segmentStartTimeMs", "segmentDurationMs", "segmentType", "contactEndpointAddress", "segmentParticipantId"}

func newRecordingsListCmd(a *Commands) *cobra.Command {
	s := &span{}
	cmd := &cobra.Command{
		Use: "list", Short: "List the parts of calls that have a recording", Args: cmdline.NoArgs,
		Long: `Lists the parts of calls between two times that have a recording, from what 'ringcx reports interactions' asks for: a request
for every three hours, of which the vendor allows 3 in a minute and 9 in 15 minutes.`,
		Example: `  ringcx recordings list --from -3h
  ringcx recordings list --from -3h | ringcx recordings download - --dir recordings`,
	}
	s.flags(cmd)
	format := formatFlags(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		return a.listInteractions(s, format, false, tableOf("InteractionMetadata", recordingColumns), func(raw json.RawMessage) bool {
			return rows.Field(raw, "hasRecording") == "true"
		})
	}
	return cmd
}

// listInteractions prints the parts of calls that keep says yes to; nil: all.
func (a *Commands) listInteractions(s *span, format *rows.Format, v2 bool, shape rows.Shape, keep func(json.RawMessage) bool) error {
	from, to, err := s.times(time.Now())
	if err != nil {
		return err
	}
	api, err := a.integration(s.rcAccount)
	if err != nil {
		return err
	}
	if n, lasts := integration.Requests(from, to); lasts > 0 {
		a.Inform("ringcx: %d requests, within the limits that the vendor documents: %s at least\n", n, wording.Span(lasts))
	}
	return a.print(format, shape, func(w *rows.Writer) error {
		return api.Interactions(a.Context, from, to, v2, func(all []json.RawMessage) error {
			for _, raw := range all {
				if keep == nil || keep(raw) {
					if err := w.Write(raw); err != nil {
						return err
					}
				}
			}
			return nil
		})
	})
}

const recordingsDownloadHelp = `Downloads the recording of a part of a call, or with - those of the parts that standard input names, one a line: the IDs of the
dialog and of the segment, as 'ringcx recordings list' prints them in a pipe. A recording is a file that only you can read,
and is there whole or not at all. Its name is made of the IDs unless --output says another. What is there already is left as it is,
unless --force is given. Recordings are ready 10 to 15 minutes after the call.`

func newRecordingsDownloadCmd(a *Commands) *cobra.Command {
	s, d := integration.Segment{}, &integration.Download{}
	var rcAccount string
	cmd := &cobra.Command{
		Use: "download [-]", Short: "Download recordings",
		Long: recordingsDownloadHelp,
		Example: `  ringcx recordings download --dialog p-v-1a2b --segment p-v-3c4d --output call.wav
  ringcx recordings list --from -3h | ringcx recordings download - --dir recordings`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 1 && args[0] != "-" {
				return usage.New("recordings download takes - or nothing", "name a recording with --dialog and --segment")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			all, err := a.segments(s, d, len(args) == 1)
			if err != nil {
				return err
			}
			return a.download(all, d, rcAccount, len(args) == 1)
		},
	}
	f := cmd.Flags()
	f.StringVar(&s.Dialog, "dialog", "", "the `ID` of the dialog")
	f.StringVar(&s.ID, "segment", "", "the `ID` of the segment")
	f.StringVar(&d.Output, "output", "", "write to `FILE`, - for standard output")
	f.StringVar(&d.Dir, "dir", "", "write files to `DIR`, which is there (default: the current one)")
	f.BoolVar(&d.Force, "force", false, "replace files that are there")
	f.StringVar(&rcAccount, "rc-account", "", "the `ID` of the account at RingCentral (default: it is looked up)")
	return cmd
}

// segments are those that are named: by flags, or on standard input.
func (a *Commands) segments(s integration.Segment, d *integration.Download, listed bool) ([]integration.Segment, error) {
	switch {
	case listed && (s != integration.Segment{} || d.Output != ""):
		return nil, usage.New("- reads the recordings from standard input, and --dialog, --segment and --output are for one", "leave one of them out; --dir says where the files go")
	case listed:
		return integration.Segments(a.Stdin)
	case s.Dialog == "" || s.ID == "":
		return nil, usage.New("which recording?", "name it with --dialog and --segment, as 'ringcx recordings list' prints them")
	}
	return []integration.Segment{s}, s.Check()
}

// download downloads recordings. Of several, one that is there already costs nothing, and one that fails costs itself.
func (a *Commands) download(all []integration.Segment, d *integration.Download, rcAccount string, several bool) error {
	if err := d.Check(); err != nil || len(all) == 0 {
		return err
	}
	api, err := a.integration(rcAccount)
	if err != nil {
		return err
	}
	d.Stdout = a.Stdout
	end := a.drawBytes(d)
	failures := 0
	for _, s := range all {
		name, n, err := api.Recording(a.Context, s, d)
		end()
		switch {
		case err != nil && (!several || a.Context.Err() != nil || usage.IsBusy(err)):
			return err
		case err != nil && integration.IsThere(err):
			a.Inform("ringcx: %s is there already\n", name)
		case err != nil:
			failures++
			a.Inform("ringcx: %s %s: %s\n", s.Dialog, s.ID, err.Error())
		case name != "-":
			if _, err := fmt.Fprintf(a.Stdout, "%s\t%d\n", name, n); err != nil {
				return err
			}
		}
	}
	if failures > 0 {
		return fmt.Errorf("%d of %d recordings were not downloaded", failures, len(all))
	}
	return nil
}

// drawBytes has a download tell how far it is, where that can be drawn. What it returns is called when one has ended.
func (a *Commands) drawBytes(d *integration.Download) (end func()) {
	if !a.Draws() || d.Output == "-" && a.OutTerminal {
		return func() {}
	}
	line := terminal.Trusted(a.Stderr)
	d.Progress = func(n int64) { fmt.Fprintf(line, "\r%d KiB …", n>>10) }
	return func() { fmt.Fprint(line, "\r\x1b[K") }
}
