package site

import (
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/cinecircle/cinecircle/movie"
)

// filmsPage is the list of films.
type filmsPage struct {
	Films  []filmCard
	Next   string
	Title  string // what was searched for
	Genre  string
	Sort   string
	Genres []string
	Sorts  []string
}

// filmSorts are the orders of the list, the first one when none is asked for.
var filmSorts = []string{string(movie.SortNewest), string(movie.SortMostLiked), string(movie.SortTitle), string(movie.SortOldest)}

func (s *Site) films(v *visit) error {
	p := filmsPage{
		Title: searchText(v.Query("q")), Genre: oneOf(v.Query("genre"), movie.Genres(), ""),
		Sort: oneOf(v.Query("sort"), filmSorts, filmSorts[0]), Genres: movie.Genres(), Sorts: filmSorts,
	}
	rows, next, err := s.Movies.List(v.Request.Context(), movie.Filter{Title: p.Title, Genre: p.Genre}, movie.Sort(p.Sort), v.page(perPage))
	if err != nil {
		return err
	}
	p.Films, p.Next = s.filmCards(rows), v.next(next)
	return v.show(http.StatusOK, "films", meta{Title: v.text("films.title"), Section: "films"}, p)
}

// maxSearch is how many characters of what was typed are searched for.
const maxSearch = 100

// searchText makes of what was typed what can be searched for.
func searchText(typed string) string {
	text := []rune(strings.TrimSpace(norm.NFC.String(strings.ToValidUTF8(strings.ReplaceAll(typed, "\x00", ""), ""))))
	return string(text[:min(len(text), maxSearch)])
}

// oneOf returns value if it is one of those that may be, otherwise instead.
func oneOf(value string, of []string, instead string) string {
	if slices.Contains(of, value) {
		return value
	}
	return instead
}
