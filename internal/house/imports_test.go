package house_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// The parts of the tree. A part may always import itself.
const (
	root        = "."
	accountCmd  = "internal/accountcmd"
	api         = "api"
	apicli      = "internal/apicli"
	apicmd      = "internal/apicmd"
	apispec     = "internal/apispec"
	apitoken    = "internal/apitoken"
	bench       = "bench"
	broker      = "broker"
	brokerCmd   = "internal/brokercmd"
	brokerUse   = "broker/client"
	brokerOIDC  = "broker/oidc"
	cli         = "internal/cli"
	cmd         = "cmd"
	conform     = "internal/conform"
	conformCmd  = "internal/conformcmd"
	doctor      = "internal/doctor"
	demo        = "internal/demo"
	demoCmd     = "cmd/ringcx-demo"
	deploy      = "deploy"
	e2e         = "e2e"
	examples    = "examples"
	execcmd     = "internal/execcmd"
	internal    = "internal" // everything below internal/ but those that are named here
	leasetest   = "store/internal/lease/leasetest"
	login       = "internal/login"
	outfile     = "internal/outfile"
	resource    = "internal/resource"
	ringcxtest  = "ringcxtest"
	profile     = "internal/profile"
	sandbox     = "sandbox"
	scripts     = "scripts"
	serve       = "internal/serve"
	store       = "store"
	subaccount  = "internal/subaccount"
	things      = "internal/resourcecmd"
	testkeeper  = "internal/testkeeper"
	testprogs   = "internal/testprograms"
	thishost    = "internal/thishost"
	upgrades    = "internal/upgrades"
	usage       = "internal/usage"
	integration = "internal/integration"
	leads       = "internal/leads"
	reports     = "internal/reports"
)

// arrows says which parts each part may import.
var arrows = map[string][]string{
	root:        nil,
	api:         nil,
	apispec:     nil,
	thishost:    nil,                 // a rule without a side: everybody but the root, which has its own, may ask
	sandbox:     {apispec, thishost}, // what is described and not emulated is told from what nobody describes
	store:       {root},
	leasetest:   {root, ringcxtest, internal},
	broker:      {root, apispec, thishost},
	brokerOIDC:  {broker, thishost},
	brokerUse:   {root, thishost}, // programs that use a broker compile nothing of it
	ringcxtest:  {root, sandbox},
	internal:    {internal, apispec, thishost, usage},
	outfile:     {store, internal, usage},
	profile:     {root, brokerUse, store, internal, thishost, usage},
	subaccount:  {store, internal, apispec, usage},
	upgrades:    {root, store, broker, sandbox, internal, leads, profile, serve, usage}, // tests alone
	usage:       {root, internal},                                                       // it knows which errors of the SDK end by themselves
	apicmd:      {root, internal, apispec, outfile, usage},
	resource:    {apicmd, internal, apispec, usage},
	accountCmd:  {root, apicmd, internal, profile, subaccount, usage},
	brokerCmd:   {root, store, broker, brokerOIDC, apispec, internal, outfile, profile, thishost, usage},
	things:      {resource, apicmd, internal, usage},
	apitoken:    {root, apicmd, internal, apispec, usage},
	apicli:      {root, accountCmd, apicmd, apispec, integration, internal, leads, outfile, profile, reports, things, usage},
	cli:         {root, store, broker, sandbox, api, apicli, apicmd, apispec, apitoken, brokerCmd, conform, conformCmd, demo, doctor, execcmd, internal, login, outfile, profile, resource, serve, usage},
	conform:     {sandbox}, // so that its tests, which mostly wait, are those of a change of the sandbox alone
	conformCmd:  {store, conform, internal, usage},
	execcmd:     {root, broker, profile, internal, thishost, usage},
	doctor:      {root, store, profile, internal, thishost, usage},
	login:       {root, profile, internal, usage},
	demo:        {root, store, sandbox, internal},
	serve:       {store, sandbox, internal, thishost, usage},
	testkeeper:  {sandbox},
	testprogs:   {conform},
	e2e:         {api}, // tests, and what drives a browser for them
	cmd:         {cli},
	deploy:      nil,              // tests alone, a module of their own
	scripts:     {cli},            // the site, a module of its own
	demoCmd:     {demo, internal}, // it is to compile quickly
	examples:    {root, store, broker, brokerUse, sandbox, api, ringcxtest},
	bench:       {root, store, broker, sandbox, api, ringcxtest},
	integration: {apicmd, internal, apispec, outfile, usage},
	leads:       {root, store, apicmd, internal, apispec, outfile, usage},
	reports:     {apicmd, internal, apispec, usage},
}

// testArrows are what test files may import besides.
var testArrows = []string{root, broker, ringcxtest, sandbox, store, internal, apispec, profile, cli, conform, testkeeper, testprogs, leasetest}

