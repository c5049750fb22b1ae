package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// section returns the text of the architecture page from a heading to the next one of the same level.
func section(t *testing.T, heading string) string {
	t.Helper()
	page, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(page), "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("architecture.md has no section %q", heading)
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	return rest
}

func firstGroups(text, pattern string) (all []string) {
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

func TestArchitectureListsEveryPackage(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	var want []string
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != "." || d.Name() == "testdata" || slices.Contains([]string{"bin", "data", "dist"}, name)) {
			return fs.SkipDir
		}
		if _, err := fs.Stat(root, name+"/go.mod"); err == nil && name != "." { // another module
			return fs.SkipDir
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			want = append(want, path.Dir(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	want = slices.Compact(want)
	table, _, _ := strings.Cut(section(t, "Packages"), "\nEvery domain has")
	var got []string
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "|"); len(cells) > 1 {
			line = cells[1] // the name, without its description
		}
		got = append(got, firstGroups(line, "`([a-z/]+)`")...)
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages (-code +architecture.md):\n%s", diff)
	}
}

// body returns the body of a function of package app.
func body(t *testing.T, file, function string) *ast.BlockStmt {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), "../cmd/cinecircle/app/"+file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range parsed.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == function {
			return f.Body
		}
	}
	t.Fatalf("%s has no function %s", file, function)
	return nil
}

func TestArchitectureListsEveryWorker(t *testing.T) {
	t.Parallel()
	var want []string
	ast.Inspect(body(t, "run.go", "workers"), func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			name, err := strconv.Unquote(l.Value)
			if err != nil {
				t.Error(err)
			}
			want = append(want, name)
		}
		return true
	})
	if diff := cmp.Diff(want, firstGroups(section(t, "Workers"), `(?m)^- \*\*([^*]+)\*\*`)); diff != "" || len(want) == 0 {
		t.Errorf("workers (-run.go +architecture.md):\n%s", diff)
	}
}

func TestArchitectureListsEveryHookInOrder(t *testing.T) {
	t.Parallel()
	for function, title := range map[string]string{"hookDeletions": "Deletion hooks", "hookMerges": "Merge hooks"} {
		var want []string
		for _, statement := range body(t, "app.go", function).List {
			call := statement.(*ast.ExprStmt).X.(*ast.CallExpr)
			want = append(want, selector(call.Fun)+"("+selector(call.Args[0])+")")
		}
		if diff := cmp.Diff(want, firstGroups(section(t, title), "(?m)^[0-9]+\\. `([^`]+)`")); diff != "" || len(want) == 0 {
			t.Errorf("%s (-app.go +architecture.md):\n%s", title, diff)
		}
	}
	for _, file := range []string{"comment", "diary", "feed", "follow", "list", "movie", "notify", "reaction", "review", "user"} {
		sources, err := fs.Glob(os.DirFS(".."), file+"/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range sources {
			text, err := os.ReadFile("../" + name)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(name, "_test.go") && regexp.MustCompile(`\w\.On(Delete|Merge)\([a-z]`).Match(text) {
				t.Errorf("%s registers a hook; hookDeletions and hookMerges are the places for them", name)
			}
		}
	}
}

// selector returns a.Users.OnDelete as Users.OnDelete.
func selector(e ast.Expr) string {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	return strings.TrimPrefix(selector(s.X)+"."+s.Sel.Name, ".")
}
