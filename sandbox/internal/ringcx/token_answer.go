package ringcx

import (
	"net"
	"net/http"
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// details is the answer to an exchange or a refresh: every property of the published description, with null where
// the documented sample has none.
type details struct {
	RefreshToken         *string       `json:"refreshToken"`
	AccessToken          string        `json:"accessToken"`
	TokenType            string        `json:"tokenType"`
	PlatformID           string        `json:"platformId"`
	MainAccountID        string        `json:"mainAccountId"`
	AgentDetails         []agentDetail `json:"agentDetails"`
	AdminID              *int32        `json:"adminId"`
	AdminURL             *string       `json:"adminUrl"`
	AgentURL             *string       `json:"agentUrl"`
	AnalyticsURL         *string       `json:"analyticsUrl"`
	IQURL                string        `json:"iqUrl"`
	Port                 int           `json:"port"`
	LoginHashcode        *string       `json:"loginHashcode"`
	RedirectURL          *string       `json:"redirectUrl"`
	SSOLogin             bool          `json:"ssoLogin"`
	AdminPasswordReset   bool          `json:"adminPasswordReset"`
	IsAdminPasswordReset bool          `json:"isAdminPasswordReset"`
	RCUser               *contact      `json:"rcUser"`                          // null for whom RingCentral does not know
	ManagedMainAccounts  []string      `json:"managedMainAccountIds,omitempty"` // of an administrator
}

type contact struct {
	FirstName        string `json:"firstName"`
	LastName         string `json:"lastName"`
	Email            string `json:"email"`
	Company          string `json:"company"`
	Department       string `json:"department"`
	JobTitle         string `json:"jobTitle"`
	BusinessPhone    string `json:"businessPhone"`
	MobilePhone      string `json:"mobilePhone"`
	EmailAsLoginName bool   `json:"emailAsLoginName"`
}

// agentDetail says where the user is an agent. Account ids are strings, the other ids numbers.
type agentDetail struct {
	AgentID            int32   `json:"agentId"`
	FirstName          string  `json:"firstName"`
	LastName           string  `json:"lastName"`
	Email              *string `json:"email"`
	Username           string  `json:"username"`
	AgentType          string  `json:"agentType"`
	RCUserID           *int64  `json:"rcUserId"` // null for an agent without a RingCentral user
	AccountID          string  `json:"accountId"`
	AccountName        string  `json:"accountName"`
	AgentGroupID       *int32  `json:"agentGroupId"` // null, as in the documented sample
	AllowLoginControl  bool    `json:"allowLoginControl"`
	AllowLoginUpdates  bool    `json:"allowLoginUpdates"`
	AgentRank          int32   `json:"agentRank"`
	InitLoginBaseState string  `json:"initLoginBaseState"`
	EnableSoftphone    bool    `json:"enableSoftphone"`
	MaxChats           int32   `json:"maxChats"`
	ExternalAgentID    *string `json:"externalAgentId"`
	Location           *string `json:"location"`
	Team               *string `json:"team"`

	// Null always: nothing here has them, and the first two would be secrets.
	Password             *string `json:"password"`
	PhoneLoginPIN        *string `json:"phoneLoginPin"`
	GhostRNAAction       *string `json:"ghostRnaAction"`
	AltDefaultLoginDest  *string `json:"altDefaultLoginDest"`
	DirectAgentExtension *string `json:"directAgentExtension"`
	ManualOutboundCaller *string `json:"manualOutboundDefaultCallerId"`
}

// Where people find the applications of RingCX.
var adminPath, agentPath = "/voice/admin/", "/voice/agent/"

// describeUser fills in what is said about an administrator of a company.
func (d *details) describeUser(u *model.User, company string, main *model.MainAccount) {
	d.MainAccountID, d.AdminID, d.AdminURL = main.ID, &u.AdminID, &adminPath
	if u.Login != nil {
		return
	}
	d.AgentURL = &agentPath
	d.RCUser = &contact{
		FirstName: u.First, LastName: u.Last, Email: u.Email, Company: company, EmailAsLoginName: true,
		BusinessPhone: "+16505550100",
	}
}

// newAgentDetail tells of an assignment, whose user is u; nil: RingCentral does not know the agent.
func newAgentDetail(s *model.Assignment, u *model.User) agentDetail {
	a := s.Agent
	out := agentDetail{
		AgentID: a.ID, FirstName: a.First, LastName: a.Last, Username: a.Username, AgentType: agentType(a),
		AccountID: s.Sub.ID, AccountName: s.Sub.Name, AllowLoginControl: true, AllowLoginUpdates: true,
		InitLoginBaseState: "AVAILABLE",
	}
	if u != nil {
		out.Email, out.RCUserID = &u.Email, &u.ID
	}
	return out
}

// hostPort is the address that r was sent to.
func hostPort(r *http.Request) (string, int) {
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		return r.Host, 443
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return host, 443
	}
	return host, n
}
