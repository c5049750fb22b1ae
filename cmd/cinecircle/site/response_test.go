package site_test

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestPagesFollowLanguageAndTheme(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	b.get("/").has(t, 200, `<html lang="en">`)
	b.lang = "ko-KR,ko;q=0.9"
	b.get("/").has(t, 200, `<html lang="ko">`, "영화 이야기가 모이는 곳")
	b.post("/preferences", "lang", "en", "to", "/films").has(t, 200, `<html lang="en">`)
	b.post("/preferences", "theme", "dark").has(t, 200, `<html lang="en" data-theme="dark">`)
	b.post("/preferences", "theme", "").has(t, 200, `<html lang="en">`)
	b.post("/preferences", "theme", "\"><script>").has(t, 200, `<html lang="en">`)
}

func TestPagesHaveStrictHeaders(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	for _, path := range []string{"/", "/films", "/join", "/nothing", "/film/9"} {
		p := b.get(path)
		policy := p.header.Get("Content-Security-Policy")
		if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "script-src 'self'") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if p.header.Get("Cross-Origin-Opener-Policy") != "same-origin" || !strings.Contains(p.header.Get("Permissions-Policy"), "camera=()") {
			t.Errorf("%s: %v", path, p.header)
		}
		if strings.Contains(p.body, " style=") || strings.Contains(p.body, "<script>") || strings.Contains(p.body, " onclick=") {
			t.Errorf("%s needs what the policy forbids", path)
		}
		if got := p.header.Get("Cache-Control"); !strings.Contains(got, "no-cache") && !strings.Contains(got, "no-store") {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
	}
	asset := regexp.MustCompile(`/site/site\.[0-9a-f]+\.css`).FindString(b.get("/").body)
	if got := b.get(asset).header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("%s: Cache-Control %q", asset, got)
	}
}

// maxWeight is how large a page may be on the wire with everything that it loads except images, in bytes.
const maxWeight = 50_000

func TestFilmPageIsSmall(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	b := newBrowser(t, server)
	b.join("mina")
	addFilm(t, a, 1, "A")
	for i := range 12 { // more reviews than the page shows
		other := newBrowser(t, server)
		other.join(fmt.Sprint("critic", i))
		other.upload("/film/1/review", nil, "title", fmt.Sprint("Review ", i), "content", strings.Repeat(fmt.Sprint("word ", i, " "), 100))
	}
	page := wire(t, b, "/film/1")
	weight := len(page)
	for _, asset := range regexp.MustCompile(`/site/[a-z]+\.[0-9a-f]+\.(?:css|js|svg)`).FindAllString(b.get("/film/1").body, -1) {
		weight += len(wire(t, b, asset))
	}
	t.Logf("the page weighs %d bytes, with its assets %d", len(page), weight)
	if weight > maxWeight {
		t.Errorf("the page and its assets weigh %d bytes, more than %d", weight, maxWeight)
	}
}

// wire returns the bytes of an answer as they are sent to a browser that accepts gzip.
func wire(t *testing.T, b *browser, path string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip") // set by hand, so that the client does not unpack it
	answer, err := b.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("%s: %d %v %v", path, answer.StatusCode, answer.Header, err)
	}
	return body
}

func TestPhonesCanInstallTheSite(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	b := newBrowser(t, server)
	found := regexp.MustCompile(`<link rel="manifest" href="(/site/site\.[0-9a-f]+\.webmanifest)">`).FindStringSubmatch(b.get("/").raw)
	if found == nil {
		t.Fatal("the page names no manifest")
	}
	p := b.get(found[1])
	p.has(t, 200, `"start_url": "/"`)
	if got := p.header.Get("Content-Type"); got != "application/manifest+json" {
		t.Errorf("the manifest is %s", got)
	}
	for theme, want := range map[string]string{"": `media="(prefers-color-scheme: dark)"`, "dark": `<meta name="theme-color" content="#121113">`, "light": `<meta name="theme-color" content="#f7f5f1">`} {
		b.post("/preferences", "theme", theme)
		b.get("/").has(t, 200, want)
	}
}
