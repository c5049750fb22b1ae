package main_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

func TestOnlyTheTortureBuildHasFailPoints(t *testing.T) {
	t.Parallel()
	program, err := os.ReadFile(apptest.Binary(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"FAILPOINT", "before-commit", "file-before-row", "row-before-push", "migration-statement"} {
		if bytes.Contains(program, []byte(name)) {
			t.Errorf("the binary contains %s", name)
		}
	}
}
