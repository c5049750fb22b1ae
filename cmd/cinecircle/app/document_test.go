package app_test

import (
	"encoding/json"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// maxOperation is how large an operation of the OpenAPI document may be on average, in bytes, with its share of the
// components: tools and people read all of it.
const maxOperation = 2_000

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
