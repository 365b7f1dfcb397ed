package ringcx

// action is one thing the engine can do next.
type action string

const (
	actUse          action = "use the token"
	actRefresh      action = "refresh RingCX"
	actExchange     action = "exchange"
	actRefreshLogin action = "refresh RingCentral"
	actLogin        action = "log in"
	actDirectLogin  action = "log in to RingCX"
	actWait         action = "wait"
	actGiveUp       action = "report the last failure"
	actAskPerson    action = "login required"
)

func atRingCentral(a action) bool { return a == actLogin || a == actRefreshLogin }

// counted tells which requests the vendor's budget is for.
func counted(a action) bool { return a != actRefresh }
