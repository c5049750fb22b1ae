package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// namingFiles name paths of the repository, besides comments in Go.
var namingFiles = []string{
	"Makefile", "Dockerfile", "compose*.yaml", ".golangci.yml", ".dockerignore", ".gitignore", ".ci/*",
	".github/workflows/*", "scripts/*", "config.yaml", ".env.example",
}

var (
	// namedPath finds paths from the root of the repository, and patterns of paths. With a letter or a slash before it, it
	// is part of another path, such as the import path of another module.
	namedPath = regexp.MustCompile(`(?m)(?:^|[^\w./-]|[^\w./-]\./)((?:clients|cmd|comment|diary|docs|feed|findings|follow|list|movie|notify|platform|reaction|review|scripts|user|\.ci|\.github)/[\w./*-]*\w)`)
	goComment = regexp.MustCompile(`(?m)(?:^|\s)//.*$`)
)

func TestNamedPathsExist(t *testing.T) {
	t.Parallel()
	checked := 0
	check := func(file, text string) {
		for _, m := range namedPath.FindAllStringSubmatch(text, -1) {
			checked++
			found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(m[1])))
			if err != nil || len(found) == 0 {
				t.Errorf("%s names %s, which does not exist", file, m[1])
			}
		}
	}
	for _, pattern := range namingFiles {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no such file, %v", pattern, err)
		}
		for _, file := range files {
			check(file, read(t, file))
		}
	}
	for _, file := range goFiles(t) {
		check(file, strings.Join(goComment.FindAllString(read(t, file), -1), "\n"))
	}
	if checked < 60 {
		t.Errorf("only %d paths are named", checked)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// goFiles returns the Go files of the repository. It leaves out hidden folders and testdata.
func goFiles(t *testing.T) (files []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case strings.HasSuffix(path, ".go"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
