package app_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// maxOperation is how large an operation of the OpenAPI document may be on average, in bytes, with its share of the
// components: tools and people read all of it.
const maxOperation = 2_100

func TestTheDocumentIsSmall(t *testing.T) {
	t.Parallel()
	router := apptest.New(t).Router
	document, err := router.Document()
	if err != nil {
		t.Fatal(err)
	}
	operations := len(router.Routes())
	t.Logf("%d operations in %d bytes", operations, len(document))
	if len(document) > operations*maxOperation {
		t.Errorf("%d operations take %d bytes, more than %d each", operations, len(document), maxOperation)
	}
}

func TestTheDocumentHasTheVersionOfTheProgram(t *testing.T) {
	t.Parallel()
	document, err := apptest.New(t).Router.Document()
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct{ Info struct{ Version string } }
	if err := json.Unmarshal(document, &parsed); err != nil || parsed.Info.Version != "test" { // as apptest builds it
		t.Errorf("the document has the version %q (%v), want that of the program", parsed.Info.Version, err)
	}
}

// TestEnumsOfWhatCanBeNullListNull looks at every schema: a validator refuses null where an enum does not list it.
func TestEnumsOfWhatCanBeNullListNull(t *testing.T) {
	t.Parallel()
	raw, err := apptest.New(t).Router.Document()
	if err != nil {
		t.Fatal(err)
	}
	var document any
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	found := 0
	var walk func(node any)
	walk = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, one := range node {
				walk(one)
			}
		case map[string]any:
			types, _ := node["type"].([]any)
			if values, ok := node["enum"].([]any); ok && slices.Contains(types, any("null")) {
				found++
				if !slices.Contains(values, nil) {
					t.Errorf("an enum without null: %v", node)
				}
			}
			for _, one := range node {
				walk(one)
			}
		}
	}
	walk(document)
	if found == 0 {
		t.Error("no enum can be null")
	}
}
