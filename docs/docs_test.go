// Package docs_test keeps the pages true: the tests, files, targets and folders that they name exist.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const root = ".."

// pages returns the text of every hand-written page of the repository by its path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	paths := []string{"README.md", "CONTRIBUTING.md", "SECURITY.md"}
	for _, pattern := range []string{"docs/*.md", "findings/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			rel, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			paths = append(paths, filepath.ToSlash(rel))
		}
	}
	all := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		all[path] = string(text)
	}
	return all
}

// generated pages are written by programs, which know no line length.
var generated = []string{"docs/performance-tables.md", "docs/licences.md"}

var (
	namedTest    = regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`)
	declaredTest = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	link         = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading      = regexp.MustCompile(`(?m)^#+ (.+)$`)
	target       = regexp.MustCompile(`(?m)^([a-z0-9-]+):`)
	namedTarget  = regexp.MustCompile("(?m)(?:^|`|[A-Z0-9]+=\\S+ )make ([a-z][a-z0-9-]*)")
)

func TestNamedTestsExist(t *testing.T) {
	t.Parallel()
	declared := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		code, err := os.ReadFile(path)
		for _, m := range declaredTest.FindAllSubmatch(code, -1) {
			declared[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	all := pages(t)
	for path, text := range all {
		for _, name := range namedTest.FindAllString(text, -1) {
			if !declared[name] {
				t.Errorf("%s names %s, which does not exist", path, name)
			}
		}
	}
	for _, path := range []string{"docs/hazards.md", "docs/asvs.md"} {
		if n := len(namedTest.FindAllString(all[path], -1)); n < 50 {
			t.Errorf("%s names only %d tests", path, n)
		}
	}
}

func TestLinksInTheDocsResolve(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for path, text := range all {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			to, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(to, "://") {
				continue
			}
			file := path
			if to != "" {
				file = filepath.ToSlash(filepath.Join(filepath.Dir(path), to))
			}
			if _, err := os.Stat(filepath.Join(root, file)); err != nil {
				t.Errorf("%s links to %s, which does not exist", path, m[1])
				continue
			}
			if anchor != "" && !slices.Contains(anchors(all[file]), anchor) {
				t.Errorf("%s links to %s: there is no such heading", path, m[1])
			}
		}
	}
}

// anchors returns the anchors that GitHub makes of the headings of a page.
func anchors(text string) (names []string) {
	dropped := regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		name := dropped.ReplaceAllString(strings.ToLower(m[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

func TestNamedTargetsOfMakeExist(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	var targets []string
	for _, m := range target.FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, m[1])
	}
	for path, text := range pages(t) {
		for _, m := range namedTarget.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(targets, m[1]) {
				t.Errorf("%s names make %s, which does not exist", path, m[1])
			}
		}
	}
}

// TestEveryCommandIsRunOrMarked wants above each block of shell commands a comment that says which test runs it, or why
// none does.
func TestEveryCommandIsRunOrMarked(t *testing.T) {
	t.Parallel()
	marked := regexp.MustCompile(`^<!-- (run by Test\w+|not run by tests: .+) -->$`)
	for path, text := range pages(t) {
		before := ""
		for i, line := range strings.Split(text, "\n") {
			if strings.HasPrefix(line, "```sh") && !marked.MatchString(before) {
				t.Errorf("%s:%d: the line above a block of commands says neither which test runs it nor why none does", path, i+1)
			}
			before = line
		}
	}
}

func TestProseFitsOneHundredAndTwentyColumns(t *testing.T) {
	t.Parallel()
	for path, text := range pages(t) {
		if slices.Contains(generated, path) {
			continue
		}
		code := false
		for i, line := range strings.Split(text, "\n") {
			switch {
			case strings.HasPrefix(line, "```"):
				code = !code
			case code, strings.HasPrefix(line, "|"), strings.HasPrefix(line, "!["):
			case utf8.RuneCountInString(line) > 120:
				t.Errorf("%s:%d has %d columns", path, i+1, utf8.RuneCountInString(line))
			}
		}
	}
}
