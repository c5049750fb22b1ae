package movie_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// walk reads all pages of a list and returns their titles.
func (s *stage) walk(t *testing.T, target string) [][]string {
	t.Helper()
	var pages [][]string
	for target != "" {
		res := s.GET(t, target).Want(http.StatusOK)
		pages = append(pages, titles(t, res.List()))
		target = res.Next()
	}
	return pages
}

// addSorted adds films with likes, some of whose titles differ only in case.
func (s *stage) addSorted(t *testing.T) {
	t.Helper()
	for i, f := range []struct {
		title string
		likes int64
		genre string
	}{
		{"b", 5, "Drama"}, {"A", 5, "SF"}, {"기생충", 0, "Drama"}, {"a", 9, "SF"}, {"B", 5, "Drama"}, {"École", 0, "SF"},
	} {
		s.addDirectly(t, movie.Draft{Title: f.title, Genre: f.genre})
		s.count(t, int64(i+1), movie.Counts{Likes: f.likes})
	}
}

func TestListsArePagedInEveryOrder(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.addSorted(t)
	for query, want := range map[string][][]string{
		"limit=4":                           {{"b", "A", "기생충", "a"}, {"B", "École"}},
		"limit=3&sort=id":                   {{"b", "A", "기생충"}, {"a", "B", "École"}},
		"limit=4&sort=-id":                  {{"École", "B", "a", "기생충"}, {"A", "b"}},
		"limit=1&sort=title":                {{"A"}, {"a"}, {"b"}, {"B"}, {"École"}, {"기생충"}},
		"limit=1&sort=-like_count":          {{"a"}, {"B"}, {"A"}, {"b"}, {"École"}, {"기생충"}},
		"limit=2&genre=SF":                  {{"A", "a"}, {"École"}},
		"limit=2&genre=SF&sort=-id":         {{"École", "a"}, {"A"}},
		"limit=2&genre=SF&sort=title":       {{"A", "a"}, {"École"}},
		"limit=2&genre=Drama&sort=title":    {{"b", "B"}, {"기생충"}},
		"limit=1&genre=SF&sort=-like_count": {{"a"}, {"A"}, {"École"}},
		"limit=1&title=B&sort=title":        {{"b"}, {"B"}},
		"title=B&genre=SF":                  {{}},
		"title=":                            {{"b", "A", "기생충", "a", "B", "École"}},
		"title=%C3%89COLE":                  {{"École"}},
		"title=e%CC%81col":                  {{"École"}},
		"title=%EC%83%9D":                   {{"기생충"}},
		"title=+%EC%83%9D+":                 {{"기생충"}},
	} {
		if diff := cmp.Diff(want, s.walk(t, "/movies?"+query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

func TestListRefusesInvalidParameters(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.addSorted(t)
	cursor := s.GET(t, "/movies?limit=1").Next()
	for query, want := range map[string][2]string{
		"sort=like_count":                 {"sort", "enum"},
		"sort=":                           {"sort", "enum"},
		"genre=drama":                     {"genre", "enum"},
		"genre=":                          {"genre", "enum"},
		"genre=SF&genre=SF":               {"genre", "repeated"},
		"limit=0":                         {"limit", "min"},
		"limit=201":                       {"limit", "max"},
		"limit=a":                         {"limit", "type"},
		"cursor=x":                        {"cursor", "format"},
		"offset=1":                        {"offset", "unknown"},
		"title=%FF":                       {"title", "format"},
		"title=a%00":                      {"title", "format"},
		"title=" + long(256):              {"title", "max"},
		"q=a":                             {"q", "unknown"},
		"created_by=1":                    {"created_by", "unknown"},
		"sort=title&" + cutCursor(cursor): {"cursor", "format"},
		"genre=SF&" + cutCursor(cursor):   {"cursor", "format"},
	} {
		s.GET(t, "/movies?"+query).WantField(want[0], want[1])
	}
	s.GET(t, "/movies?limit=200&title="+long(255)).Want(http.StatusOK)
	s.GET(t, "/movies/").WantProblem(http.StatusNotFound, "not_found")
}

func long(n int) string { return strings.Repeat("a", n) }

// cutCursor returns the cursor of a link as a query.
func cutCursor(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return err.Error()
	}
	return url.Values{"cursor": {u.Query().Get("cursor")}}.Encode()
}

func TestEmptyListIsAnArray(t *testing.T) {
	t.Parallel()
	res := newStage(t).GET(t, "/movies").Want(http.StatusOK)
	if string(res.Body) != "[]" || res.Next() != "" {
		t.Errorf("got %s and the next page %q", res.Body, res.Next())
	}
}

func TestDefaultPageHas50Films(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for i := range 51 {
		s.addDirectly(t, movie.Draft{Title: strconv.Itoa(i)})
	}
	pages := s.walk(t, "/movies")
	if len(pages) != 2 || len(pages[0]) != 50 || len(pages[1]) != 1 {
		t.Errorf("pages are %v", pages)
	}
}

func TestPagesStayCorrectWhileFilmsAreAddedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.addSorted(t)
	first := s.GET(t, "/movies?limit=3").Want(http.StatusOK)
	s.DELETE(t, "/movies/3", s.As(t, admin)).Want(http.StatusNoContent) // the last film of the page
	s.DELETE(t, "/movies/1", s.As(t, admin)).Want(http.StatusNoContent)
	s.addDirectly(t, movie.Draft{Title: "new"})
	if diff := cmp.Diff([][]string{{"a", "B", "École"}, {"new"}}, s.walk(t, first.Next())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSearchFindsExactlyTheTitlesWithTheText compares the search with strings.Contains, with letters for which LIKE,
// GLOB, case folding and escaping have special cases.
func TestSearchFindsExactlyTheTitlesWithTheText(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	letters := rapid.SampledFrom([]rune(`aAbBéÉßẞİıΣσς1%_\!'"*?[]- 🎬`))
	text := rapid.Custom(func(t *rapid.T) string {
		return norm.NFC.String(strings.TrimSpace(string(rapid.SliceOfN(letters, 1, 6).Draw(t, "letters"))))
	})
	rapid.Check(t, func(rt *rapid.T) {
		all := rapid.SliceOfN(text, 1, 8).Draw(rt, "titles")
		wanted := text.Draw(rt, "query")
		s.Write(t, func(tx *gorm.DB) error { return tx.Exec("DELETE FROM movies").Error })
		var want []string
		for _, title := range all {
			s.addDirectly(t, movie.Draft{Title: title})
			if contains(title, wanted) {
				want = append(want, title)
			}
		}
		rows, _, err := s.movies.List(t.Context(), movie.Filter{Title: wanted}, movie.SortOldest, page.Page{Limit: 50})
		if err != nil {
			rt.Fatalf("list: %v", err)
		}
		var got []string
		for _, m := range rows {
			got = append(got, m.Title)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("films with %q (-want +got):\n%s", wanted, diff)
		}
	})
}

// contains reports whether a title without Hangul contains a text: its key, or a text without letters and digits itself.
func contains(title, text string) bool {
	literal := !strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N) })
	return strings.Contains(textindex.Key(title), textindex.Key(text)) || literal && strings.Contains(title, text)
}

func TestHostileTextIsSearchedLiterally(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.addSorted(t)
	for _, text := range []string{"%", "_", `\`, "!", "'", `" OR 1=1 --`, "') OR ('1'='1", "\u202e", "🎬"} {
		if got := s.GET(t, "/movies?title="+url.QueryEscape(text)).Want(http.StatusOK).List(); len(got) != 0 {
			t.Errorf("%q finds %v", text, titles(t, got))
		}
		s.GET(t, "/movies?sort="+url.QueryEscape(text)).WantField("sort", "enum")
	}
	path := s.add(t, adder, object{"title": `100%_\!' OR 1=1 --`})
	if got := s.GET(t, path).Map()["title"]; got != `100%_\!' OR 1=1 --` {
		t.Errorf("title is %v", got)
	}
	s.PATCH(t, path, s.As(t, adder), testkit.JSON(object{"title": "'; DROP TABLE movies; --"})).Want(http.StatusOK)
	if n := s.rows(t); n != 7 {
		t.Errorf("%d films, want 7", n)
	}
}
