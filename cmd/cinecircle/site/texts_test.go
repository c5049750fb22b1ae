package site

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/movie"
)

func loadedTexts(t *testing.T) map[string]texts {
	t.Helper()
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryTextExistsInEveryLanguage(t *testing.T) {
	t.Parallel()
	all := loadedTexts(t)
	keysOf := func(lang string) []string { // without .one, a form that Korean does not have
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
	if diff := cmp.Diff(keysOf("en"), keysOf("ko")); diff != "" {
		t.Errorf("keys (-en +ko):\n%s", diff)
	}
	for key, text := range all["en"] {
		if other, ok := all["ko"][key]; ok && placeholders(text) != placeholders(other) {
			t.Errorf("%q has %d placeholders in English and %d in Korean", key, placeholders(text), placeholders(other))
		}
	}
}

var placeholderPattern = regexp.MustCompile(`\{(\d?)\}`)

// placeholders returns how many values a text takes. Dates are not compared: the languages use other parts of them.
func placeholders(text string) int {
	if strings.Contains(text, "{2}") {
		return 0
	}
	return len(placeholderPattern.FindAllString(text, -1))
}

func TestEveryKeyInUseHasATextAndEveryTextIsUsed(t *testing.T) {
	t.Parallel()
	used := keysInUse(t)
	all := loadedTexts(t)
	for key := range used {
		_, ok := all["en"][key]
		_, other := all["en"][key+".other"]
		_, toast := all["en"]["toast."+key]
		if !ok && !other && !toast {
			t.Errorf("no text %q", key)
		}
	}
	for key := range all["en"] {
		base := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other")
		if !used[base] && !used[strings.TrimPrefix(base, "toast.")] && !isComposed(base) {
			t.Errorf("nothing uses %q", key)
		}
	}
}

// isComposed reports whether a key is put together where it is used, so that no search finds it.
func isComposed(key string) bool {
	for _, prefix := range []string{
		"genre.", "month.", "sort.", "review.sort.", "problem.title.", "notice.", "member.no_", "ago.", "feed.", "latest.",
		"join.", "signin.", "toast.", "found.", "rating.word.", "weekday.", "lists.sort.", "ratings.sort.", "member.", "log.", "field.", "grade.",
		"activity.", "privacy.", "status.", "about.mode.", "hide.", "hidden.", "import.status.", "import.outcome.", "import.kind.", "action.", "target.", "report.reason.", "reports.delete.", "report.heading.", "moderation.remove.", "days.", "suspend.", "moderation.none.", "role.", "tokens.can.", "tokens.scope.", "blocked.", "muted.", "requests.", "review.comments.", "comment.",
	} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return key == "date"
}

var (
	inTemplates = regexp.MustCompile(`\b(?:[tn]|label) "([a-z_.0-9-]+)"`)
	inCode      = regexp.MustCompile(`(?:\.text|\.html|setToast|\.toast|\.say|\.count|\.notOwn)\("([a-z_.0-9-]+)"|said(?:, arg)? :?= "([a-z_.0-9]+)"`)
)

func keysInUse(t *testing.T) map[string]bool {
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

func TestEveryGenreAndSortOrderHasAName(t *testing.T) {
	t.Parallel()
	all := loadedTexts(t)
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

func TestParticlesFollowTheNameInTheText(t *testing.T) {
	t.Parallel()
	ko := loadedTexts(t)["ko"]
	for title, want := range map[string]string{
		"소금빛 기차": "‘소금빛 기차’를 삭제할까요?", "방패연": "‘방패연’을 삭제할까요?", "Kite Season": "‘Kite Season’을 삭제할까요?",
		"지하 13층": "‘지하 13층’을 삭제할까요?", "1987": "‘1987’을 삭제할까요?", "SF": "‘SF’를 삭제할까요?",
	} {
		if got, err := ko.say("film.delete.heading", title); err != nil || got != want {
			t.Errorf("got %q (%v), want %q", got, err, want)
		}
	}
}

var (
	particlePattern = regexp.MustCompile(`\{([^{}]*/[^{}]*)\}`)
	doubleParticle  = regexp.MustCompile(`[은는이가을를과와]\([은는이가을를과와]\)|\(으\)로`)
	// particles are the ones that texts may use, each with its two forms.
	particles = []string{"은/는", "이/가", "을/를", "과/와", "으로/로"}
)

func TestParticlesAreWrittenWithBothForms(t *testing.T) {
	t.Parallel()
	for lang, all := range loadedTexts(t) {
		for key, text := range all {
			if found := doubleParticle.FindString(text); found != "" {
				t.Errorf("%s %q leaves the particle to the reader: %s", lang, key, found)
			}
			for _, found := range particlePattern.FindAllStringSubmatch(text, -1) {
				before, _, _ := strings.Cut(text, found[0])
				if lang != "ko" || !slices.Contains(particles, found[1]) || !strings.Contains(before, "}") {
					t.Errorf("%s %q has the particle %s", lang, key, found[0])
				}
			}
		}
	}
}

// The script fills in these texts and knows no particles.
func TestTextsForTheScriptHavePlaceholdersThatItKnows(t *testing.T) {
	t.Parallel()
	for lang, all := range loadedTexts(t) {
		for key, want := range map[string]string{
			"bell.some": "{}", "form.too_long": "{}", "notice.who.one": "{}",
			"notice.follow": "{}", "notice.follow_request": "{}", "notice.follow_accepted": "{}", "notice.liked": "{}", "notice.list_like": "{}",
			"notice.commented": "{}", "notice.comment_reply": "{}",
			"notice.did.review_like": "{0}{1}", "notice.did.review_comment": "{0}{1}", "notice.did.comment_reply": "{0}{1}", "notice.did.list_like": "{0}{1}",
		} {
			if got := strings.Join(regexp.MustCompile(`\{[^}]*\}`).FindAllString(all[key], -1), ""); got != want {
				t.Errorf("%s %q is %q, with the placeholders %q, want %q", lang, key, all[key], got, want)
			}
		}
	}
}

func TestValuesAreNeverReadAsPlaceholders(t *testing.T) {
	t.Parallel()
	sentences := texts{"two": "{} and {}", "turned": "{1}, {0}, {1}", "one": "‘{}’{을/를}", "raw": "{} unread"}
	for _, c := range []struct {
		key    string
		values []any
		want   string
	}{
		{"two", []any{"{}", "{0}"}, "{} and {0}"},
		{"two", []any{"{1}", "$&"}, "{1} and $&"},
		{"turned", []any{"{1}", "%s"}, "%s, {1}, %s"},
		{"one", []any{"{은/는}"}, "‘{은/는}’을"},
		{"one", []any{"{{.Me}}"}, "‘{{.Me}}’를"},
		{"raw", nil, "{} unread"},
	} {
		if got, err := sentences.say(c.key, c.values...); err != nil || got != c.want {
			t.Errorf("%s with %q: got %q (%v), want %q", c.key, c.values, got, err, c.want)
		}
	}
}

func TestTextsWithoutTheirValuesAreErrors(t *testing.T) {
	t.Parallel()
	sentences := texts{"two": "{} and {}", "third": "{2}", "unknown": "{name}"}
	for _, key := range []string{"two", "third", "unknown", "missing"} {
		if got, err := sentences.say(key, "a"); err == nil {
			t.Errorf("%s: got %q and no error", key, got)
		}
	}
	// Only the script takes texts whose placeholders are not filled in, and it finds them in attributes.
	if got, err := sentences.show("two"); err == nil {
		t.Errorf("without values, in an element: got %q and no error", got)
	}
}

func TestTimesAreRelativeForAMonth(t *testing.T) {
	t.Parallel()
	all := loadedTexts(t)
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		since  time.Duration
		en, ko string
	}{
		{time.Second, "just now", "방금"},
		{time.Minute, "a minute ago", "1분 전"},
		{5 * time.Hour, "5 hours ago", "5시간 전"},
		{26 * time.Hour, "yesterday", "어제"},
		{40 * time.Hour, "2 days ago", "2일 전"}, // by the calendar
		{90 * 24 * time.Hour, "March 1, 2026", "2026년 3월 1일"},
	} {
		for lang, want := range map[string]string{"en": c.en, "ko": c.ko} {
			if got, err := all[lang].ago(c.since, at); err != nil || got != want {
				t.Errorf("%v ago in %s is %q (%v), want %q", c.since, lang, got, err, want)
			}
		}
	}
}

// Of two texts with the same key the first would never be shown.
func TestNoTextHasTheKeyOfAnother(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"en", "ko"} {
		data, err := os.ReadFile("texts/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?m)^ "([^"]+)":`).FindAllSubmatch(data, -1) {
			if key := string(m[1]); seen[key] {
				t.Errorf("%s.json has %q twice", lang, key)
			} else {
				seen[key] = true
			}
		}
		if len(seen) < 1000 {
			t.Errorf("%s.json has only %d keys on lines of their own", lang, len(seen))
		}
	}
}
