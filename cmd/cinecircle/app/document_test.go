package app_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// maxOperation is how large an operation of the OpenAPI document may be on average, in bytes, with its share of the
// components: tools and people read all of it.
const maxOperation = 2_150

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

// eachObject calls visit with every object in the document, the inner ones too.
func eachObject(t *testing.T, visit func(node map[string]any)) {
	t.Helper()
	raw, err := apptest.New(t).Router.Document()
	if err != nil {
		t.Fatal(err)
	}
	var document any
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	var walk func(node any)
	walk = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, one := range node {
				walk(one)
			}
		case map[string]any:
			visit(node)
			for _, one := range node {
				walk(one)
			}
		}
	}
	walk(document)
}

// TestEnumsOfWhatCanBeNullListNull looks at every schema: a validator refuses null where an enum does not list it.
func TestEnumsOfWhatCanBeNullListNull(t *testing.T) {
	t.Parallel()
	found := 0
	eachObject(t, func(node map[string]any) {
		types, _ := node["type"].([]any)
		if values, ok := node["enum"].([]any); ok && slices.Contains(types, any("null")) {
			found++
			if !slices.Contains(values, nil) {
				t.Errorf("an enum without null: %v", node)
			}
		}
	})
	if found == 0 {
		t.Error("no enum can be null")
	}
}

// TestNamesInTheDocumentMakeIdentifiers holds the names of properties and the values of enums to letters that every
// generator of clients keeps: of others, oapi-codegen makes nameless fields, which are lost (findings/oapi-codegen-hangul.sh).
func TestNamesInTheDocumentMakeIdentifiers(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^-?[a-zA-Z0-9][\w.:/-]*$`)
	checked := 0
	check := func(text string, where any) {
		checked++
		if !name.MatchString(text) {
			t.Errorf("generators may lose %q: %v", text, where)
		}
	}
	eachObject(t, func(node map[string]any) {
		properties, _ := node["properties"].(map[string]any) // nil where there are none
		for property := range properties {
			check(property, node)
		}
		values, _ := node["enum"].([]any)
		for _, value := range values {
			if text, ok := value.(string); ok {
				check(text, node)
			}
		}
	})
	if checked == 0 {
		t.Error("the document has no names")
	}
}
