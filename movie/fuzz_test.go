package movie_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// FuzzTitleSearch compares the search with strings.Contains of keys: the text is neither a pattern nor part of a
// statement. A text in Hangul may find more titles.
func FuzzTitleSearch(f *testing.F) {
	for _, seed := range [][2]string{{"기생충", "생"}, {"École", "ÉCOLE"}, {"100%", "%"}, {"a_b", "_"}, {`a\b`, `\`}, {"x", "' OR 1=1 -- "}, {"Straße", "STRASSE"}, {"가", "\u1100"}, {"İ", "i"}} {
		f.Add(seed[0], seed[1])
	}
	st := newStage(f)
	f.Fuzz(func(t *testing.T, title, text string) {
		// Neither can be in a request: package web refuses them.
		if title == "" || utf8.RuneCountInString(title) > 200 || !utf8.ValidString(title+text) || strings.ContainsRune(title+text, 0) {
			return
		}
		made, err := st.movies.Create(t.Context(), 0, movie.Draft{Title: title, Playtime: 1, Genre: "Drama"})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := st.movies.Delete(t.Context(), made.ID, auth.Viewer{UserID: 1, Role: auth.RoleAdmin}); err != nil {
				t.Error(err)
			}
		}()
		rows, _, err := st.movies.List(t.Context(), movie.Filter{Title: text}, movie.SortOldest, page.Page{Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		key, part := textindex.Key(title), textindex.Key(text)
		more := strings.ContainsFunc(part, func(r rune) bool { return unicode.Is(unicode.Hangul, r) || !unicode.In(r, unicode.L, unicode.N) })
		if want, found := strings.Contains(key, part), len(rows) == 1; want && !found || found && !want && !more {
			t.Fatalf("%q in %q: %d rows", text, title, len(rows))
		}
	})
}
