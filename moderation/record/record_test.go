package record

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
)

// TestActionsAreComplete reads the source, so that a new action is among the choices of the log, where people look for it.
func TestActionsAreComplete(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "record.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Type == nil {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != "Action" {
			return true
		}
		word, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if found++; err != nil || !slices.Contains(Actions, Action(word)) {
			t.Errorf("%s is missing in Actions: %v", word, err)
		}
		return true
	})
	if found == 0 || found != len(Actions) {
		t.Errorf("the source has %d actions, Actions %d", found, len(Actions))
	}
}
