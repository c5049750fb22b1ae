package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryFindingIsListedAndRuns checks that the list of findings names each script once, with a link that leads to it,
// and that each can be started and compares what it sees. The scripts install packages, so no test runs them.
func TestEveryFindingIsListedAndRuns(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob(filepath.Join(root, "findings", "*.sh"))
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts, %v", err)
	}
	list := read(t, filepath.Join(root, "findings", "README.md"))
	for _, file := range scripts {
		name := strings.TrimSuffix(filepath.Base(file), ".sh")
		if name == "lib" {
			continue
		}
		if n := strings.Count(list, "\n| ["+name+"]("+name+".sh) | "); n != 1 {
			t.Errorf("findings/README.md lists %s %d times", name, n)
		}
		if info, err := os.Stat(file); err != nil || info.Mode()&0o100 == 0 {
			t.Errorf("%s cannot be started, %v", file, err)
		}
		if text := read(t, file); !strings.Contains(text, "/lib.sh\"\n") || !strings.Contains(text, "\nexpect ") {
			t.Errorf("%s does not compare what it sees", file)
		}
	}
	if listed := strings.Count(list, ".sh) | "); listed != len(scripts)-1 {
		t.Errorf("findings/README.md lists %d scripts of %d", listed, len(scripts)-1)
	}
}
