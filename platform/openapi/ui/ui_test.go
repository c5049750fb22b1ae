package ui_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/openapi/ui"
)

func TestPagesUseOnlyTheirOwnOrigin(t *testing.T) {
	const common = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
		"img-src 'self' data:; connect-src 'self'; font-src 'self' data:; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	want := map[string]string{"/docs": common, "/redoc": common + "; worker-src blob:"}
	for path, policy := range want {
		h := get(t, path, nil).Header()
		if diff := cmp.Diff(policy, h.Get("Content-Security-Policy")); diff != "" {
			t.Errorf("%s: policy (-want +got):\n%s", path, diff)
		}
		if h.Get("Cross-Origin-Opener-Policy") != "same-origin" || !strings.Contains(h.Get("Permissions-Policy"), "microphone=()") {
			t.Errorf("%s: headers %v", path, h)
		}
		if got := h.Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s: X-Content-Type-Options %q", path, got)
		}
		if got := h.Get("Content-Type"); got != "text/html; charset=utf-8" {
			t.Errorf("%s: Content-Type %q", path, got)
		}
	}
}

// A page that breaks its own policy stays blank, which no test of the server would see.
func TestPagesContainNothingThatTheirPolicyBlocks(t *testing.T) {
	outside := regexp.MustCompile(`(?i)https?:|["'(]//`)
	inline := regexp.MustCompile(`(?i)<script>|</script>[^<]*[;{]|<script[^>]*>[^<]|\son[a-z]+=|javascript:|<base\b|<form\b`)
	for _, path := range []string{"/docs", "/redoc"} {
		html := get(t, path, nil).Body.String()
		if !strings.Contains(html, "<title>cinecircle API</title>") {
			t.Errorf("%s has no title", path)
		}
		for _, forbidden := range []*regexp.Regexp{outside, inline} {
			if found := forbidden.FindString(html); found != "" {
				t.Errorf("%s contains %q", path, found)
			}
		}
	}
}

func TestOwnScriptsAndStylesNameNoOtherHost(t *testing.T) {
	own := regexp.MustCompile(`^(docs|redoc)\.[0-9a-f]{16}\.(js|css)$`)
	var seen int
	for _, name := range references(t) {
		if !own.MatchString(name) {
			continue
		}
		seen++
		body := get(t, "/docs/assets/"+name, nil).Body.String()
		if strings.Contains(body, "://") || strings.Contains(body, `"//`) {
			t.Errorf("%s names another host", name)
		}
	}
	if seen != 4 {
		t.Errorf("looked at %d files, want 4", seen)
	}
}

func TestTheDocumentIsNeverSentToAValidator(t *testing.T) {
	for _, name := range references(t) {
		if !strings.HasPrefix(name, "docs.") || !strings.HasSuffix(name, ".js") {
			continue
		}
		if body := get(t, "/docs/assets/"+name, nil).Body.String(); !strings.Contains(body, "validatorUrl: null") {
			t.Errorf("%s leaves Swagger UI its default validator, which is on another host", name)
		}
		return
	}
	t.Error("/docs has no script of its own")
}

func TestPagesAreRevalidatedByTag(t *testing.T) {
	for _, path := range []string{"/docs", "/redoc"} {
		first := get(t, path, nil)
		if got := first.Header().Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
		again := get(t, path, http.Header{"If-None-Match": {first.Header().Get("ETag")}})
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s: status %d with %d bytes, want an empty 304", path, again.Code, again.Body.Len())
		}
		stale := get(t, path, http.Header{"If-None-Match": {`"other"`}})
		if stale.Code != http.StatusOK || stale.Body.Len() == 0 {
			t.Errorf("%s: status %d with %d bytes for another tag", path, stale.Code, stale.Body.Len())
		}
	}
}

func TestPagesAnswerHeadWithoutABody(t *testing.T) {
	for _, path := range []string{"/docs", "/redoc"} {
		w := request(t, http.MethodHead, path, nil)
		if w.Code != http.StatusOK || w.Body.Len() != 0 || w.Header().Get("Content-Length") == "0" {
			t.Errorf("HEAD %s: status %d, %d bytes, length %s", path, w.Code, w.Body.Len(), w.Header().Get("Content-Length"))
		}
	}
}

// references returns the names of all assets that the two pages load.
func references(t *testing.T) []string {
	t.Helper()
	attribute := regexp.MustCompile(`(?:src|href)="docs/assets/([^"/]+)"`)
	var names []string
	for _, path := range []string{"/docs", "/redoc"} {
		for _, m := range attribute.FindAllStringSubmatch(get(t, path, nil).Body.String(), -1) {
			names = append(names, m[1])
		}
	}
	if len(names) != 7 {
		t.Fatalf("the pages load %d assets, want 4 and 3: %v", len(names), names)
	}
	return names
}

func get(t *testing.T, path string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	return request(t, http.MethodGet, path, header)
}

// request asks a site that is served as the package's documentation says.
func request(t *testing.T, method, path string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	site, err := ui.New()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /docs", site.Docs)
	mux.HandleFunc("GET /redoc", site.Redoc)
	mux.HandleFunc("GET /docs/assets/{name}", func(w http.ResponseWriter, r *http.Request) {
		if err := site.Asset(w, r, r.PathValue("name")); err != nil {
			http.Error(w, err.Error(), http.StatusTeapot)
		}
	})
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	if header != nil {
		r.Header = header
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}
