package apidoc

import (
	"fmt"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apigo"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// intro begins docs/api.md.
const intro = "# The API\n\n<!-- Printed by go generate ./internal/apidoc. Do not edit: what is wrong is mended in internal/apispec/data. -->\n\n" +
	`The %d operations of RingCX that are known: %d that the vendor describes, and %d from its guide and from programs that work. The description is
ours: the mistakes of the vendor's are mended in it, and where a fact is not documented it says so.

## From a shell

` + "```sh" + `
ringcx api list dial group                          # the operations that have these words
ringcx api describe createDialGroup                 # parameters, body, answers, permission, limits
ringcx api describe createDialGroup --example >body.json
ringcx api openapi --output ringcx.json             # all of it as OpenAPI 3.1
ringcx api listAllUsers                             # the answer as it comes
` + "```" + `

` + "`describe`" + ` takes a method and a path as well, or the name of a type, and ` + "`--json`" + ` is for programs. It asks nobody, and needs no login.

* **Required** is what requests must have. Answers may leave out any field, and may have fields that nobody describes.
* **One of** is a closed list as far as it is documented; the vendor may have more values by now.
* **Observed** is what answers of the vendor or programs show and no document says; **assumed** is what follows from similar facts.
* **Repeated** says what a second request does: nothing else, or something once more, such as a call that is placed. After a 429,
  package ` + "`api`" + ` waits and repeats what may be repeated, and never the rest; ` + "`ringcx api`" + ` waits between the pages of a list alone, and else
  ends with exit code 75.
* **Limits** are documented for few operations. All of an operation's hold at the same time, and operations that have the same share it.

## From Go

Package [api](../api/doc.go) has a method for each public operation, named below; [a program](../examples/README.md#with-the-typed-client) shows it. What belongs to a sub-account
is asked for as ` + "`client.Account(id).Campaigns.List`" + `, the rest as ` + "`client.Users.List`" + `. Lists that have pages have a second method,
` + "`ListAll`" + `, that ranges over all of them.

` + "```go" + `
client := api.New(session.Client(), "") // "" is production
groups := client.Account("21000001").DialGroups
group, err := groups.Get(ctx, 7)
if err != nil {
	return err
}
group.DialGroupName = "Support"
group, err = groups.Update(ctx, 7, group) // with all else that was read
` + "```" + `

## By section

`

// Markdown is docs/api.md.
func Markdown(d *apispec.Description) []byte {
	var b strings.Builder
	published := 0
	for _, op := range d.Operations {
		if op.Source <= apispec.Internal {
			published++
		}
	}
	fmt.Fprintf(&b, intro, len(d.Operations), published, len(d.Operations)-published)
	for _, s := range d.Sections {
		fmt.Fprintf(&b, "* [%s](#%s)\n", s.Name, anchor(s.Name))
	}
	for _, s := range d.Sections {
		fmt.Fprintf(&b, "\n### %s\n\n%s", s.Name, s.Text)
		if page := s.Guide(); page != "" {
			fmt.Fprintf(&b, " [The vendor's guide](%s).", page)
		}
		b.WriteString("\n\n| operation | | request | in Go |\n|---|---|---|---|\n")
		for _, op := range s.Operations {
			fmt.Fprintf(&b, "| `%s` | %s | `%s %s` | %s |\n", op.ID, op.Text+remark(op), op.Method, op.Path, inGo(op))
		}
	}
	return []byte(b.String())
}

// anchor is where a heading is linked.
func anchor(heading string) string {
	return strings.ReplaceAll(strings.ToLower(heading), " ", "-")
}

func inGo(op *apispec.Operation) string {
	if !apigo.Offered(op) {
		return ""
	}
	return fmt.Sprintf("`%s.%s`", op.Section.Service, op.Name)
}
