package brokercmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// readRule reads a rule, and checks it as the broker does.
func (c *config) readRule(t *table) {
	var r broker.Rule
	r.Deny, _ = t.flag("deny")
	r.Caller = t.text("caller", `caller = "worker"`)
	r.Profile = t.text("profile", `profile = "support"`)
	r.Account = t.text("account", `account = "12345"`)
	r.Operation = t.text("operation", `operation = "getAccounts"`)
	r.Method = t.text("method", `method = "GET"`)
	r.Path = t.text("path", `path = "/voice/api/v1/**"`)
	t.done()
	line := t.line(t.path)
	c.rules, c.lines = append(c.rules, r), append(c.lines, line)
	if why := knownRule(r.Caller); r.Caller != "" && why != "" {
		t.misfit("caller", fmt.Sprintf("%q is no name of a caller: %s", wording.Clip(r.Caller), why), "write the name that the caller was given, or that comes of its token, such as ci:acme/site")
	}
	if strings.Contains(r.Account, "*") {
		t.misfit("account", fmt.Sprintf("is %q, and * stands for nothing there", wording.Clip(r.Account)), "leave it out for any account, or have a rule for each")
	}
	c.serves(t, r.Profile)
	if r.Method != "" && !slices.Contains(methods, r.Method) {
		t.misfit("method", fmt.Sprintf("is %q, which is no method in capitals that is sent to the vendor", wording.Clip(r.Method)), "leave it out for any method, or give one of "+wording.Listed(methods))
		r.Method = ""
	}
	if err := checkRule(r); err != nil {
		t.fail(line, err.Error(), usage.Hint(err))
	}
}

// methods are those that a rule may name.
var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// serves refuses the profile of a table, if it is not one of those that are named. Where none is named, unserved tells.
func (c *config) serves(t *table, profile string) {
	if profile != "" && len(c.profiles) == 0 {
		c.asked = append(c.asked, asked{t.line(t.of("profile")), t.shown("profile"), profile})
	}
	if profile != "" && len(c.profiles) > 0 && !slices.Contains(c.profiles, profile) {
		t.misfit("profile", fmt.Sprintf("is %q, which is not served", wording.Clip(profile)), wording.HintOf(profile, c.profiles))
	}
}

// unserved tells of the profiles that are named and are none of these, which are served.
func (c *config) unserved(names []string) []*usage.Error {
	r := &reading{file: c.file}
	for _, one := range c.asked {
		if !slices.Contains(names, one.profile) {
			hint := wording.DidYouMean(wording.Nearest(one.profile, names), "served is "+wording.Listed(names)+"; profiles = [...] names others")
			r.fail(one.line, fmt.Sprintf("%s is %q, which is not served", one.setting, wording.Clip(one.profile)), hint)
		}
	}
	return r.errors()
}

// checkRule finds what is wrong with a rule.
func checkRule(r broker.Rule) error {
	b, err := offline([]broker.Rule{r}, []string{"x"})
	if err == nil {
		b.Close()
		return nil
	}
	hint := `such as path = "/voice/api/v1/**": * is one segment of a path, and ** the rest`
	if op, known := apispec.Find(r.Operation); r.Operation != "" && !known {
		hint = wording.DidYouMean(nearOperation(r.Operation), "'ringcx api list' tells the operations")
	} else if known && r.Method != "" && r.Method != op.Method {
		hint = "leave out method: an operation has one"
	}
	return usage.New(strings.TrimPrefix(err.Error(), "rule 1: "), hint)
}

// offline is a broker that is asked what it would do, and reaches nobody.
func offline(rules []broker.Rule, profiles []string) (*broker.Broker, error) {
	nobody := (&ringcx.Config{}).NewSession(nil, nil)
	opts := &broker.Options{Rules: rules, NoLimits: true, Metrics: broker.NewMetrics()}
	for _, name := range profiles {
		opts.Profiles = append(opts.Profiles, broker.Profile{Name: name, Session: nobody})
	}
	return broker.New(opts)
}

// shadowed tells of rules that decide nothing, because one before them that says the opposite matches all that they match.
func (c *config) shadowed() (all []string) {
	for i, r := range c.rules {
		for j, first := range c.rules[:i] {
			if first.Deny != r.Deny && covers(first, r) {
				all = append(all, fmt.Sprintf("%s:%d: the rule decides nothing: that of line %d matches all of it, comes first, and says the opposite; put the narrower rule first",
					c.file, c.lines[i], c.lines[j]))
				break
			}
		}
	}
	return all
}

// covers tells whether a rule surely matches whatever another one does. Of operations that make or tell credentials only their names allow.
func covers(first, r broker.Rule) bool {
	method, path := r.Method, r.Path
	if op, ok := apispec.Find(r.Operation); ok && r.Operation != "" {
		method = op.Method
		if path == "" {
			path = op.Path
		}
		if !first.Deny && first.Operation == "" && !allowed(op) {
			return false
		}
	}
	for _, of := range [][2]string{{first.Caller, r.Caller}, {first.Profile, r.Profile}, {first.Account, r.Account}, {first.Method, method}} {
		if of[0] != "" && of[0] != of[1] {
			return false
		}
	}
	return (first.Operation == "" || strings.EqualFold(first.Operation, r.Operation)) && (first.Path == "" || wider(first.Path, path))
}

// wider tells whether a pattern has all paths of another one, or of an operation.
func wider(pattern, path string) bool {
	if path == "" {
		return false
	}
	of := strings.Split(strings.Trim(path, "/"), "/")
	wanted := strings.Split(strings.Trim(pattern, "/"), "/")
	for i, s := range wanted {
		switch {
		case s == "**":
			return true
		case i == len(of), of[i] == "**", s != "*" && s != of[i]:
			return false
		}
	}
	return len(wanted) == len(of)
}

// allowed tells whether a rule that does not name an operation allows it.
func allowed(op *apispec.Operation) bool {
	b, err := offline([]broker.Rule{{Path: "/**"}}, []string{"x"})
	if err != nil {
		return false
	}
	defer b.Close()
	parts := strings.Split(op.Path, "/")
	for i, s := range parts {
		if strings.HasPrefix(s, "{") {
			parts[i] = "1"
		}
	}
	may, _ := b.May("x", "x", op.Method, strings.Join(parts, "/"))
	return may
}
