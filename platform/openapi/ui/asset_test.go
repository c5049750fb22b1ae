package ui_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/openapi/ui"
)

func TestEveryReferencedAssetIsServedAsImmutable(t *testing.T) {
	types := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
	for _, name := range references(t) {
		w := get(t, "/docs/assets/"+name, nil)
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: status %d, %d bytes", name, w.Code, w.Body.Len())
		}
		want := http.Header{
			"Content-Type":           {types[path.Ext(name)]},
			"Cache-Control":          {"public, max-age=31536000, immutable"},
			"X-Content-Type-Options": {"nosniff"},
			"Content-Length":         {strconv.Itoa(w.Body.Len())},
		}
		for key := range want {
			if diff := cmp.Diff(want[key], w.Header()[key]); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", name, key, diff)
			}
		}
	}
}

// A cache that mixes the encodings up would hand compressed bytes to a client that cannot read them.
func TestAnUnknownAssetIsNotFoundAndWritesNothing(t *testing.T) {
	site, err := ui.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "none.js", "docs.js", "docs.html", "swagger-ui.css.gz", "../ui.go", "SHA256SUMS"} {
		w := httptest.NewRecorder()
		err := site.Asset(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), name)
		if !errors.Is(err, apperr.ErrNotFound) {
			t.Errorf("%q: %v, want not found", name, err)
		}
		if w.Body.Len() != 0 || len(w.Header()) != 0 {
			t.Errorf("%q: wrote %d bytes and %v", name, w.Body.Len(), w.Header())
		}
	}
}

func TestLicencesAreServedUnderTheNamesInTheScripts(t *testing.T) {
	for name, phrase := range map[string]string{
		"swagger-ui.LICENSE.txt":                     "Apache License",
		"swagger-ui.NOTICE.txt":                      "SmartBear",
		"swagger-ui-bundle.js.LICENSE.txt":           "@license",
		"redoc.LICENSE.txt":                          "The MIT License",
		"redoc.standalone.js.LICENSE.txt":            "@license",
		"d87bcbdbea8f8f5aa26f.worker.js.LICENSE.txt": "lunr",
	} {
		w := get(t, "/docs/assets/"+name, nil)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), phrase) {
			t.Errorf("%s: status %d without %q", name, w.Code, phrase)
		}
		if got := w.Header().Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: Cache-Control %q for a name without a hash", name, got)
		}
	}
}

func TestVendoredFilesMatchTheirList(t *testing.T) {
	list, err := os.ReadFile("assets/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]string)
	for line := range strings.Lines(string(list)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		want[name] = sum
	}
	if diff := cmp.Diff(want, sums(t, "assets")); diff != "" {
		t.Errorf("assets (-list +folder):\n%s", diff)
	}
}

// sums returns the SHA-256 of every file in a folder but the list itself.
func sums(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	sums := make(map[string]string)
	for _, e := range entries {
		if e.Name() == "SHA256SUMS" {
			continue
		}
		content, err := os.ReadFile(path.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(content)
		sums[e.Name()] = hex.EncodeToString(sum[:])
	}
	return sums
}

// vendored returns the assets of the pages that are stored compressed.
