package site

import (
	"io/fs"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/page"
)

func TestEveryTextIsThereInEveryLanguage(t *testing.T) {
	t.Parallel()
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	plain := func(lang string) []string { // .one is a form that some languages do not have
		var keys []string
		for key, text := range all[lang] {
			if text == "" {
				t.Errorf("%s: %q is empty", lang, key)
			}
			if !strings.HasSuffix(key, ".one") {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		return keys
	}
	if diff := cmp.Diff(plain("en"), plain("ko")); diff != "" {
		t.Errorf("texts (-en +ko):\n%s", diff)
	}
	for key, text := range all["en"] {
		if other, ok := all["ko"][key]; ok && gaps(text) != gaps(other) {
			t.Errorf("%q has %d gaps in English and %d in Korean", key, gaps(text), gaps(other))
		}
	}
}

var gap = regexp.MustCompile(`\{(\d?)\}`)

// gaps returns how many different things are filled into a text; the order of dates differs, so they are not compared.
func gaps(text string) int {
	if strings.Contains(text, "{2}") {
		return 0
	}
	return len(gap.FindAllString(text, -1))
}

func TestNoTextIsMissingAndNoneIsLeftOver(t *testing.T) {
	t.Parallel()
	used := usedTexts(t)
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for key := range used {
		_, ok := all["en"][key]
		_, other := all["en"][key+".other"]
		_, said := all["en"]["toast."+key]
		if !ok && !other && !said {
			t.Errorf("no text %q", key)
		}
	}
	for key := range all["en"] {
		base := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other")
		if !used[base] && !used[strings.TrimPrefix(base, "toast.")] && !made(base) {
			t.Errorf("nothing says %q", key)
		}
	}
}

// made reports whether a key is put together where it is used.
func made(key string) bool {
	for _, prefix := range []string{
		"genre.", "month.", "sort.", "review.sort.", "problem.title.", "notice.", "member.no_", "ago.", "feed.", "latest.", "join.", "signin.", "toast.",
	} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return key == "date"
}

var (
	inTemplates = regexp.MustCompile(`\b[tn] "([a-z_.0-9-]+)"`)
	inCode      = regexp.MustCompile(`(?:\.text|leaveToast|\.toast|\.say|\.count)\("([a-z_.0-9-]+)"|said(?:, arg)? :?= "([a-z_.0-9]+)"`)
)

func usedTexts(t *testing.T) map[string]bool {
	t.Helper()
	used := map[string]bool{}
	here := os.DirFS(".")
	for glob, pattern := range map[string]*regexp.Regexp{"templates/*.html": inTemplates, "*.go": inCode} {
		files, err := fs.Glob(here, glob)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", glob, files, err)
		}
		for _, file := range files {
			body, err := fs.ReadFile(here, file)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range pattern.FindAllStringSubmatch(string(body), -1) {
				for _, key := range found[1:] {
					if key != "" && !strings.HasSuffix(key, ".") {
						used[key] = true
					}
				}
			}
		}
	}
	return used
}

func TestEveryGenreAndOrderHasAName(t *testing.T) {
	t.Parallel()
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, genre := range movie.Genres() {
		keys = append(keys, "genre."+genre)
	}
	for _, sort := range filmSorts {
		keys = append(keys, "sort."+sort)
	}
	for _, sort := range reviewSorts {
		keys = append(keys, "review.sort."+sort)
	}
	for _, lang := range languages {
		for _, key := range keys {
			if _, ok := all[lang][key]; !ok {
				t.Errorf("%s has no %q", lang, key)
			}
		}
	}
}

func TestOnlyAddressesOfThisSiteAreGoneTo(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"/", "/film/7?sort=-id#talk", "/member/1"} {
		if local(good) != good {
			t.Errorf("%q was refused", good)
		}
	}
	for _, bad := range []string{"", "film/7", "//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "/a\nb", "\t/a", "/%zz"} {
		if got := local(bad); got != "" {
			t.Errorf("%q was taken for %q", bad, got)
		}
	}
}

func TestCursorsSurviveTheAddress(t *testing.T) {
	t.Parallel()
	for _, key := range []page.Key{{ID: 7}, {ID: 1, Num: 12}, {ID: 3, Text: "기생충 & ?"}} {
		if got, ok := decodeCursor(encodeCursor(key)); !ok || got != key {
			t.Errorf("%+v came back as %+v, %v", key, got, ok)
		}
	}
	for _, bad := range []string{"", "x", "e30", "eyJpIjotMX0", "AAAA////"} {
		if got, ok := decodeCursor(bad); ok {
			t.Errorf("%q was taken for %+v", bad, got)
		}
	}
}

func TestTimesAreSaidAsPeopleDo(t *testing.T) {
	t.Parallel()
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		since  time.Duration
		en, ko string
	}{
		{time.Second, "just now", "방금"},
		{time.Minute, "a minute ago", "1분 전"},
		{5 * time.Hour, "5 hours ago", "5시간 전"},
		{26 * time.Hour, "yesterday", "1일 전"},
		{90 * 24 * time.Hour, "March 1, 2026", "2026년 3월 1일"},
	} {
		for lang, want := range map[string]string{"en": c.en, "ko": c.ko} {
			if got, err := all[lang].ago(c.since, at); err != nil || got != want {
				t.Errorf("%v ago in %s is %q (%v), want %q", c.since, lang, got, err, want)
			}
		}
	}
}

func TestDevicesHaveNamesThatTheirOwnersKnow(t *testing.T) {
	t.Parallel()
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	p, err := loadPages(a, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	v := &visit{site: &Site{pages: p}, prefs: preferences{Lang: "en"}}
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0": "Edge on Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/17 Safari/604":      "Safari on iPhone",
		"Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0":                                                "Firefox on Linux",
		"curl/8.5.0": "curl",
		"my-app 2":   "my-app 2",
		"":           "Unknown device",
	} {
		if got := v.deviceName(agent); got != want {
			t.Errorf("%q is called %q, want %q", agent, got, want)
		}
	}
}

func TestTextsAreCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	if got := shorten(3, "가나다라마"); got != "가나다…" {
		t.Errorf("got %q", got)
	}
	if got := shorten(10, "a\n\nb  c"); got != "a b c" {
		t.Errorf("got %q", got)
	}
	if got := searchText(" \x00e\u0301cole\xff "); got != "école" {
		t.Errorf("got %q", got)
	}
}

func TestPreferencesComeFromTheCookieOrTheBrowser(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ accept, cookie, want string }{
		{"", "", "en"},
		{"ko-KR,ko;q=0.9,en;q=0.8", "", "ko"},
		{"ko", "lang=en", "en"},
		{"en", "lang=ko; theme=dark", "ko"},
		{"fr", "lang=fr", "en"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.Header.Set("Accept-Language", c.accept)
		r.Header.Set("Cookie", c.cookie)
		if got := preferencesOf(r).Lang; got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
