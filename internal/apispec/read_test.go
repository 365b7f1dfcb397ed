package apispec_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// small is a description of one operation that has nothing wrong.
var small = map[string]string{
	"parameters.txt": "parameter id int32 -- The ID of a thing.\nparameter page int32 -- The page.\n",
	"fields.txt":     "field colour -- The colour.\n",
	"common.txt":     "refusal 401 string text/plain\n\nlimit slow 5/60s per account\n  text Slow.\n",
	"things.txt": `section Things
  service Things
  text Things of all kinds.

PUT /things/{id} updateThing
  call Update
  text Replace a thing.
  query page =0
  body Thing
  answer 200 Thing
  permission UPDATE Thing; override
  limit slow when page=0 ~assumed

schema Thing
  text A thing.
  key thingId as id
  field colour Colour ~observed
  field thingId int32 required -- The ID.

values Colour
  text A colour.
  RED
`,
}

// read reads small with one text put in the place of another.
func read(t *testing.T, file, old, with string) error {
	t.Helper()
	dir := fstest.MapFS{}
	for name, text := range small {
		if name == file {
			if !strings.Contains(text, old) {
				t.Fatalf("%s has no %q", file, old)
			}
			text = strings.Replace(text, old, with, 1)
		}
		dir[name] = &fstest.MapFile{Data: []byte(text)}
	}
	d, err := apispec.Read(dir)
	if err != nil {
		return err
	}
	return d.Check()
}

func TestADescriptionIsReadAsItIsWritten(t *testing.T) {
	dir := fstest.MapFS{}
	for name, text := range small {
		dir[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(text, "\n", "\r\n"))} // as Git may check it out
	}
	d, err := apispec.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	op, params, ok := d.Match("PUT", "/things/7")
	if !ok || op.ID != "updateThing" || op.Name != "Update" || op.Section.Service != "Things" || params.Get("id") != "7" || op.Text != "Replace a thing." {
		t.Errorf("the operation is %+v", op)
	}
	if p := op.Param("page"); p.Default != "0" || p.Required || p.Text != "The page." || p.Type.String() != "int32" {
		t.Errorf("the parameter is %+v", p)
	}
	if p := op.Permission; p.Kind != apispec.HasRights || len(p.Rights) != 1 || p.Rights[0] != (apispec.Right{Action: "UPDATE", Resource: "Thing"}) || !p.Override || p.Filtered {
		t.Errorf("the permission is %+v", p)
	}
	if l := op.Limits[0]; l.When != "page=0" || l.Certainty != apispec.Assumed || l.String() != "5 in 1m0s per account" || l.Text != "Slow." {
		t.Errorf("the limit is %+v", l)
	}
	thing := d.Schema("Thing")
	if f := thing.Field("thingId"); thing.Key != "thingId" || thing.PathKey != "id" || !f.Required || f.Text != "The ID." {
		t.Errorf("the schema is %+v", thing)
	}
	if f := thing.Field("colour"); f.Type.Kind != apispec.Closed || f.Certainty != apispec.Observed || f.Text != "The colour." || d.Values("Colour").List[0] != "RED" {
		t.Errorf("the field is %+v", f)
	}
}

