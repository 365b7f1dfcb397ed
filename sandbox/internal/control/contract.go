package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// changeSettings changes the settings that are given, each to a value of its type or by null to its default; the others stay.
// It answers with all of them.
func (c *control) changeSettings(r *http.Request) (any, error) {
	var in map[string]json.RawMessage
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	err := c.ChangeRules(func(r *contract.Rules) error {
		var all []error
		for _, name := range slices.Sorted(maps.Keys(in)) {
			found, err := contract.FindSetting(name)
			if err == nil {
				err = found.SetJSON(r, in[name])
			}
			all = append(all, err)
		}
		return errors.Join(all...)
	})
	if err != nil {
		return nil, err
	}
	return c.Rules.Load().Values(), nil
}

// showContract is GET /_sandbox/contract: the whole table, as JSON or, with format=markdown, as the document.
func (c *control) showContract(w http.ResponseWriter, r *http.Request) {
	doc := contract.NewDocument(c.Profile(), c.Rules.Load())
	switch format := r.URL.Query().Get("format"); format {
	case "", "json":
		endpoint.JSON(http.StatusOK, doc).Write(w)
	case "markdown":
		endpoint.NewResponse(http.StatusOK, "text/markdown; charset=utf-8", []byte(doc.Markdown())).Write(w)
	default:
		admin.Answer(nil, fmt.Errorf("format %q: there are json and markdown", wording.Clip(format))).Write(w)
	}
}
