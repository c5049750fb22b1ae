package site

import (
	"net/http"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/page"
)

// writeFilms is how many films the page offers.
const writeFilms = 8

// writePage is the choice of the film for an entry of the diary or a review.
type writePage struct {
	Search string
	Films  []filmCard
}

// chooseFilm asks which film a member has seen. A press on it leads to the entry for the diary, another one to the review.
// What is not found can be added.
func (s *Site) chooseFilm(c *pageContext) error {
	p := writePage{Search: searchText(c.Query("q"))}
	by := movie.SortMatch
	if p.Search == "" {
		by = movie.SortNewest
	}
	rows, _, err := s.Movies.List(c.Request.Context(), movie.Filter{Title: p.Search}, by, page.Page{Limit: writeFilms})
	if err != nil {
		return err
	}
	p.Films = s.filmCards(rows, "small")
	return c.show(http.StatusOK, "write", meta{Title: c.text("write.title"), Hidden: true, Section: "write"}, p)
}
