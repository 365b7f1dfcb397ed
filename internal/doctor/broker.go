package doctor

import (
	"context"
	"time"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// brokerLimit is how long a broker may take to answer.
const brokerLimit = 8 * time.Second

// brokerFact is what came of asking a broker for a token.
type brokerFact struct {
	place string
	ends  time.Time // of its token
	err   error
}

// askBroker looks at the broker in place of a login of this machine; false: none is used.
func (a *gatherer) askBroker(f *Facts) bool {
	if err := a.ReadEnvFile(); err != nil || !a.Given().UsesBroker() {
		return false
	}
	acc, err := a.Resolve()
	if err != nil {
		f.unread = append(f.unread, problem("settings", usage.Hint(err), "%s", err))
		return true
	}
	f.broker = &brokerFact{place: acc.Broker.String()}
	ctx, cancel := context.WithTimeout(a.Context, brokerLimit)
	defer cancel()
	t, err := acc.Broker.Token(ctx)
	if f.broker.err = err; err == nil {
		f.broker.ends = t.Expiry
	}
	return true
}

func judgeBroker(f *Facts) []Finding {
	if f.broker == nil || f.broker.err == nil {
		return nil
	}
	return []Finding{problem("broker", usage.Hint(f.broker.err), "%s", f.broker.err)}
}

func fineBroker(f *Facts) string {
	if f.broker == nil {
		return ""
	}
	return "the broker at " + f.broker.place + " answers; its token " + wording.Ends(f.broker.ends)
}