// part is the part of the tree that a directory belongs to.
func part(dir string) string {
	best, _, _ := strings.Cut(dir, "/")
	for p := range arrows {
		if within(dir, p) && len(p) > len(best) {
			best = p
		}
	}
	return best
}

// forbiddenArrows finds imports between our own packages that the design does not have.
func forbiddenArrows(t *tree) []finding {
	var all []finding
	for _, s := range t.code {
		from := part(s.dir)
		if _, known := arrows[from]; !known {
			all = append(all, found(s.path+": a new part of the tree: give it its arrows", "part", from))
			continue
		}
		for _, imp := range t.own(s) {
			if why := refuse(s, from, part(imp)); why != "" {
				all = append(all, found(s.path+" imports "+imp+": "+why, "import", s.path, imp))
			}
		}
	}
	return all
}

// rooms says which packages below sandbox/internal each of them may import, from the ground up: none may import what is above
// it. A name with a slash is a package elsewhere. What is not said on purpose: platform and ringcx do not know each other, nor
// do control and console; what answers the vendors' operations knows nothing of the pages and programs that steer the sandbox.
var rooms = map[string][]string{
	// Words, numbers and moments.
	"instant":  nil,
	"html":     nil,
	"markup":   {"html"},
	"recent":   nil,
	"seeded":   nil,
	"verdict":  nil,
	"wording":  nil,
	"budget":   nil,
	"state":    nil, // knows no vendor
	"contract": {"wording"},
	"token":    {"recent", "seeded"},
	"journal":  {"wording"},

	// What requests go through. The limit is told of the journal's bounds only, a fault of a request what the pipeline knows.
	"limit":    {"contract", "instant", "journal", "state", "verdict", "wording"},
	"endpoint": {apispec, "contract", "journal", "limit", "recent", "state", "verdict", "wording"},
	"fault":    {"endpoint", "journal", "seeded", "state", "wording"},
	"guard":    {"budget", "endpoint", "wording"},

	// What there is, and what the vendors do with it.
	"permission": {"wording"},
	"model":      {"permission", "seeded", "state", "token"},
	"platform":   {"contract", "endpoint", "html", "instant", "journal", "limit", "markup", "model", "permission", "state", "token", "verdict", "wording"},
	"ringcx":     {"contract", "endpoint", "instant", "journal", "limit", "model", "permission", "recent", "state", "token", "verdict", "wording"},

	// What steers it. Both control and console go through admin for what they change, and the console reads in the
	// transactions that admin begins.
	"admin": {
		"budget", "contract", "endpoint", "fault", "guard", "journal", "limit", "model", "permission", "platform", "ringcx", "state", "wording",
	},
	"control": {
		"admin", "budget", "contract", "endpoint", "fault", "journal", "limit", "model", "permission", "ringcx", "token", "wording",
	},
	"timeline": {"admin", "contract", "endpoint", "journal", "platform", "state"},
	"view":     {"admin", "contract", "fault", "guard", "html", "journal", "markup", "model", "platform", "timeline", "verdict"},
	"console": {
		"admin", "budget", "contract", "endpoint", "fault", "guard", "instant", "journal", "limit", "model", "permission", "platform",
		"recent", "ringcx", "state", "timeline", "token", "verdict", "view", "wording",
	},
}

// brokerRooms are the same below broker/internal. Who decides knows neither who forwards nor who hands out: only broker, which
// leads a request from one to the next, knows all of them.
var brokerRooms = map[string][]string{
	"problem":  nil,
	"audit":    {apispec},
	"policy":   {apispec},
	"cached":   nil,
	"caller":   {root, thishost, "cached"},
	"budget":   {root, apispec},
	"proxy":    {root, apispec, thishost, "problem", "upstream"},
	"upstream": nil,
	"metrics":  nil,
	"handout":  {root, apispec, "problem", "cached", "caller"},
}

// room is the package below sandbox/internal that a directory belongs to, or "".
func room(dir string) string { return roomOf(sandbox, dir) }

// roomOf is the same below the internal packages of a part.
func roomOf(part, dir string) string {
	rest, below := strings.CutPrefix(dir, part+"/internal/")
	if !below {
		return ""
	}
	return rest
}

// forbiddenRooms finds imports between the packages of the sandbox, and of the broker, that their design does not have.
func forbiddenRooms(t *tree) []finding {
	return append(t.forbiddenBelow(sandbox, rooms), t.forbiddenBelow(broker, brokerRooms)...)
}

