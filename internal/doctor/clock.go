package doctor

import (
	"time"

	"github.com/ringcx-go/ringcx/internal/wording"
)

// maxSkew is a difference of clocks worth a word. Tokens do not depend on it.
const maxSkew = 30 * time.Second

func judgeClock(f *Facts) []Finding {
	var worst time.Duration
	host := ""
	for _, c := range f.contacts {
		if c.dated && c.skew.Abs() > worst.Abs() {
			worst, host = c.skew, c.host
		}
	}
	if worst.Abs() <= maxSkew {
		return nil
	}
	return []Finding{note("clock-skew", "switch on time synchronization (timedatectl set-ntp true)",
		"this machine's clock is %s, by the word of %s; tokens are kept all the same, certificates may not be", wording.Skewed(worst.Seconds()), host)}
}

func fineClock(f *Facts) string {
	for _, c := range f.contacts {
		if c.dated {
			return "the clock agrees with the vendor's"
		}
	}
	return ""
}
