package leads

import (
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// notLoaded are fields of a lead that the vendor makes, or that say what became of it.
var notLoaded = []string{
	"id", "leadId", "leadPasses", "lastPassDisposition", "lastPassDts", "loadedDts", "stateDts", "personaMapping", "quotaTargets",
	"campaign", "campaignRedials", "name",
}

// synonyms are names that columns have elsewhere, folded as fold does.
var synonyms = map[string]string{
	"phone": "leadPhone", "phonenumber": "leadPhone", "telephone": "leadPhone", "telephonenumber": "leadPhone", "tel": "leadPhone",
	"mobile": "leadPhone", "mobilephone": "leadPhone", "cell": "leadPhone", "cellphone": "leadPhone", "number": "leadPhone", "primaryphone": "leadPhone",
	"e164": "leadPhoneE164", "phonee164": "leadPhoneE164",
	"externalid": "externId", "extid": "externId", "customerid": "externId", "customerno": "externId", "customernumber": "externId", "recordid": "externId", "crmid": "externId",
	"first": "firstName", "givenname": "firstName", "forename": "firstName",
	"last": "lastName", "surname": "lastName", "familyname": "lastName",
	"middle": "midName", "middlename": "midName", "middleinitial": "midName",
	"mail": "email", "emailaddress": "email",
	"address": "address1", "street": "address1", "streetaddress": "address1", "addressline1": "address1", "addressline2": "address2",
	"town": "city", "province": "state", "region": "state", "zipcode": "zip", "postalcode": "zip", "postcode": "zip",
	"timezone": "leadTimezone", "priority": "leadPriority", "salutation": "title", "maxattempts": "maxPasses",
	"agent": "reserveAgent", "reservedagent": "reserveAgent",
}

// fold is a name without case, spaces and marks between its words.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r > 0x7f:
			return r
		}
		return -1
	}, name)
}

// loadable are the fields of a lead that a column may fill, by their folded names, and their names in the order of the
// description. Those with names of the caller's own inside ("extendedLeadData") are filled as NAME.key.
func loadable() (fields map[string]*apispec.Field, names []string) {
	fields = map[string]*apispec.Field{}
	fs := apispec.Default().Schema("CampaignLead").Fields
	for i := range fs {
		f := &fs[i]
		if !f.ReadOnly && !slices.Contains(notLoaded, f.Name) {
			fields[fold(f.Name)] = f
			names = append(names, f.Name)
		}
	}
	return fields, names
}

// isMap tells fields that hold texts by names of the caller's own.
func isMap(f *apispec.Field) bool { return f.Type.Kind == apispec.Map }
