package broker

import (
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/budget"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// Widen gives what has no limit by its description one that nobody reaches, and that is kept all the same.
func (b *Broker) Widen() {
	at := b.at.Load()
	o := at.limits.options
	o.Server, o.Standard = "wide", &apispec.Limit{Name: "wide", Windows: []apispec.Window{{Requests: 1 << 20, Time: time.Millisecond}}}
	at.first.governors[0] = budget.New(o)
	at.limits.of[o.Server] = at.first.governors[0]
}

// Silence has callers be silent within a body for so long.
func (b *Broker) Silence(d time.Duration) { b.at.Load().proxy.Silence = d }

// Brief has what is short come, and be read, within so long.
func (b *Broker) Brief(d time.Duration) { b.at.Load().proxy.Brief = d }

// Stall has the vendor take nothing of a body for so long.
func (b *Broker) Stall(d time.Duration) { b.at.Load().proxy.Stall = d }
