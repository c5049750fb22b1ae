package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryFuzzTargetKeepsACorpus holds that the inputs from which fuzzing goes on are there, and few enough to be run
// by every test.
func TestEveryFuzzTargetKeepsACorpus(t *testing.T) {
	t.Parallel()
	declared := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(f \*testing\.F\)`)
	targets := 0
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(source, -1) {
			targets++
			kept, err := os.ReadDir(filepath.Join(filepath.Dir(path), "testdata", "fuzz", string(m[1])))
			if err != nil || len(kept) == 0 || len(kept) > 50 {
				t.Errorf("%s: %d inputs, %v", m[1], len(kept), err)
			}
		}
		return err
	})
	if err != nil || targets < 20 {
		t.Errorf("%d targets, %v", targets, err)
	}
}
