package control

import (
	"fmt"
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// controlContract is GET /_sandbox/contract: the whole table, as JSON or, with format=markdown, as the document.
func (c *control) controlContract(w http.ResponseWriter, r *http.Request) {
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
