package e2e_test

import (
	"bytes"
	"testing"

	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi-validator/schema_validation"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// valid tells whether a validator takes a document for OpenAPI 3.1 whose references lead somewhere, and what it said.
func valid(t *testing.T, text []byte) (bool, string) {
	t.Helper()
	doc, err := libopenapi.NewDocument(text)
	if err != nil {
		return false, err.Error()
	}
	if ok, wrong := schema_validation.ValidateOpenAPIDocument(doc); !ok {
		return false, wrong[0].Error()
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		return false, err.Error()
	}
	return model.Model.Paths.PathItems.Len() > 250, "too few paths"
}

func TestTheExportedDescriptionIsValid(t *testing.T) {
	text, err := apispec.Default().OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if ok, said := valid(t, text); !ok {
		t.Fatal(said)
	}
	for old, with := range map[string]string{
		`"in": "query"`: `"in": "body"`, `"required": true`: `"required": "yes"`, `#/components/schemas/Gate"`: `#/components/schemas/Gates"`,
	} {
		if ok, _ := valid(t, bytes.Replace(text, []byte(old), []byte(with), 1)); ok {
			t.Errorf("with %s for %s it is still valid", with, old)
		}
	}
}
