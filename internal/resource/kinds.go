// Package resource has the things of the API that people work with daily: what their commands are called, which operations
// they stand for, and which fields are shown. Kinds is a table over the description of the API; what is done with a kind is the
// same for all.
package resource

import (
	"net/http"
	"slices"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/terminal"
)

// Kind is a kind of things.
type Kind struct {
	Name  string // of its command, in the plural
	One   string // in the singular, in a sentence
	Short string
	Group string // the kind of group that each of them is in; "": none

	List, Get, Create, Update, Delete string // operations; "": there is none

	NoAccount bool // they belong to no sub-account

	Query   string            // of List, what it needs to be what people expect
	Names   []string          // fields by which one of them is found if no ID is given; none: the ID has to be
	Columns []terminal.Column // of tables
	Also    string            // what Delete takes with it, in a sentence; "": nothing
	More    []More
}

// More is a list of what belongs to one of a kind.
type More struct {
	Name, Short string
	Operation   string
	Columns     []terminal.Column
}

// GroupField is the column with the ID of the group that a row was found in, which the vendor's rows do not all have.
const GroupField = "group"

// Kinds are all of them. Tables fit into 100 columns for usual values.
var Kinds = []*Kind{
	{
		Name: "agents", One: "agent", Short: "Work with agents", Group: "agent-groups",
		List: "getAgentList", Get: "getAgent", Create: "createAgent", Update: "updateAgent", Delete: "deleteAgent",
		Names: []string{"username", "email"}, Columns: agents,
	},
	{
		Name: "agent-groups", One: "agent group", Short: "Work with groups of agents",
		List: "getAgentGroupList", Get: "getAgentGroup", Create: "createAgentGroup", Update: "updateAgentGroup", Delete: "deleteAgentGroup",
		Names:   []string{"groupName"},
		Columns: columns("GROUP", "agentGroupId", "NAME", "groupName", "DEFAULT", "isDefault"),
	},
	{
		Name: "queues", One: "queue", Short: "Work with queues of incoming calls", Group: "queue-groups",
		List: "getGateList", Get: "getGate", Create: "createGate", Update: "updateGate", Delete: "deleteGate",
		Names:   []string{"gateName"},
		Columns: columns("QUEUE", "gateId", "NAME", "gateName", "ACTIVE", "isActive", "PRIORITY", "gatePriority", "SLA", "slaTime", "GROUP", GroupField),
		More:    []More{{"agents", "List the agents who are assigned to a queue", "getAssignedAgentsForGate", members}},
	},
	{
		Name: "queue-groups", One: "queue group", Short: "Work with groups of queues",
		List: "getGateGroupList", Get: "getGateGroup", Create: "createGateGroup", Update: "updateGateGroup", Delete: "deleteGateGroup",
		Names:   []string{"groupName"},
		Columns: columns("GROUP", "gateGroupId", "NAME", "groupName", "BILLING KEY", "billingKey", "CREATED", "createdOn"),
	},
	{
		Name: "dial-groups", One: "dial group", Short: "Work with groups of campaigns that share agents",
		List: "getDialGroupListByAccount", Get: "getDialGroup", Create: "createDialGroup", Update: "updateDialGroup", Delete: "deleteDialGroup",
		Names:   []string{"dialGroupName"},
		Columns: columns("GROUP", "dialGroupId", "NAME", "dialGroupName", "MODE", "dialMode", "ACTIVE", "isActive", "DESCRIPTION", "dialGroupDesc"),
		More:    []More{{"agents", "List the agents who are assigned to a dial group", "getAgentsFromDialGroup", members}},
	},
	{
		Name: "campaigns", One: "campaign", Short: "Work with campaigns", Group: "dial-groups",
		List: "getCampaignList", Get: "getCampaign", Create: "createCampaign", Update: "updateCampaign", Delete: "deleteCampaign",
		Names:   []string{"campaignName"},
		Columns: columns("CAMPAIGN", "campaignId", "NAME", "campaignName", "ACTIVE", "isActive", "BEGINS", "startDate", "ENDS", "endDate", "GROUP", GroupField),
		More:    []More{{"lists", "List the lead lists that were loaded into a campaign", "listCampaignLists", nil}},
	},
	{
		Name: "users", One: "user", Short: "Work with RingCX administrators",
		List: "listAllUsers", Get: "getUser", Create: "createUser", Update: "updateUser", Delete: "deleteUser",
		NoAccount: true, Query: "flatten=true", Names: []string{"userName"}, Also: "The users below go too, unless --cascade-delete=false or --reassign-user-id ID says otherwise.",
		Columns: columns("USER", "userId", "FIRST NAME", "firstName", "LAST NAME", "lastName", "USER NAME", "userName", "ENABLED", "enabled"),
	},
}

var (
	members = columns("AGENT", "agentId", "FIRST NAME", "firstName", "LAST NAME", "lastName", "USER NAME", "username", "TYPE", "agentType", "ACTIVE", "isActive")
	agents  = append(slices.Clone(members), columns("GROUP", GroupField)...)
)

// columns are titles and fields, in turn.
func columns(pairs ...string) (all []terminal.Column) {
	for pair := range slices.Chunk(pairs, 2) {
		all = append(all, terminal.Column{Title: pair[0], Field: pair[1]})
	}
	return all
}

// Named is the kind with a name, nil if there is none.
func Named(name string) *Kind {
	if i := slices.IndexFunc(Kinds, func(k *Kind) bool { return k.Name == name }); i >= 0 {
		return Kinds[i]
	}
	return nil
}

// accountParams are what paths call the ID of a sub-account.
var accountParams = []string{"accountId", "subAccountId"}

// Params are the parameters of the paths of a kind's operations: that of one thing, and that of its group, "" if it has none.
func (k *Kind) Params() (id, group string) {
	for _, name := range PathParams(k.Get) {
		if !slices.Contains(accountParams, name) {
			group, id = id, name
		}
	}
	return id, group
}

// PathParams are the parameters of the path of an operation.
func PathParams(id string) (names []string) {
	for p := range Operation(id).In(apispec.InPath) {
		names = append(names, p.Name)
	}
	return names
}

// Key is the field with the ID of a thing.
func Key(k *Kind) string { return k.schema().Key }

// schema is what a list of the kind has rows of.
func (k *Kind) schema() *apispec.Schema { return Rows(k.List) }

// Rows is the schema of the rows that an operation lists; nil: nobody describes them.
func Rows(id string) *apispec.Schema {
	for _, answer := range Operation(id).Answers {
		if answer.Type != nil {
			return apispec.Default().Schema(answer.Type.Base().Name)
		}
	}
	return nil
}

// Operation is one of the table: a test sees to it that it is described.
func Operation(id string) *apispec.Operation {
	op, _ := apispec.Find(id)
	return op
}

// IsRepeatable says whether the description has an operation, which is no POST, do no harm when it is sent again.
func IsRepeatable(id string) bool {
	op := Operation(id)
	return op.Effect != apispec.Acts && op.Method != http.MethodPost
}
