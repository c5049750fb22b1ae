package main

import (
	"bytes"
	"os"
	"testing"
)

func TestOnlyTheBuildOfTheTortureProgramHasFailPoints(t *testing.T) {
	t.Parallel()
	path, err := buildBinary()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"FAILPOINT", "before-commit", "file-before-row", "row-before-push", "migration-statement"} {
		if bytes.Contains(program, []byte(name)) {
			t.Errorf("the binary knows of %s", name)
		}
	}
}
