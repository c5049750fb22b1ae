package docs_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestVersionIsStampedIntoTheBuild checks that the program gets the version of the file VERSION. The document has the
// version of the program.
func TestVersionIsStampedIntoTheBuild(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../VERSION")
	if err != nil {
		t.Fatal(err)
	}
	version := strings.TrimSpace(string(text))
	if !regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`).MatchString(version) {
		t.Errorf("VERSION has %q, which is no semantic version", version)
	}
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is not installed")
	}
	build := exec.CommandContext(t.Context(), "make", "-n", "build")
	build.Dir = ".."
	build.Env = append(os.Environ(), "MAKEFLAGS=", "MAKEOVERRIDES=")
	out, err := build.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "-X main.version="+version+`"`) {
		t.Errorf("make build does not stamp %s (%v): %s", version, err, out)
	}
}

func TestTheChangelogHasUnreleasedChanges(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "\n## [Unreleased]\n") {
		t.Error("CHANGELOG.md has no section Unreleased")
	}
}