// mistakes are made by putting one text in the place of another.
var mistakes = []struct{ file, old, with, want string }{
	{"things.txt", "section Things", "sections Things", `things.txt:1: unknown word "sections"`},
	{"things.txt", "  service Things", "  servant Things", `things.txt:2: unknown word "servant"`},
	{"things.txt", "  call Update", "  calls Update", `things.txt:6: unknown word "calls"`},
	{"things.txt", "  call Update", "\n  call Update", "things.txt:7: nothing that this line belongs to"},
	{"things.txt", "/things/{id} updateThing", "/things/{other} updateThing", "things.txt:5: no parameter is called {other}"},
	{"things.txt", "updateThing", "", "things.txt:5: want an operation with path and ID"},
	{"things.txt", "/things/{id}", "/../{id}", "things.txt:5: /../{id} has a segment"},
	{"things.txt", "/things/{id}", "/api/v1/things/{id}", "things.txt:5: /api/v1/things/{id} has a segment"},
	{"things.txt", "query page", "query pages", "things.txt:8: no parameter is called pages"},
	{"things.txt", "query page", "query id int32\n  query page", "things.txt:8: the parameter id is there twice"},
	{"things.txt", "body Thing", "body thing", `things.txt:9: no type is called "thing"`},
	{"things.txt", "body Thing", "body [Thing", `things.txt:9: "[Thing" is no type`},
	{"things.txt", "body Thing", "body Nothing", "things.txt:9: nothing is called Nothing"},
	{"things.txt", "answer 200 Thing", "answer Thing", "things.txt:10: want the statuses"},
	{"things.txt", "answer 200 Thing", "answer 200 Thing a/b c/d", "things.txt:10: too many words"},
	{"things.txt", "UPDATE Thing", "CHANGE Thing", "things.txt:11: want what is done to what"},
	{"things.txt", "; override", "; overridden", `things.txt:11: unknown word "overridden"`},
	{"things.txt", "limit slow", "limit fast", "things.txt:12: no limit is called"},
	{"things.txt", "~assumed", "~guessed", "things.txt:12: want one of documented, observed, assumed"},
	{"things.txt", "colour Colour", "colour Color", "things.txt:17: nothing is called Color"},
	{"things.txt", "int32 required", "int32 needed", `things.txt:18: unknown word "needed"`},
	{"things.txt", "int32 required", "int32 min=low", "things.txt:18: strconv.ParseInt"},
	{"things.txt", "field colour", "field thingId int32\n  field colour", "things.txt:19: the field thingId is there twice"},
	{"things.txt", "values Colour", "values THING\n  text X.\n  A\n\nvalues Colour", "things.txt:20: the name THING is taken at things.txt:14"},
	{"things.txt", "  RED", "  RED\n  RED", `things.txt:23: "RED" cannot be a value`},
	{"things.txt", "\nschema Thing", "\nDELETE /things/{id} UpdateThing\n  text X.\n\nschema Thing", "things.txt:14: the ID UpdateThing is taken by PUT /things/{id}"},
	{"things.txt", "\nschema Thing", "\nPUT /things/{id} updateIt\n  text X.\n\nschema Thing", "things.txt:14: PUT /things/{id} is there already"},
	{"things.txt", "  call Update", "  call Update\n  duplicate gone", "updateThing is a duplicate of gone"},
	{"parameters.txt", "parameter page", "parameter id", "parameters.txt:2: the parameter id is there twice"},
	{"fields.txt", "field colour", "field colour -- It.\nfield colour", "fields.txt:2: want what the field colour means, once"},
	{"fields.txt", " -- The colour.", "", "fields.txt:1: want what the field colour means"},
	{"fields.txt", "The colour.", "the colour", "schema Thing: no sentence"},
	{"common.txt", "5/60s", "5/minute", `common.txt:3: want REQUESTS/TIME, not "5/minute"`},
	{"common.txt", " per account", "", "common.txt:3: want NAME REQUESTS/TIME... per WHOM"},

	{"things.txt", "service Things", "service things", `things.txt: the service "things" is there twice or cannot be a name in Go`},
	{"things.txt", "call Update", "call update-it", `updateThing: the call "update-it" is there twice`},
	{"things.txt", "Replace a thing.", "replace a thing", "updateThing: no sentence"},
	{"things.txt", "PUT /things/{id}", "GET /things/{id}", "updateThing: GET sets nothing, and has no body"},
	{"things.txt", "PUT /things/{id}", "PUT /th;ings/{id}", "updateThing: the path holds a character"},
	{"things.txt", "  answer 200 Thing\n", "", "updateThing: there is no answer"},
	{"things.txt", "answer 200 Thing", "answer 200 Thing */*", `"*/*" is no content type`},
	{"things.txt", "answer 200 Thing", "answer 200 Thing text/plain", "Thing is JSON"},
	{"things.txt", "answer 200 Thing", "answer 404 Thing", "the status 404"},
	{"things.txt", "answer 200 Thing", "answer 200 200 Thing", "a status is there twice"},
	{"things.txt", "body Thing", "body file", "a file is a part of multipart/form-data"},
	{"things.txt", "query page", "form page", "a form is the body already"},
	{"things.txt", "page =0", "page* =0", "the parameter page is required and has a default"},
	{"things.txt", "page =0", "page =none", "the default of page"},
	{"things.txt", "page =0", "page Colour =BLUE", "Colour has no value BLUE"},
	{"things.txt", "when page=0", "when size=0", "asks for a parameter size"},
	{"things.txt", "key thingId", "key theId", "Thing has no field theId"},
	{"things.txt", "field colour Colour", "field colour string", "values Colour: nothing uses them"},
	{"things.txt", "  RED\n", "", "values Colour: there is none"},
	{"things.txt", "int32 required", "int32 required readonly", "the field thingId is read only and written"},
}

func TestAMistakeInTheDescriptionIsToldWithItsPlace(t *testing.T) {
	if err := read(t, "things.txt", "RED", "BLUE"); err != nil {
		t.Fatalf("what has no mistake is refused: %v", err)
	}
	for _, test := range mistakes {
		if err := read(t, test.file, test.old, test.with); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q for %q: %v\nwant %s", test.with, test.old, err, test.want)
		}
	}
}

func FuzzADescriptionIsReadOrRefused(f *testing.F) {
	f.Add(small["things.txt"], small["common.txt"], small["parameters.txt"])
	f.Fuzz(func(_ *testing.T, things, common, parameters string) {
		d, err := apispec.Read(fstest.MapFS{"things.txt": {Data: []byte(things)}, "common.txt": {Data: []byte(common)}, "parameters.txt": {Data: []byte(parameters)}})
		if err != nil || d.Check() != nil {
			return
		}
		if _, err := d.OpenAPI(); err != nil {
			panic(err)
		}
	})
}
