package limit

import (
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
)

// How many requests a limit lets in, its window and its penalty are figures of the vendor: contract/facts_limits.go. Here is which
// figure is whose.

// Kind is what requests are counted for: its index in Kinds.
type Kind int

// The limits, by what each counts.
const (
	// None is the limit of what is not counted.
	None      Kind = iota - 1
	Auth           // RingCentral: token, revoke, userinfo
	Light          // RingCentral: account, extension
	Medium         // RingCentral: permissions
	Heavy          // RingCentral: presence of all
	Logins         // RingCX: sign-ins with a password
	Exchanges      // RingCX: exchanges of a RingCentral token
	Refreshes      // RingCX: refreshes
	Reads          // RingCX: users and summaries
	Count          // how many limits there are
)

// Definition is how a limit goes by.
type Definition struct {
	name    string // of its records
	Group   string // value of X-Rate-Limit-Group
	Shown   string // in GET /_sandbox/state
	Title   string // in the console
	Allowed func(*contract.Rules) Allowance
}

// Kinds are all limits. Whoever lists them, lists these.
var Kinds = [Count]Definition{
	Auth:      {"auth", "auth", "auth", "RingCentral Auth: token, revoke, userinfo", authLimit},
	Light:     {"light", "light", "light", "RingCentral Light: account, extension", lightLimit},
	Medium:    {"medium", "medium", "medium", "RingCentral Medium: permissions", mediumLimit},
	Heavy:     {"heavy", "heavy", "heavy", "RingCentral Heavy: presence of all", heavyLimit},
	Logins:    {"logins", "auth", "ringcxPasswordLogin", "RingCX sign-in with a password", signInLimit},
	Exchanges: {"exchange", "auth", "exchange", "RingCX exchange", ExchangeLimit},
	Refreshes: {"refreshes", "auth", "ringcxRefresh", "RingCX refresh", RefreshesAllowed},
	Reads:     {"reads", "standard", "api", "RingCX users and summaries", ReadsAllowed},
}

// Allowance is what a limit lets in.
type Allowance struct {
	Limit           int // 0: everything
	Window, Penalty time.Duration
	retry           string // form of Retry-After
	headers         bool   // answers tell of the limit
}

func authLimit(r *contract.Rules) Allowance { return platformLimit(r, r.AuthLimit) }

func lightLimit(r *contract.Rules) Allowance { return platformLimit(r, r.LightLimit) }

func mediumLimit(r *contract.Rules) Allowance { return platformLimit(r, r.MediumLimit) }

func heavyLimit(r *contract.Rules) Allowance { return platformLimit(r, r.HeavyLimit) }

func platformLimit(r *contract.Rules, limit int) Allowance {
	return Allowance{limit, r.LimitWindow, r.LimitPenalty, r.PlatformRetryAfter, true}
}

// ExchangeLimit is what Exchanges lets in by r.
func ExchangeLimit(r *contract.Rules) Allowance {
	return ringcxLimit(r, r.ExchangeLimit, r.RingCXLimitPenalty)
}

// signInLimit is what sign-ins with a password are counted by, if they are.
func signInLimit(r *contract.Rules) Allowance {
	if !r.LimitPasswordLogins {
		return Allowance{Window: r.LimitWindow}
	}
	return ExchangeLimit(r)
}

// RefreshesAllowed is what Refreshes lets in by r.
func RefreshesAllowed(r *contract.Rules) Allowance {
	return ringcxLimit(r, r.RingCXRefreshLimit, r.RingCXLimitPenalty)
}

// ReadsAllowed is what Reads lets in by r.
func ReadsAllowed(r *contract.Rules) Allowance { return ringcxLimit(r, r.APILimit, r.APILimitPenalty) }

func ringcxLimit(r *contract.Rules, limit int, penalty time.Duration) Allowance {
	return Allowance{limit, r.LimitWindow, penalty, r.RingCXRetryAfter, r.RingCXLimitHeaders}
}
