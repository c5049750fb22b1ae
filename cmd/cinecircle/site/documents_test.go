package site_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

func TestTheTermsOfTheOperatorAreShownWithoutScripts(t *testing.T) {
	t.Parallel()
	c := apptest.Config(t)
	c.Community.Terms = filepath.Join(t.TempDir(), "terms.md")
	text := "## Our house\n\nBe **kind**. <script>alert(1)</script> [x](javascript:alert(1))\n"
	if err := os.WriteFile(c.Community.Terms, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	server := apptest.Serve(t, apptest.With(t, c).Handler)
	p := newBrowser(t, server).get("/terms")
	p.has(t, 200, "<h2>Our house</h2>", "Be <strong>kind</strong>.")
	if strings.Contains(p.body, "alert(1)</script>") || strings.Contains(p.body, "javascript:") {
		t.Errorf("the page has a script: %.2000s", p.body)
	}
}
