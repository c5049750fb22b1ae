package site

import (
	"errors"
	"net/http"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/page"
)

// mergePage asks into which film another one goes that is the same.
type mergePage struct {
	Film   filmCard
	Search string
	Films  []filmCard
	Into   *filmCard // the film that was chosen and has to be confirmed, nil for none
	Both   bool      // members have reviewed both
}

func (s *Site) askMerge(c *pageContext) error {
	m, err := s.filmOf(c)
	if err != nil {
		return err
	}
	p := mergePage{Film: s.filmCard(m), Search: searchText(c.Query("q"))}
	if !c.Request.URL.Query().Has("q") {
		p.Search = m.Title // the same film mostly has the same title
	}
	if into, ok := s.filmNamed(c, c.Query("into")); ok && into.ID != m.ID {
		p.Into = new(s.filmCard(into))
	}
	return s.showMerge(c, http.StatusOK, p)
}

func (s *Site) showMerge(c *pageContext, status int, p mergePage) error {
	rows, _, err := s.Movies.List(c.Request.Context(), movie.Filter{Title: p.Search}, movie.SortMatch, page.Page{Limit: writeFilms + 1})
	if err != nil {
		return err
	}
	for _, card := range s.filmCards(rows, "small") {
		if card.ID != p.Film.ID {
			p.Films = append(p.Films, card)
		}
	}
	return c.show(status, "merge", meta{
		Title: c.text("merge.title") + " · " + isolated(p.Film.Title), Hidden: true, Private: true, Section: "films",
	}, p)
}

func (s *Site) merge(c *pageContext) error {
	m, err := s.filmOf(c)
	if err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	into, ok := s.filmNamed(c, c.field("into"))
	if !ok {
		return movie.ErrNotFound
	}
	_, err = s.Movies.Merge(c.Request.Context(), m.ID, into.ID, c.field("discard_older") != "")
	if errors.Is(err, movie.ErrMergeConflict) {
		c.wrong = true
		return s.showMerge(c, http.StatusConflict, mergePage{Film: s.filmCard(m), Search: into.Title, Into: new(s.filmCard(into)), Both: true})
	}
	if err != nil {
		return err
	}
	c.setToast("merged", "")
	return c.redirectTo(filmPath(into.ID))
}
