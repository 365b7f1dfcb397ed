package ringcx

import (
	"fmt"
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// Shapes of the RingCX API: what clients use of the published schemas, and none of the fields that hold passwords,
// pins or keys.

type accountView struct {
	AccountID            string          `json:"accountId"`
	AccountName          string          `json:"accountName"`
	MainAccountID        string          `json:"mainAccountId"`
	MainAccountName      string          `json:"mainAccountName"`
	MainAccount          mainAccountView `json:"mainAccount"`
	RCAccountAccess      string          `json:"rcAccountAccess"`
	RecordingAccessMode  string          `json:"recordingAccessMode"`
	WFMType              string          `json:"wfmType"`
	DatabaseShardID      string          `json:"databaseShardId"`
	EmailFromAddress     string          `json:"emailFromAddress"`
	StartDate            string          `json:"startDate"`
	EndDate              *string         `json:"endDate"`
	PrimaryTimezone      int32           `json:"primaryTimezone"`
	AudioRetentionDays   int32           `json:"audioRetentionDays"`
	DataRetentionDays    int32           `json:"dataRetentionDays"`
	ConcurrentLogins     int32           `json:"concurrentLogins"`
	MaxBreakTime         int32           `json:"maxBreakTime"`
	MaxLunchTime         int32           `json:"maxLunchTime"`
	WeekOffset           int32           `json:"weekOffset"`
	ArchivedAccount      bool            `json:"archivedAccount"`
	EnableInbound        bool            `json:"enableInbound"`
	EnableOutbound       bool            `json:"enableOutbound"`
	EnableChat           bool            `json:"enableChat"`
	EnableCloudRouting   bool            `json:"enableCloudRouting"`
	EnableVisualIVR      bool            `json:"enableVisualIvr"`
	EnableSoftphones     bool            `json:"enableSoftphones"`
	EnableListLoading    bool            `json:"enableListLoading"`
	EnableScheduledTasks bool            `json:"enableScheduledTasks"`
	PCICompliance        bool            `json:"pciCompliance"`
	TCPASafeMode         bool            `json:"tcpaSafeMode"`
}

type mainAccountView struct {
	MainAccountID   string `json:"mainAccountId"`
	MainAccountName string `json:"mainAccountName"`
	RCAccountID     string `json:"rcAccountId"`
	IsActive        int32  `json:"isActive"`
}

// Dates of the API have an offset without a colon.
const demoDate = "2026-01-01T00:00:00.000+0000"

func newAccountView(x *model.MainAccount, sub *model.SubAccount) accountView {
	return accountView{
		AccountID: sub.ID, AccountName: sub.Name, MainAccountID: x.ID, MainAccountName: x.Name,
		MainAccount: mainAccountView{
			MainAccountID: x.ID, MainAccountName: x.Name, RCAccountID: fmt.Sprint(x.Account), IsActive: 1,
		},
		RCAccountAccess: "ENABLED", RecordingAccessMode: "ACCOUNT", WFMType: "NONE", DatabaseShardID: model.PlatformID,
		EmailFromAddress: "noreply@example.com", StartDate: demoDate, PrimaryTimezone: 1,
		AudioRetentionDays: 90, DataRetentionDays: 365, ConcurrentLogins: 25, MaxBreakTime: 15, MaxLunchTime: 60,
		EnableInbound: true, EnableOutbound: true, EnableChat: true, EnableCloudRouting: true, EnableVisualIVR: true,
		EnableSoftphones: true, EnableListLoading: true, EnableScheduledTasks: true,
	}
}

type userView struct {
	UserID           int32            `json:"userId"`
	UserName         string           `json:"userName"`
	FirstName        string           `json:"firstName"`
	LastName         string           `json:"lastName"`
	FullName         string           `json:"fullName"`
	Enabled          bool             `json:"enabled"`
	RootUser         bool             `json:"rootUser"`
	RCAccountID      string           `json:"rcAccountId"`
	RCUserID         *int64           `json:"rcUserId"` // null for a user without a RingCentral link
	UserManagedByRC  bool             `json:"userManagedByRC"`
	PhoneNumber      *string          `json:"phoneNumber"`
	PhoneNumberE164  *string          `json:"phoneNumberE164"`
	PhoneNumbersI18n bool             `json:"phoneNumbersI18nEnabled"`
	ParentPath       *string          `json:"parentPath"` // null: no use of it is documented
	CreationDate     string           `json:"creationDate"`
	Roles            []any            `json:"roles"` // names, or a roleView each
	RegionalSettings regionalSettings `json:"regionalSettings"`
	Children         []userView       `json:"children"`
}

type roleView struct {
	RoleType    string `json:"roleType"`
	Description string `json:"description"`
}

type regionalSettings struct {
	HomeCountry      int32  `json:"homeCountry"`
	HomeCountryCode  string `json:"homeCountryCode"`
	Timezone         int32  `json:"timezone"`
	TimezoneName     string `json:"timezoneName,omitempty"`
	TimeFormat       string `json:"timeFormat"`
	Language         string `json:"language"`
	GreetingLanguage string `json:"greetingLanguage"`
	FormattingLocale string `json:"formattingLocale"`
}

var demoRegion = regionalSettings{
	HomeCountry: 1, HomeCountryCode: "1", Timezone: 58, TimezoneName: model.DemoTimezone, TimeFormat: "12h", Language: "en-US",
	GreetingLanguage: "en-US", FormattingLocale: "en-US",
}

// userViewOf is u as the API tells of it.
func (x *Service) userViewOf(c *endpoint.Call, u *model.User) userView {
	return newUserView(c.Rules, u, u.ID == x.World.Root(x.Lock.Tx, u.Account).ID)
}

// newUserView is u, who is above all others of the account or not.
func newUserView(r *contract.Rules, u *model.User, root bool) userView {
	out := userView{
		UserID: u.AdminID, UserName: u.Email, FirstName: u.First, LastName: u.Last, FullName: u.First + " " + u.Last,
		Enabled: u.Enabled, RootUser: root, RCAccountID: fmt.Sprint(u.Account), UserManagedByRC: u.Linked && u.Login == nil,
		CreationDate: demoDate, RegionalSettings: demoRegion, Children: []userView{},
		Roles: rolesOf(r, roleView{"USER", "User"}, roleView{"MANAGE_USERS", "Manage users"}),
	}
	if root {
		out.Roles = rolesOf(r, roleView{"SUPER_USER", "Super user"})
	}
	if !r.TimezoneName {
		out.RegionalSettings.TimezoneName = ""
	}
	if out.UserManagedByRC {
		out.RCUserID = &u.ID
	}
	return out
}

// rolesOf are roles of a user as RingCX tells of them.
func rolesOf(r *contract.Rules, all ...roleView) []any {
	out := make([]any, 0, len(all))
	for _, role := range all {
		if r.RolesWithDescription {
			out = append(out, role)
		} else {
			out = append(out, role.RoleType)
		}
	}
	return out
}

type groupView struct {
	Permissions  []string `json:"permissions"` // empty unless includePermissions=true
	AgentGroupID int32    `json:"agentGroupId"`
	GroupName    string   `json:"groupName"`
	IsDefault    bool     `json:"isDefault"`
}

func newGroupView(r *http.Request, g *model.AgentGroup) groupView {
	out := groupView{AgentGroupID: g.ID, GroupName: g.Name, IsDefault: g.Default, Permissions: []string{}}
	if r.URL.Query().Get("includePermissions") == "true" {
		out.Permissions = []string{"CREATE", "READ", "UPDATE", "DELETE"}
	}
	return out
}

type agentView struct {
	AgentID            int32    `json:"agentId"`
	GroupID            int32    `json:"groupId"`
	Username           string   `json:"username"`
	FirstName          string   `json:"firstName"`
	LastName           string   `json:"lastName"`
	Email              *string  `json:"email"`
	AgentType          string   `json:"agentType"`
	RCUserID           *int64   `json:"rcUserId"`
	UserManagedByRC    bool     `json:"userManagedByRC"`
	IsActive           bool     `json:"isActive"`
	AgentRank          int32    `json:"agentRank"`
	MaxChats           int32    `json:"maxChats"`
	InitLoginBaseState string   `json:"initLoginBaseState"`
	AllowInbound       bool     `json:"allowInbound"`
	AllowOutbound      bool     `json:"allowOutbound"`
	AllowChat          bool     `json:"allowChat"`
	AllowManualCalls   bool     `json:"allowManualCalls"`
	AllowLoginControl  bool     `json:"allowLoginControl"`
	AllowLoginUpdates  bool     `json:"allowLoginUpdates"`
	CreatedOn          string   `json:"createdOn"`
	Permissions        []string `json:"permissions"`
}

func (x *Service) newAgentView(g *model.AgentGroup, a *model.Agent) agentView {
	out := agentView{
		AgentID: a.ID, GroupID: g.ID, Username: a.Username, FirstName: a.First, LastName: a.Last,
		AgentType: agentType(a), IsActive: !a.Disabled, MaxChats: 3, InitLoginBaseState: "AVAILABLE", AllowInbound: true,
		AllowOutbound: true, AllowChat: true, AllowManualCalls: true, AllowLoginControl: true, AllowLoginUpdates: true,
		CreatedOn: demoDate, Permissions: []string{},
	}
	if u := x.World.User(x.Lock.Tx, a.User); u != nil {
		out.Email, out.RCUserID, out.UserManagedByRC = &u.Email, &u.ID, true
	}
	return out
}

func agentType(a *model.Agent) string {
	if a.Supervisor {
		return "SUPERVISOR"
	}
	return "AGENT"
}