func (t *tree) forbiddenBelow(top string, rooms map[string][]string) (all []finding) {
	for _, s := range t.code {
		from := roomOf(top, s.dir)
		if from == "" {
			continue
		}
		may, known := rooms[from]
		if !known {
			all = append(all, found(s.path+": a new package of the "+top+": give it its arrows", "room", from))
			continue
		}
		for _, imp := range t.own(s) {
			to := cmp.Or(roomOf(top, imp), imp)
			if imp != s.dir && !slices.Contains(may, to) && !(s.test && (slices.Contains(testArrows, to) || slices.Contains(testArrows, part(to))) && top == broker) {
				all = append(all, found(s.path+" imports "+imp+": there is no arrow from "+from, "import", s.path, imp))
			}
		}
	}
	return all
}

// own lists the directories of our own packages that a file imports.
func (t *tree) own(s *source) []string {
	var dirs []string
	for _, imp := range s.ast.Imports {
		p := strings.Trim(imp.Path.Value, `"`)
		if p == t.module {
			dirs = append(dirs, root)
		} else if dir, ok := strings.CutPrefix(p, t.module+"/"); ok {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// refuse says why a file of one part may not import another, or "".
func refuse(s *source, from, to string) string {
	if from == to || slices.Contains(arrows[from], to) {
		return ""
	}
	if !s.test || !slices.Contains(testArrows, to) {
		return fmt.Sprintf("there is no arrow from %s to %s", from, to)
	}
	external := strings.HasSuffix(s.ast.Name.Name, "_test")
	switch {
	case to == root && (from == sandbox || from == api):
		return "the two readings of the protocol share nothing, not even in tests"
	case from == root && to == sandbox:
		return "tests of the root package reach the sandbox through ringcxtest"
	case from == root && !external:
		return "only an external test package may"
	}
	return ""
}

// rootDependencies finds imports of the root package, and of the client, that its importers would have to pay for.
func rootDependencies(t *tree) []finding {
	var all []finding
	for _, s := range t.code {
		if s.dir != root && s.dir != api && s.dir != brokerUse || s.test {
			continue
		}
		for _, imp := range s.ast.Imports {
			p := strings.Trim(imp.Path.Value, `"`)
			host, _, _ := strings.Cut(p, "/")
			if own := p == t.module || strings.HasPrefix(p, t.module+"/"); own && s.dir == brokerUse {
				continue // its arrows say which
			}
			if strings.Contains(host, ".") && (host != "golang.org" || s.dir == api) || p == "C" {
				all = append(all, found(s.path+" imports "+p+": the root package keeps to the standard library and golang.org/x, api to the first",
					"dependency", s.path, p))
			}
		}
	}
	return all
}

// machine is what of package os belongs to the process: its environment and its terminal.
var machine = []string{
	"Getenv", "LookupEnv", "Environ", "ExpandEnv", "Setenv", "Unsetenv", "Clearenv", "Stdin", "Stdout", "Stderr",
}

// machineInLibraries finds libraries that touch the environment or the terminal. Programs may, and so may the command
// line package, the examples, the benchmarks, the tests and what is their main.
func machineInLibraries(t *tree) []finding {
	var all []finding
	for _, s := range t.code {
		if s.test || s.ast.Name.Name == "main" || slices.Contains([]string{cli, cmd, examples, bench, leasetest, testprogs}, part(s.dir)) {
			continue
		}
		s.uses("os", machine, func(sel *ast.SelectorExpr) {
			name := "os." + sel.Sel.Name
			all = append(all, found(fmt.Sprintf("%s:%d: %s in a library: pass it in from internal/cli", s.path, t.line(sel.Pos()), name),
				"machine", s.path, name))
		})
	}
	return all
}

// sleepsInCode finds code that waits by sleeping.
func sleepsInCode(t *tree) []finding {
	var all []finding
	for _, s := range t.code {
		if s.test || part(s.dir) == cli || part(s.dir) == cmd {
			continue
		}
		s.uses("time", []string{"Sleep"}, func(sel *ast.SelectorExpr) {
			all = append(all, found(fmt.Sprintf("%s:%d: a sleep cannot be cancelled: select on a timer and ctx.Done()", s.path, t.line(sel.Pos())),
				"sleep", s.path))
		})
	}
	return all
}

func TestPackagesImportEachOtherOnlyAlongTheArrowsOfTheDesign(t *testing.T) {
	keeps(t, forbiddenArrows)
}

func TestPackagesOfTheSandboxAndTheBrokerSeeOnlyWhatTheyNeed(t *testing.T) { keeps(t, forbiddenRooms) }

func TestUsingTheSDKCostsItsImporterNoThirdPartyModule(t *testing.T) { keeps(t, rootDependencies) }

func TestOnlyTheCommandLineTouchesTheEnvironmentAndTheTerminal(t *testing.T) {
	keeps(t, machineInLibraries)
}

func TestNoLibraryWaitsBySleeping(t *testing.T) { keeps(t, sleepsInCode) }
